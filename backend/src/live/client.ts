import type { WebSocket } from 'ws'
import type { Territory } from '../territory/territory.ts'
import type { Subscription } from './subscription.ts'

/** Who watches. `session` identifies what must still stand for the connection to stay. */
export interface LiveIdentity {
  username: string
  session?: string | undefined
  /** Nothing outside it is ever sent. */
  territory: Territory
}

/** A frame is held back while this much of earlier ones has not left, bytes. */
const BEHIND_BYTES = 64 * 1024

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

  send(frame: Buffer | string, now: number): void {
    this.socket.send(frame, { binary: false }, ignore)
    this.lastSentAt = now
  }
}

/** A failed send closes the socket, and the close is what counts. */
function ignore(): void {}
