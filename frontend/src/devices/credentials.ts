import type { ConfigView, DeviceSecret } from '@osprey/core/api'
import { writeCsv } from '@osprey/core/csv'
import { deviceTopic } from '@osprey/core/topics'

/** Where devices connect: the broker runs on the host the page came from. */
export interface Broker {
  host: string
  port: number
  tls: boolean
}

export function brokerOf(config: ConfigView | null, hostname: string): Broker | null {
  return config === null ? null : { host: hostname, port: config.mqtt.port, tls: config.mqtt.tls }
}

export const CREDENTIAL_COLUMNS = [
  'id',
  'secret',
  'host',
  'port',
  'tls',
  'topic_observations',
  'topic_senml',
  'topic_status',
  'topic_commands',
  'topic_commands_result',
] as const

/** Everything an installer needs to set up the devices, one device a row. The user name is the id. */
export function credentialsCsv(secrets: readonly DeviceSecret[], broker: Broker | null): string {
  const rows = secrets.map(({ id, secret }) => [
    id,
    secret,
    broker?.host,
    broker?.port,
    broker && (broker.tls ? 'yes' : 'no'),
    deviceTopic(id, 'observations'),
    deviceTopic(id, 'senml'),
    deviceTopic(id, 'status'),
    deviceTopic(id, 'commands'),
    deviceTopic(id, 'commands/result'),
  ])
  return writeCsv([CREDENTIAL_COLUMNS, ...rows])
}

/** `osprey-credentials-2026-11-23-50-devices.csv`; the day in the zone of the page. */
export function credentialsFileName(secrets: readonly DeviceSecret[], now: Date): string {
  const two = (part: number): string => String(part).padStart(2, '0')
  const day = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`
  const what = secrets.length === 1 ? (secrets[0] as DeviceSecret).id : `${secrets.length}-devices`
  return `osprey-credentials-${day}-${what}.csv`
}
