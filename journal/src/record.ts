import { crc32 } from 'node:zlib'

export type EntryKind = 'publish' | 'connected' | 'disconnected' | 'refused' | 'listening'

/**
 * What the broker saw: a publish of a device, or its coming and going. `listening`: it did not take messages for a
 * while, and does from here on. Times are epoch milliseconds.
 */
export interface JournalEntry {
  kind: EntryKind
  receivedAt: number
  deviceId: string
  topic: string
  payload: Uint8Array
  qos: 0 | 1 | 2
}

/** Cumulative counters of everything ever appended; a sequence may jump after damage, `entries` does not. */
export interface Counters {
  sequence: number
  entries: number
  observations: number
  bytes: number
}

/** Every record carries the counters up to its last entry, so a reader learns the totals from the newest alone. */
export interface RecordHeader {
  first: number
  count: number
  size: number
  counters: Counters
}

/*
 * One binary record holds consecutive entries, little-endian:
 *   0 u32 mark    4 u32 CRC-32 of the bytes from 8    8 u32 size    12 u32 count    16 f64 sequence of the last entry
 *   24 f64 entries, 32 f64 observations, 40 f64 bytes ever appended, this record included
 *   48 entries, each: u8 kind | qos << 4, u8 0, u16 id bytes, u32 topic bytes, u32 payload bytes, f64 receivedAt,
 *      id, topic, payload
 * A record with count 0 is a note: its body is a UTF-8 text telling what was lost here.
 */
export const HEADER_BYTES = 48
export const RECORD_MARK = 0x314a534f
const ENTRY_BYTES = 20
const PAGE_BYTES = 4096

const KINDS: readonly EntryKind[] = ['publish', 'connected', 'disconnected', 'refused', 'listening']

/** Bytes a record of this size takes in the LMDB file: small ones share a page, larger ones get pages of their own. */
export function storedBytes(size: number): number {
  return size < 1900 ? size + 40 : Math.ceil((size + 24) / PAGE_BYTES) * PAGE_BYTES
}

/** Upper bound of the bytes `writeEntry` needs; UTF-8 takes at most three bytes per UTF-16 unit. */
export function entryBytes(entry: JournalEntry): number {
  return ENTRY_BYTES + (entry.deviceId.length + entry.topic.length) * 3 + entry.payload.length
}

/** Writes the entry at `offset` and returns the offset after it. */
export function writeEntry(target: Buffer, offset: number, entry: JournalEntry): number {
  const idAt = offset + ENTRY_BYTES
  const idBytes = target.write(entry.deviceId, idAt)
  const topicAt = idAt + idBytes
  const topicBytes = target.write(entry.topic, topicAt)
  const payloadAt = topicAt + topicBytes
  target.set(entry.payload, payloadAt)
  target[offset] = KINDS.indexOf(entry.kind) | (entry.qos << 4)
  target[offset + 1] = 0
  target.writeUInt16LE(idBytes, offset + 2)
  target.writeUInt32LE(topicBytes, offset + 4)
  target.writeUInt32LE(entry.payload.length, offset + 8)
  target.writeDoubleLE(entry.receivedAt, offset + 12)
  return payloadAt + entry.payload.length
}

/** Fills in the header of `record`, whose body starts at HEADER_BYTES, and seals it with its CRC-32. */
export function sealRecord(record: Buffer, count: number, counters: Counters): void {
  record.writeUInt32LE(RECORD_MARK, 0)
  record.writeUInt32LE(record.length, 8)
  record.writeUInt32LE(count, 12)
  record.writeDoubleLE(counters.sequence, 16)
  record.writeDoubleLE(counters.entries, 24)
  record.writeDoubleLE(counters.observations, 32)
  record.writeDoubleLE(counters.bytes, 40)
  record.writeUInt32LE(crc32(record.subarray(8)), 4)
}

/** Reads the header and checks the CRC-32; a string says what is wrong. */
export function openRecord(record: Buffer): RecordHeader | string {
  if (record.length < HEADER_BYTES) return `record of ${record.length} bytes is shorter than its header`
  if (record.readUInt32LE(0) !== RECORD_MARK) return 'record does not start with its mark'
  const size = record.readUInt32LE(8)
  if (size !== record.length) return `record of ${record.length} bytes says it has ${size}`
  if (crc32(record.subarray(8)) !== record.readUInt32LE(4)) return 'checksum of the record does not match'
  const count = record.readUInt32LE(12)
  const sequence = record.readDoubleLE(16)
  return {
    first: sequence - Math.max(count, 1) + 1,
    count,
    size,
    counters: {
      sequence,
      entries: record.readDoubleLE(24),
      observations: record.readDoubleLE(32),
      bytes: record.readDoubleLE(40),
    },
  }
}

/** Decodes the entries of a record whose CRC has been checked; payloads are views into it. */
export function readEntries(record: Buffer, count: number): JournalEntry[] {
  const entries: JournalEntry[] = new Array(count)
  let at = HEADER_BYTES
  for (let i = 0; i < count; i++) {
    const head = record[at] as number
    const idAt = at + ENTRY_BYTES
    const topicAt = idAt + record.readUInt16LE(at + 2)
    const payloadAt = topicAt + record.readUInt32LE(at + 4)
    const end = payloadAt + record.readUInt32LE(at + 8)
    entries[i] = {
      kind: KINDS[head & 15] as EntryKind,
      receivedAt: record.readDoubleLE(at + 12),
      deviceId: record.toString('utf8', idAt, topicAt),
      topic: record.toString('utf8', topicAt, payloadAt),
      payload: record.subarray(payloadAt, end),
      qos: (head >> 4) as 0 | 1 | 2,
    }
    at = end
  }
  return entries
}

/** Where the journal's id is kept, in the table `state`. */
export const ID_KEY = 'id'

/** A record without entries that tells what was lost at its place. */
export function noteRecord(text: string, counters: Counters): Buffer {
  const record = Buffer.concat([Buffer.alloc(HEADER_BYTES), Buffer.from(text)])
  sealRecord(record, 0, { ...counters, bytes: counters.bytes + storedBytes(record.length) })
  return record
}

export function readNote(record: Buffer): string {
  return record.toString('utf8', HEADER_BYTES)
}

/** Whether the entry counts as a message carrying observations. */
export function carriesObservations(entry: JournalEntry): boolean {
  return entry.kind === 'publish' && (entry.topic.endsWith('/observations') || entry.topic.endsWith('/senml'))
}
