/**
 * Which sequences of one device are under way. Sequences count up from 0; at most `size` of them lie between
 * the lowest unacknowledged one and the next to send, so flat arrays indexed by sequence modulo size hold all.
 */
export class AcknowledgementWindow {
  /** Every sequence below is acknowledged. */
  head = 0
  /** The next sequence to be written, at most `high`. Falls back to `head` when a connection is lost. */
  cursor = 0
  /** One above the highest sequence ever written. */
  high = 0
  acknowledged = 0
  private readonly done: Uint8Array
  private readonly sentAt: Float64Array

  constructor(readonly size: number) {
    if (!Number.isInteger(size) || size < 1 || size > MAX_WINDOW) {
      throw new RangeError(`window of ${size} messages, expected 1 to ${MAX_WINDOW}`)
    }
    this.done = new Uint8Array(size)
    this.sentAt = new Float64Array(size)
  }

  /** Messages written and not acknowledged. */
  get inFlight(): number {
    return this.high - this.acknowledged
  }

  /** Takes the next sequence to write, or -1 when the window is full or all below `limit` are written. */
  take(limit: number, now: number): number {
    while (this.cursor < this.high && this.done[this.cursor % this.size] === 1) this.cursor++
    const sequence = this.cursor
    if (sequence >= limit || sequence - this.head >= this.size) return -1
    this.cursor = sequence + 1
    const slot = sequence % this.size
    if (sequence === this.high) {
      this.high = this.cursor
      this.done[slot] = 0
      this.sentAt[slot] = now
    }
    return sequence
  }

  /** Marks the sequence behind a packet identifier. Returns it, or -1 when it was not under way. */
  acknowledge(packetId: number): number {
    const sequence = this.sequenceOf(packetId)
    if (sequence < 0 || this.done[sequence % this.size] === 1) return -1
    this.done[sequence % this.size] = 1
    this.acknowledged++
    if (sequence === this.head) this.advance()
    return sequence
  }

  /** When the sequence was first written: a message sent again has waited since then. */
  firstSent(sequence: number): number {
    return this.sentAt[sequence % this.size] as number
  }

  /** The connection is gone: everything unacknowledged will be written again. */
  rewind(): void {
    this.cursor = this.head
  }

  private advance(): void {
    while (this.head < this.high && this.done[this.head % this.size] === 1) this.head++
  }

  private sequenceOf(packetId: number): number {
    const base = this.head % PACKET_IDS
    const sequence = this.head + ((packetId - 1 - base + PACKET_IDS) % PACKET_IDS)
    return packetId >= 1 && sequence < this.high && sequence - this.head < this.size ? sequence : -1
  }
}

/** Packet identifiers are 1 to 65535 (MQTT 3.1.1 clause 2.3.1). */
const PACKET_IDS = 65_535
const MAX_WINDOW = 32_768

/** The packet identifier a sequence travels under, unique within any window. */
export function packetIdOf(sequence: number): number {
  return (sequence % PACKET_IDS) + 1
}
