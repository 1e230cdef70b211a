import type { DeviceAuthentication } from './api.ts'
import { REFUSAL_REASONS, type RefusalReason } from './refusal-reasons.ts'
import type { Advice } from './rejections.ts'

/** A connection, publish or subscription the broker refused. */
export interface ConnectionRefusal {
  reason: string
  detail: string
  /** As the peer named itself; may be empty. */
  deviceId: string
  /** Epoch milliseconds. */
  at: number
}

/** What is registered of the device now. */
export interface DeviceFacts {
  disabled: boolean
  /** Epoch milliseconds of the last change of the secret, and of the registration. */
  rotatedAt: number
  createdAt: number
  authentication: DeviceAuthentication
}

type Writer = (refusal: ConnectionRefusal, device: DeviceFacts | undefined, now: number) => Advice

/** What to do about a refusal, from what is known of the device; null for a reason this version does not know. */
export function connectionAdvice(
  refusal: ConnectionRefusal,
  device: DeviceFacts | undefined,
  now: number,
): Advice | null {
  if (!isReason(refusal.reason)) return null
  return settled(refusal, device, now) ?? ADVICE[refusal.reason](refusal, device, now)
}

function isReason(reason: string): reason is RefusalReason {
  return (REFUSAL_REASONS as readonly string[]).includes(reason)
}

/** Refusals whose cause has gone since: the device has only to try again. */
function settled(
  { reason, at }: ConnectionRefusal,
  device: DeviceFacts | undefined,
  now: number,
): Advice | undefined {
  if (!device) return undefined
  if (reason === 'unknown_device' && device.createdAt > at) {
    const past = ago(now - device.createdAt)
    return {
      en: `The device was registered ${past.en}, after this attempt. It should get in now with its secret.`,
      zh: `该设备在此次尝试之后（${past.zh}）已登记，使用其密钥应可接入。`,
    }
  }
  if (reason === 'device_disabled' && !device.disabled) {
    return {
      en: 'The device has been enabled since. It should get in at its next attempt.',
      zh: '该设备此后已启用，下次尝试应可接入。',
    }
  }
  const accepts = { secret_not_accepted: 'secret', certificate_not_accepted: 'certificate' } as const
  if (
    (reason === 'secret_not_accepted' || reason === 'certificate_not_accepted') &&
    (device.authentication === 'either' || device.authentication === accepts[reason])
  ) {
    return {
      en: 'The registration has been changed since and accepts this way of logging in now.',
      zh: '登记信息此后已更改，现已接受这种登录方式。',
    }
  }
  return undefined
}

