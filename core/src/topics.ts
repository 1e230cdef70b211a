/** The topics of the device protocol v1 and who may use them. */

export type TopicKind = 'observations' | 'senml' | 'status' | 'commands' | 'commands/result'

/** Devices, stations and properties carry identifiers of this form. */
export const ID_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

export interface DeviceTopic {
  deviceId: string
  kind: TopicKind
}

export type DenialReason =
  | 'bad_identifier'
  | 'system_topic'
  | 'shared_subscription'
  | 'wildcard'
  | 'not_a_device_topic'
  | 'other_device'
  | 'not_publishable'
  | 'not_subscribable'
  | 'retain_not_allowed'

export type Verdict =
  | { allowed: true; kind: TopicKind }
  | { allowed: false; reason: DenialReason; detail: string }

export type IdentifierProblem =
  | 'empty'
  | 'too_long'
  | 'control_character'
  | 'invisible_character'
  | 'not_a_character'

/** Longest client id, user name or topic accepted, in UTF-16 code units. The longest topic of v1 has 91. */
export const MAX_IDENTIFIER_LENGTH = 128

const PREFIX = 'v1/devices/'

/** Splits `v1/devices/{deviceId}/{kind}`; undefined when the topic is not exactly of that form. */
export function parseDeviceTopic(topic: string): DeviceTopic | undefined {
  if (!topic.startsWith(PREFIX)) return undefined
  const slash = topic.indexOf('/', PREFIX.length)
  if (slash < 0) return undefined
  const kind = topic.slice(slash + 1)
  if (!isTopicKind(kind)) return undefined
  const deviceId = topic.slice(PREFIX.length, slash)
  return isId(deviceId) ? { deviceId, kind } : undefined
}

/** The topic of one device. Throws when the id cannot be part of a topic. */
export function deviceTopic(deviceId: string, kind: TopicKind): string {
  if (!isId(deviceId)) throw new TypeError(`deviceId: ${JSON.stringify(deviceId)}, expected ${ID_PATTERN}`)
  return `${PREFIX}${deviceId}/${kind}`
}

/** May this device publish here? Own topics only, never `commands`; only `status` may be retained. */
export function authorizePublish(deviceId: string, topic: string, options: { retain: boolean }): Verdict {
  const found = parseDeviceTopic(topic)
  if (found === undefined) return denial(topic)
  if (found.deviceId !== deviceId) return otherDevice(deviceId, topic)
  if (found.kind === 'commands') {
    return deny('not_publishable', `${topic}: only the platform publishes commands`)
  }
  if (options.retain && found.kind !== 'status') {
    return deny('retain_not_allowed', `${topic}: only the status topic may be retained`)
  }
  return { allowed: true, kind: found.kind }
}

/** May this device subscribe to the filter? Exactly its own `commands` topic, without wildcards. */
export function authorizeSubscribe(deviceId: string, filter: string): Verdict {
  const found = parseDeviceTopic(filter)
  if (found === undefined) return denial(filter)
  if (found.deviceId !== deviceId) return otherDevice(deviceId, filter)
  if (found.kind !== 'commands') {
    return deny('not_subscribable', `${filter}: a device subscribes to its commands only`)
  }
  return { allowed: true, kind: found.kind }
}

/**
 * Refuses what must not enter logs, listings or topic matching: control characters, U+FFFD and other
 * signs of broken text, invisible and direction-changing characters, over-long text. MQTT 3.1.1 clause
 * 1.5.3 leaves these to the server. Returns undefined when the text is clean.
 */
export function checkIdentifier(text: string): IdentifierProblem | undefined {
  if (text.length === 0) return 'empty'
  if (text.length > MAX_IDENTIFIER_LENGTH) return 'too_long'
  for (let at = 0; at < text.length; at++) {
    const code = text.codePointAt(at) as number
    if (code < 0x20 || (code >= 0x7f && code <= 0x9f)) return 'control_character'
    if (code < 0xad) continue
    if (isNotACharacter(code)) return 'not_a_character'
    if (isInvisible(code)) return 'invisible_character'
    if (code > 0xffff) at++
  }
  return undefined
}

/** The same test as ID_PATTERN, without the regular expression machinery: it runs once per value. */
export function isId(text: string): boolean {
  const length = text.length
  if (length === 0 || length > 64 || !isAlphanumeric(text.charCodeAt(0))) return false
  for (let at = 1; at < length; at++) {
    const code = text.charCodeAt(at)
    if (!isAlphanumeric(code) && code !== 46 && code !== 95 && code !== 45) return false
  }
  return true
}

function isAlphanumeric(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90)
}

function isTopicKind(text: string): text is TopicKind {
  switch (text) {
    case 'observations':
    case 'senml':
    case 'status':
    case 'commands':
    case 'commands/result':
      return true
    default:
      return false
  }
}

/** Unpaired surrogates, the replacement character and the noncharacters of Unicode chapter 23.7. */
function isNotACharacter(code: number): boolean {
  return (
    (code >= 0xd800 && code <= 0xdfff) ||
    code === 0xfffd ||
    (code & 0xfffe) === 0xfffe ||
    (code >= 0xfdd0 && code <= 0xfdef)
  )
}

/** Zero-width characters, direction marks and overrides (Unicode UAX #9), tags: text that shows as other text. */
function isInvisible(code: number): boolean {
  return (
    code === 0xad ||
    code === 0x61c ||
    (code >= 0x200b && code <= 0x200f) ||
    (code >= 0x2028 && code <= 0x202e) ||
    (code >= 0x2060 && code <= 0x206f) ||
    code === 0xfeff ||
    (code >= 0xfff9 && code <= 0xfffb) ||
    (code >= 0xe0000 && code <= 0xe007f)
  )
}

/** Names what is wrong with a topic or filter that is no device topic. */
function denial(topic: string): Verdict {
  const problem = checkIdentifier(topic)
  if (problem !== undefined) return deny('bad_identifier', `topic has ${problem}`)
  if (topic === '$share' || topic.startsWith('$share/')) {
    return deny('shared_subscription', `${topic}: shared subscriptions are not offered`)
  }
  if (topic.startsWith('$')) return deny('system_topic', `${topic}: topics beginning with $ are the server's`)
  if (topic.includes('#') || topic.includes('+')) {
    return deny('wildcard', `${topic}: wildcards are not offered, expected an exact topic`)
  }
  return deny(
    'not_a_device_topic',
    `${topic}: expected v1/devices/{deviceId}/observations|senml|status|commands`,
  )
}

function otherDevice(deviceId: string, topic: string): Verdict {
  return deny('other_device', `${topic}: expected a topic of device ${deviceId}`)
}

function deny(reason: DenialReason, detail: string): Verdict {
  return { allowed: false, reason, detail }
}
