import type { RejectionReason } from '@osprey/core/rejections'
import type { JournalEntry } from '@osprey/journal/journal'

/** A message as it came, and what became of it at that time. */
export interface RecentMessage {
  /** Epoch milliseconds. */
  receivedAt: number
  topic: string
  qos: number
  /** Length of the payload; `payload` holds at most its first 4096 bytes. */
  bytes: number
  payload: Buffer
  /** Readings taken. */
  accepted: number
  rejections: readonly { reason: RejectionReason; readings: number; detail: string }[]
}

const PER_DEVICE = 20
const PAYLOAD_BYTES = 4096
const MAX_BYTES = 16 * 1024 * 1024
/** What a kept message costs beside its payload, about. */
const OVERHEAD_BYTES = 300
/** A device that reports often shows one message a second: people read them, and copying costs. */
const KEEP_EVERY_MS = 1000

/** Share of the bytes that is made free at once. */
const ROOM = 0.02

/** The payload one character a byte: a small buffer would hold on to the whole slab it was cut from. */
type Kept = Omit<RecentMessage, 'payload'> & { latin1: string }

interface Ring {
  messages: Kept[]
  bytes: number
  keptAt: number
}

/**
 * The last messages of every device, for vendors who want to see what arrived. In memory only, bounded per device
 * and in total: the devices heard longest ago are forgotten first.
 */
export class RecentMessages {
  /** Oldest device first. */
  readonly #rings = new Map<string, Ring>()
  readonly #maxBytes: number
  #bytes = 0
  #forgotten = 0

  constructor(maxBytes = MAX_BYTES) {
    this.#maxBytes = maxBytes
  }

  /** Called for every message. Those with rejected readings are kept however often they come. */
  offer(entry: JournalEntry, accepted: number, rejections: RecentMessage['rejections']): void {
    const ring = this.#rings.get(entry.deviceId)
    if (ring !== undefined && rejections.length === 0) {
      const elapsed = entry.receivedAt - ring.keptAt
      if (elapsed >= 0 && elapsed < KEEP_EVERY_MS) return
    }
    this.#keep(entry, ring ?? { messages: [], bytes: 0, keptAt: 0 }, accepted, rejections)
  }

  /** Newest first. */
  of(device: string): RecentMessage[] {
    const kept = this.#rings.get(device)?.messages.toReversed() ?? []
    return kept.map(({ latin1, ...message }) => ({ ...message, payload: Buffer.from(latin1, 'latin1') }))
  }

  /** The device was removed: its messages are not shown as those of whoever takes its id next. */
  forget(device: string): void {
    this.#bytes -= this.#rings.get(device)?.bytes ?? 0
    this.#rings.delete(device)
  }

  stats(): { devices: number; bytes: number; forgotten: number } {
    return { devices: this.#rings.size, bytes: this.#bytes, forgotten: this.#forgotten }
  }

  #keep(entry: JournalEntry, ring: Ring, accepted: number, rejections: RecentMessage['rejections']): void {
    const { deviceId, receivedAt, topic, qos, payload } = entry
    ring.keptAt = receivedAt
    // A copy: the entry's bytes are a view of a whole journal record.
    const { buffer, byteOffset, length } = payload
    const latin1 = Buffer.from(buffer, byteOffset, Math.min(length, PAYLOAD_BYTES)).toString('latin1')
    const message = { receivedAt, topic, qos, bytes: length, latin1, accepted, rejections }
    ring.messages.push(message)
    this.#count(ring, sizeOf(message))
    if (ring.messages.length > PER_DEVICE) {
      this.#count(ring, -sizeOf(ring.messages.shift() as Kept))
    }
    this.#rings.delete(deviceId)
    this.#rings.set(deviceId, ring)
    // Not begun for nothing: an iterator first walks over all the places of entries that were moved to the end.
    if (this.#bytes > this.#maxBytes) this.#forgetOldest()
  }

  /** Some room at once, so that it is seldom begun. */
  #forgetOldest(): void {
    for (const [id, oldest] of this.#rings) {
      if (this.#bytes <= this.#maxBytes * (1 - ROOM)) return
      this.#rings.delete(id)
      this.#bytes -= oldest.bytes
      this.#forgotten++
    }
  }

  #count(ring: Ring, bytes: number): void {
    ring.bytes += bytes
    this.#bytes += bytes
  }
}

function sizeOf({ latin1, topic, rejections }: Kept): number {
  let size = OVERHEAD_BYTES + latin1.length + 2 * topic.length
  for (const { detail } of rejections) size += 100 + 2 * detail.length
  return size
}