const ADVICE: Readonly<Record<RefusalReason, Writer>> = {
  unknown_device: ({ deviceId }) =>
    deviceId === ''
      ? {
          en: 'Register the device, then give it its id as the MQTT user name.',
          zh: '请先登记设备，并以设备标识作为 MQTT 用户名。',
        }
      : {
          en: `No device “${deviceId}” is registered. Register it, or correct the MQTT user name: it is the device id, in the same upper and lower case.`,
          zh: `未登记设备“${deviceId}”。请登记该设备，或更正 MQTT 用户名：用户名即设备标识，区分大小写。`,
        },
  bad_secret: badSecret,
  secret_not_accepted: () => ({
    en: 'The secret is right, but this device is registered for a certificate only. Connect with TLS and its client certificate, or set its authentication to “either” or “secret”.',
    zh: '密钥正确，但该设备登记为仅用证书登录。请使用 TLS 和客户端证书连接，或将其认证方式改为“任一”或“密钥”。',
  }),
  device_disabled: () => ({
    en: 'The device is disabled. Enable it on the devices page, or switch it off at the site.',
    zh: '该设备已停用。请在设备页面启用，或在现场关闭设备。',
  }),
  expired_certificate: ({ detail }) =>
    detail.includes('CERT_NOT_YET_VALID')
      ? {
          en: `The certificate is not valid yet. Check the clock of the authority that issued it. ${detail}.`,
          zh: `证书尚未生效。请检查签发机构的时钟。${detail}`,
        }
      : {
          en: `The certificate has expired. Issue a new one for the device and install it. ${detail}.`,
          zh: `证书已过期。请为该设备签发并安装新证书。${detail}`,
        },
  revoked_certificate: () => ({
    en: 'The certificate is on the revocation list. If the device is still in good hands, issue a new certificate; if not, disable the device.',
    zh: '证书已被吊销。如设备仍可信，请签发新证书；否则请停用该设备。',
  }),
  untrusted_certificate: ({ detail }) => ({
    en: `The certificate does not come from an accepted authority, or is not made for TLS clients. Issue one with the authority of OSPREY_MQTT_CLIENT_CA, and let the device send the certificates between. ${detail}.`,
    zh: `证书并非由受信任的机构签发，或不适用于 TLS 客户端。请用 OSPREY_MQTT_CLIENT_CA 中的机构签发，并让设备一并发送中间证书。${detail}`,
  }),
  certificate_not_for_device: ({ detail }) => ({
    en: `The common name or a DNS name of the certificate must be the device id, and the user name, when given, the same. ${detail}.`,
    zh: `证书的通用名（CN）或 DNS 名称须为设备标识；如提供用户名，须与之一致。${detail}`,
  }),
  certificate_not_accepted: () => ({
    en: 'This device is registered for its secret only. Give it the secret as the MQTT password, or set its authentication to “certificate” or “either”.',
    zh: '该设备登记为仅用密钥登录。请将密钥填为 MQTT 密码，或将其认证方式改为“证书”或“任一”。',
  }),
  revocation_list_unusable: ({ detail }) => ({
    en: `Nothing is wrong with the device: the revocation list on the platform is missing, out of date or not of the right authority. Publish a new one to OSPREY_MQTT_CLIENT_CRL. ${detail}.`,
    zh: `设备本身没有问题：平台上的吊销列表缺失、过期或并非由相应机构签发。请更新 OSPREY_MQTT_CLIENT_CRL。${detail}`,
  }),
  bad_identifier: () => ({
    en: 'Use the device id as user name, and a client id of at most 128 visible characters, or none.',
    zh: '请以设备标识作为用户名；客户端标识不超过 128 个可见字符，也可省略。',
  }),
  protocol_version: () => ({
    en: 'Set the client to MQTT 3.1.1 (protocol version 4): MQTT 5 is not offered.',
    zh: '请将客户端设为 MQTT 3.1.1（协议版本 4）：不支持 MQTT 5。',
  }),
  keepalive_out_of_range: () => ({
    en: 'Set the keep-alive to between 1 and 1200 s; 60 s is a good choice.',
    zh: '请将保活时间设为 1 至 1200 秒，建议 60 秒。',
  }),
  connect_timeout: () => ({
    en: 'The peer opened a connection and did not send CONNECT within 30 s. Check that it speaks MQTT on this port and, where the platform has a certificate, TLS.',
    zh: '对方建立连接后 30 秒内未发送 CONNECT。请检查其在该端口使用的是 MQTT；如平台已配置证书，还须使用 TLS。',
  }),
  malformed_packet: () => ({
    en: 'What came is not MQTT 3.1.1. Check the port, whether TLS or WebSocket is expected there, and the firmware of the device.',
    zh: '收到的内容不是 MQTT 3.1.1。请检查端口、该端口是否要求 TLS 或 WebSocket，以及设备固件。',
  }),
  packet_too_large: ({ detail }) => ({
    en: `Send fewer reports in one message, or raise OSPREY_MAX_PACKET_BYTES. ${detail}.`,
    zh: `请减少每条报文的数据量，或调高 OSPREY_MAX_PACKET_BYTES。${detail}`,
  }),
  too_many_connections: () => ({
    en: 'The platform holds as many connections as it may. Look for a client that opens connections and leaves them; else raise OSPREY_MAX_CONNECTIONS.',
    zh: '平台连接数已达上限。请检查是否有客户端反复建立连接而不关闭；否则请调高 OSPREY_MAX_CONNECTIONS。',
  }),
  origin_not_allowed: () => ({
    en: 'A web page of another origin used the WebSocket. If it is yours, add its origin to OSPREY_ALLOWED_ORIGINS.',
    zh: '来自其他来源的网页使用了 WebSocket。如属自有网页，请将其来源加入 OSPREY_ALLOWED_ORIGINS。',
  }),
  topic_denied: deniedTopic,
  subscription_denied: ({ deviceId, detail }) => ({
    en: `Subscribes to a topic it may not read: expected exactly v1/devices/${nameOf(deviceId)}/commands, without wildcards. Got ${detail}.`,
    zh: `订阅了无权读取的主题：只能订阅 v1/devices/${nameOf(deviceId)}/commands，不含通配符。实际为 ${detail}`,
  }),
  rate_limited: ({ detail }) => ({
    en: `Put several reports into one message, wait for acknowledgements, or raise OSPREY_DEVICE_RATE: ${detail}.`,
    zh: `请将多条数据合并为一条报文、等待确认后再发送，或调高 OSPREY_DEVICE_RATE：${detail}`,
  }),
  not_stored: () => ({
    en: 'Nothing is wrong with the device: the platform could not write to its disk. Free space; the device keeps its readings and sends them again.',
    zh: '设备本身没有问题：平台无法写入磁盘。请释放空间；设备会保留读数并重新发送。',
  }),
}

