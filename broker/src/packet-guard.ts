import type { Duplex } from 'node:stream'

export interface GuardProblem {
  reason: 'packet_too_large' | 'malformed_packet'
  detail: string
}

/** Limit of the first packet; a CONNECT with will, user name and password needs a few hundred bytes. */
export const CONNECT_LIMIT = 4096
const CONNECT = 0x10

/**
 * Follows the packet boundaries of one connection (MQTT 3.1.1 clause 2.2) without looking into the packets, so that
 * an announced length is refused before anything is buffered for it: Aedes and mqtt-packet have no such limit.
 */
export class PacketGuard {
  readonly #maxBytes: number
  #connectSeen = false
  #header = 0
  #length = 0
  #shift = -1
  #skip = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Says what is wrong with the next bytes of the connection, if anything is. */
  inspect(chunk: Uint8Array): GuardProblem | undefined {
    for (let at = 0; at < chunk.length; ) {
      if (this.#skip > 0) {
        const step = Math.min(this.#skip, chunk.length - at)
        this.#skip -= step
        at += step
        continue
      }
      const problem = this.#headerByte(chunk[at++] as number)
      if (problem) return problem
    }
    return undefined
  }

  #headerByte(byte: number): GuardProblem | undefined {
    if (this.#shift < 0) {
      this.#header = byte
      this.#length = 0
      this.#shift = 0
      return undefined
    }
    this.#length += (byte & 127) << this.#shift
    this.#shift += 7
    if ((byte & 128) !== 0)
      return this.#shift > 21 ? malformed('the remaining length has more than four bytes') : undefined
    this.#shift = -1
    return this.#packet()
  }

  #packet(): GuardProblem | undefined {
    const isFirst = !this.#connectSeen
    if (isFirst && this.#header !== CONNECT) return malformed('the first packet is not CONNECT')
    const limit = isFirst ? CONNECT_LIMIT : this.#maxBytes
    if (this.#length > limit)
      return {
        reason: 'packet_too_large',
        detail: `a packet of ${this.#length} bytes was announced, expected at most ${limit}`,
      }
    this.#connectSeen = true
    this.#skip = this.#length
    return undefined
  }
}

function malformed(detail: string): GuardProblem {
  return { reason: 'malformed_packet', detail }
}

/** Lets the guard see every chunk that is read from the connection, without a stream in between. */
export function guardReads(
  connection: Duplex,
  guard: PacketGuard,
  refuse: (problem: GuardProblem) => void,
): void {
  const read = connection.read.bind(connection)
  connection.read = (size?: number) => {
    const chunk: Buffer | null = read(size)
    const problem = chunk === null ? undefined : guard.inspect(chunk)
    if (!problem) return chunk
    refuse(problem)
    connection.destroy()
    return null
  }
}
