import type { Permission } from '@osprey/core/permissions'
import type { WebSocket } from 'ws'
import type { Territory } from '../territory/territory.ts'
import type { Subscription } from './subscription.ts'

/** Who watches. `session` identifies what must still stand for the connection to stay. */
export interface LiveIdentity {
  username: string
  session?: string | undefined
  /** Nothing outside it is ever sent. */
  territory: Territory
  /** As they were when the connection was opened; it is closed when they change. */
  permissions: ReadonlySet<Permission>
}

/** A frame is held back while this much of earlier ones has not left, bytes. */
const BEHIND_BYTES = 64 * 1024
/** Messages that are told once wait while the client is behind; beyond so many bytes it must begin anew. */
const MAX_UNTOLD_BYTES = 4 * 1024 * 1024

/** One connected browser: its socket, its wishes and how well it keeps up. */
export class LiveClient {
  readonly identity: LiveIdentity
  readonly socket: WebSocket
  subscription: Subscription | undefined
  /** A subscription that came too soon after the one before; it takes effect with the next frame. */
  wanted: Subscription | undefined
  /** Epoch milliseconds, as `now` in all methods. */
  lastSnapshotAt = Number.NEGATIVE_INFINITY
  lastSentAt: number
  /** Since when frames are held back; undefined while the client keeps up. */
  behindSince: number | undefined
  /** What the territory held when the client was last told to fetch its stations. */
  revision: number
  /** What was told while the client was behind, oldest first. */
  readonly #untold: string[] = []
  #untoldBytes = 0
  /** Pings without answer. */
  unanswered = 0
  badMessages = 0

  constructor(socket: WebSocket, identity: LiveIdentity, now: number) {
    this.socket = socket
    this.identity = identity
    this.lastSentAt = now
    this.revision = identity.territory.revision
  }

  get open(): boolean {
    return this.socket.readyState === this.socket.OPEN
  }

  /** Whether earlier frames still wait to leave. */
  get backedUp(): boolean {
    return this.socket.bufferedAmount > BEHIND_BYTES
  }

  /** Whether told messages wait. */
  get hasUntold(): boolean {
    return this.#untold.length > 0
  }

  /**
   * Sends a message that will not be said again, after those that wait. False: there is no room for it, and the
   * client must connect again to learn how things are.
   */
  tell(message: string, now: number): boolean {
    if (!this.backedUp && !this.hasUntold) {
      this.send(message, now)
      return true
    }
    this.#untoldBytes += message.length
    if (this.#untoldBytes > MAX_UNTOLD_BYTES) return false
    this.#untold.push(message)
    return true
  }

  /** Sends what waits, one message after the other has left. */
  catchUp(now: number): void {
    if (this.backedUp || !this.open) return
    const message = this.#untold.shift()
    if (message === undefined) return
    this.#untoldBytes -= message.length
    this.socket.send(message, { binary: false }, (error) => {
      if (!error) this.catchUp(now)
    })
    this.lastSentAt = now
  }

  send(frame: Buffer | string, now: number): void {
    this.socket.send(frame, { binary: false }, ignore)
    this.lastSentAt = now
  }
}

/** A failed send closes the socket, and the close is what counts. */
function ignore(): void {}