function badSecret({ at }: ConnectionRefusal, device: DeviceFacts | undefined, now: number): Advice {
  if (!device) {
    return {
      en: 'The device is not registered any more. Register it again and enter the new secret.',
      zh: '该设备已不再登记。请重新登记并填入新密钥。',
    }
  }
  const rotated = device.rotatedAt > device.createdAt
  const past = ago(now - device.rotatedAt)
  if (rotated && device.rotatedAt <= at) {
    return {
      en: `The secret was rotated ${past.en}: the device still uses the old one. Enter the new secret at the device, or rotate it again if it was lost.`,
      zh: `密钥已于${past.zh}更换：设备仍在使用旧密钥。请在设备上填入新密钥；如已遗失，请再次更换。`,
    }
  }
  if (rotated) {
    return {
      en: `The secret was rotated ${past.en}, after this attempt. Enter the new secret at the device.`,
      zh: `密钥已在此次尝试之后（${past.zh}）更换。请在设备上填入新密钥。`,
    }
  }
  if (device.authentication === 'certificate') {
    return {
      en: 'This device logs in with a certificate, and presented none. Connect with TLS and its client certificate.',
      zh: '该设备须用证书登录，但未出示证书。请使用 TLS 和客户端证书连接。',
    }
  }
  return {
    en: 'Enter the secret that was shown when the device was registered as the MQTT password, without blanks around it. If it was lost, rotate it.',
    zh: '请将登记设备时显示的密钥填为 MQTT 密码，前后不要有空格。如已遗失，请更换密钥。',
  }
}

function deniedTopic({ deviceId, detail }: ConnectionRefusal): Advice {
  const id = nameOf(deviceId)
  if (detail.startsWith('last will: ')) {
    return {
      en: `The last will must go to the device's own status topic, v1/devices/${id}/status. Got ${detail.slice(11)}.`,
      zh: `遗嘱消息须发往设备自身的状态主题 v1/devices/${id}/status。实际为 ${detail.slice(11)}`,
    }
  }
  if (detail.includes('only the status topic may be retained')) {
    return {
      en: `Clear the retain flag: only v1/devices/${id}/status may be retained. Got ${detail}.`,
      zh: `请去掉保留（retain）标志：只有 v1/devices/${id}/status 可以保留。实际为 ${detail}`,
    }
  }
  return {
    en: `Publishes outside its own topics: expected v1/devices/${id}/observations, …/senml, …/status or …/commands/result. Got ${detail}.`,
    zh: `向自身主题之外发布：只能使用 v1/devices/${id}/observations、…/senml、…/status 或 …/commands/result。实际为 ${detail}`,
  }
}

function nameOf(deviceId: string): string {
  return deviceId === '' ? '{id}' : deviceId
}

const UNITS = [
  { seconds: 86_400, en: 'd', zh: '天' },
  { seconds: 3600, en: 'h', zh: '小时' },
  { seconds: 60, en: 'min', zh: '分钟' },
] as const

/** A span of milliseconds in its largest unit. */
function ago(span: number): Advice {
  const seconds = Math.max(0, span) / 1000
  const unit = UNITS.find((one) => seconds >= one.seconds)
  if (!unit) return { en: 'just now', zh: '刚刚' }
  const count = Math.floor(seconds / unit.seconds)
  return { en: `${count} ${unit.en} ago`, zh: `${count} ${unit.zh}前` }
}
