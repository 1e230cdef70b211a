/** Reads what a broker sends to a publisher: CONNACK, PUBACK, PINGRESP. Nothing is copied on the hot path. */

const CONNACK = 0x20
const PUBACK = 0x40
const PINGRESP = 0xd0

export interface PacketEvents {
  /** Return code of MQTT 3.1.1 clause 3.2.2.3: 0 accepted, 4 bad user name or password, 5 not authorised. */
  connack(returnCode: number): void
  puback(packetId: number): void
  /** Anything a publisher without subscriptions never receives. The connection is of no use any more. */
  violation(detail: string): void
}

/** An incremental parser: packets may be cut anywhere between two chunks. All three kinds have 2 or 4 bytes. */
export class PacketReader {
  private readonly pending = new Uint8Array(4)
  private pendingLength = 0
  private broken = false

  constructor(private readonly events: PacketEvents) {}

  /** Reads `length` bytes from the start of `bytes`. */
  read(bytes: Uint8Array, length: number): void {
    let at = 0
    if (this.pendingLength > 0) at = this.completePending(bytes, length)
    while (at < length && !this.broken) {
      if (length - at >= 4 && bytes[at] === PUBACK && bytes[at + 1] === 2) {
        this.events.puback(((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number))
        at += 4
        continue
      }
      const size = this.sizeAt(bytes[at] as number)
      if (size === 0) return
      if (at + size > length) {
        this.pending.set(bytes.subarray(at, length))
        this.pendingLength = length - at
        return
      }
      this.dispatch(bytes, at)
      at += size
    }
  }

  /** Forgets a half-read packet: a new connection begins. */
  reset(): void {
    this.pendingLength = 0
    this.broken = false
  }

  private completePending(bytes: Uint8Array, length: number): number {
    const size = this.sizeAt(this.pending[0] as number)
    let at = 0
    while (this.pendingLength < size && at < length) {
      this.pending[this.pendingLength++] = bytes[at++] as number
    }
    if (this.pendingLength === size) {
      this.pendingLength = 0
      this.dispatch(this.pending, 0)
    }
    return at
  }

  private sizeAt(firstByte: number): number {
    if (firstByte === PUBACK || firstByte === CONNACK) return 4
    if (firstByte === PINGRESP) return 2
    this.violation(`packet beginning with 0x${firstByte.toString(16)}, expected CONNACK, PUBACK or PINGRESP`)
    return 0
  }

  private dispatch(bytes: Uint8Array, at: number): void {
    const remaining = bytes[at + 1] as number
    const expected = bytes[at] === PINGRESP ? 0 : 2
    if (remaining !== expected) {
      this.violation(`remaining length ${remaining} in a packet of ${expected + 2} bytes`)
    } else if (bytes[at] === CONNACK) {
      this.events.connack(bytes[at + 3] as number)
    } else if (bytes[at] === PUBACK) {
      this.events.puback(((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number))
    }
  }

  private violation(detail: string): void {
    this.broken = true
    this.events.violation(detail)
  }
}
