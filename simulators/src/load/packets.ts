/** MQTT 3.1.1 packets assembled by hand: the load generator sends tens of thousands per second. */

const CONNECT = 0x10
const PUBLISH_QOS1 = 0x32
const CLEAN_SESSION = 0x02
const PASSWORD_FLAG = 0x40
const USER_NAME_FLAG = 0x80
const PACKET_ID_LENGTH = 2

export const PINGREQ = Buffer.from([0xc0, 0x00])
export const DISCONNECT = Buffer.from([0xe0, 0x00])

/** Remaining length as of MQTT 3.1.1 clause 2.2.3: seven bits a byte, lowest first. */
export function remainingLength(length: number): Buffer {
  const bytes: number[] = []
  do {
    const low = length % 128
    length = Math.floor(length / 128)
    bytes.push(length > 0 ? low | 0x80 : low)
  } while (length > 0)
  return Buffer.from(bytes)
}

/** CONNECT with a clean session, the device id being client id and user name alike (clause 3.1). */
export function connectPacket(deviceId: string, secret: string, keepaliveSeconds: number): Buffer {
  const flags = CLEAN_SESSION | USER_NAME_FLAG | PASSWORD_FLAG
  const body = Buffer.concat([
    field('MQTT'),
    Buffer.from([4, flags, keepaliveSeconds >> 8, keepaliveSeconds & 0xff]),
    field(deviceId),
    field(deviceId),
    field(secret),
  ])
  return Buffer.concat([Buffer.from([CONNECT]), remainingLength(body.length), body])
}

/** Where the changing digits of one message lie, in bytes from the start of its PUBLISH packet. */
export interface PublishLayout {
  /** One whole packet with sequence 0 and packet identifier 0. */
  packet: Buffer
  packetIdAt: number
  /** One past the last of the 13 digits of `time`. */
  timeEnd: number
  /** One past the last of the `SEQUENCE_DIGITS` places of the sequence value. */
  sequenceEnd: number
  /** Per further value the places of its tens and its tenths digit. */
  valueDigits: { units: number; tenths: number }[]
  /** One past the last of the `STATION_DIGITS` of the station's number, or -1. */
  stationEnd: number
  /** Epoch milliseconds of sequence 0. */
  baseTime: number
  stations: number
}

export interface PublishShape {
  topic: string
  /** Epoch milliseconds of sequence 0; sequence n is observed n ms later. */
  baseTime: number
  sequenceProperty: string
  /** Further properties, each with the value `loadValue(sequence)`. */
  properties: readonly string[]
  /** Stations this device speaks for; sequence n belongs to station n mod stations. 1 names none. */
  stations: number
  stationPrefix: string
}

/** Sequences stay below this: the digits of a message are patched in place and cannot grow. */
export const MAX_SEQUENCE = 1_000_000_000
const SEQUENCE_DIGITS = 9
export const STATION_DIGITS = 3

/** What every further property of message `sequence` reads: 30.0 to 39.9. */
export function loadValue(sequence: number): number {
  return 30 + (sequence % 100) / 10
}

/** The id of the n-th station of a device: the device's own name, numbered when it speaks for several. */
export function stationId(prefix: string, index: number, stations: number): string {
  return stations === 1 ? prefix : `${prefix}-${String(index).padStart(STATION_DIGITS, '0')}`
}

/** Lays out one PUBLISH of QoS 1 (clause 3.3) so that later messages only need new digits. */
export function layOut(shape: PublishShape): PublishLayout {
  const topic = field(shape.topic)
  const text = new PayloadText()
  text.add('{')
  let stationEnd = -1
  if (shape.stations > 1) {
    text.add(`"station":"${stationId(shape.stationPrefix, 0, shape.stations)}`)
    stationEnd = text.length
    text.add('",')
  }
  text.add(`"time":${shape.baseTime}`)
  const timeEnd = text.length
  // JSON has no leading zeros but allows white space before a value (RFC 8259 clause 2).
  text.add(`,"values":{"${shape.sequenceProperty}":${'0'.padStart(SEQUENCE_DIGITS, ' ')}`)
  const sequenceEnd = text.length
  const valueDigits: PublishLayout['valueDigits'] = []
  for (const property of shape.properties) {
    text.add(`,"${property}":30.0`)
    valueDigits.push({ units: text.length - 3, tenths: text.length - 1 })
  }
  text.add('}}')
  const payload = Buffer.from(text.value, 'latin1')
  const bodyLength = topic.length + PACKET_ID_LENGTH + payload.length
  const header = Buffer.concat([Buffer.from([PUBLISH_QOS1]), remainingLength(bodyLength)])
  const packetIdAt = header.length + topic.length
  const start = packetIdAt + PACKET_ID_LENGTH
  return {
    packet: Buffer.concat([header, topic, Buffer.alloc(PACKET_ID_LENGTH), payload]),
    packetIdAt,
    timeEnd: start + timeEnd,
    sequenceEnd: start + sequenceEnd,
    valueDigits: valueDigits.map(({ units, tenths }) => ({ units: start + units, tenths: start + tenths })),
    stationEnd: stationEnd < 0 ? -1 : start + stationEnd,
    baseTime: shape.baseTime,
    stations: shape.stations,
  }
}

/** Makes the packet at `offset` of `buffer` (a copy of `layout.packet`) the one of this sequence. */
export function patch(
  buffer: Buffer,
  offset: number,
  layout: PublishLayout,
  sequence: number,
  packetId: number,
): void {
  buffer[offset + layout.packetIdAt] = packetId >> 8
  buffer[offset + layout.packetIdAt + 1] = packetId & 0xff
  const time = layout.baseTime + sequence
  // Two halves, so that both fit in a 32-bit integer and the division stays cheap.
  const high = Math.floor(time / 1_000_000_000)
  writeDigits(buffer, offset + layout.timeEnd, time - high * 1_000_000_000, 9)
  writeDigits(buffer, offset + layout.timeEnd - 9, high, 4)
  writePadded(buffer, offset + layout.sequenceEnd, sequence)
  const units = 48 + (((sequence / 10) | 0) % 10)
  const tenths = 48 + (sequence % 10)
  for (let index = 0; index < layout.valueDigits.length; index++) {
    const place = layout.valueDigits[index] as { units: number; tenths: number }
    buffer[offset + place.units] = units
    buffer[offset + place.tenths] = tenths
  }
  if (layout.stationEnd >= 0) {
    writeDigits(buffer, offset + layout.stationEnd, sequence % layout.stations, STATION_DIGITS)
  }
}

/** Writes exactly `count` digits ending before `end`, with leading zeros. */
function writeDigits(buffer: Buffer, end: number, value: number, count: number): void {
  for (let at = end - 1; at >= end - count; at--) {
    const rest = (value / 10) | 0
    buffer[at] = 48 + value - rest * 10
    value = rest
  }
}

/** Writes a number right-aligned in the sequence's places, spaces before it. */
function writePadded(buffer: Buffer, end: number, value: number): void {
  let at = end - 1
  do {
    const rest = (value / 10) | 0
    buffer[at--] = 48 + value - rest * 10
    value = rest
  } while (value > 0)
  while (at >= end - SEQUENCE_DIGITS) buffer[at--] = 32
}

/** A UTF-8 string with its two-byte length before it (clause 1.5.3). */
function field(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8')
  if (bytes.length > 0xffff)
    throw new RangeError(`MQTT string of ${bytes.length} bytes, expected at most 65535`)
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes])
}

class PayloadText {
  value = ''

  get length(): number {
    return this.value.length
  }

  add(text: string): void {
    this.value += text
  }
}
