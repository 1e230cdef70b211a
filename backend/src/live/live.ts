import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type RawData, type WebSocket, WebSocketServer } from 'ws'
import type { Latest } from '../pipeline/latest.ts'
import type { Resolver } from '../pipeline/resolver.ts'
import type { Log } from '../pipeline/retry.ts'
import { LiveClient, type LiveIdentity } from './client.ts'
import { Frames } from './frames.ts'
import { parseSubscription, type Subscription } from './subscription.ts'

export interface LiveOptions {
  resolver: Resolver
  latest: Latest
  /** Who opens the socket; undefined refuses with 401. */
  authenticate: (request: IncomingMessage) => Promise<LiveIdentity | undefined>
  /** Whether a page of this request's Origin may open a socket; false refuses with 403. */
  originAllowed: (request: IncomingMessage) => boolean
  /** Of these sessions, those that still stand. Asked every two seconds while clients are connected. */
  standing: (sessions: readonly string[]) => Promise<ReadonlySet<string>>
  /** Epoch milliseconds. */
  now: () => number
  log: Log
  maxClients?: number
  maxPerSession?: number
  maxPerUser?: number
  /** Bytes that may wait for one client before it is evicted. */
  maxBuffered?: number
}

type Selection = (identity: LiveIdentity) => boolean

export interface LiveStats {
  clients: number
  subscribed: number
  accepted: number
  /** `account`: the session or the user has too many connections already. */
  refused: { origin: number; authentication: number; account: number; full: number; path: number }
  /** Clients disconnected because they did not keep up, sent nonsense, or did not answer. */
  evicted: { slow: number; badMessages: number; unresponsive: number }
  sessionsEnded: number
  snapshots: number
  deltas: number
  /** Messages told at once: alerts, notices. */
  told: number
  bytes: number
}

/** Close codes: RFC 6455 clause 7.4.1 and the IANA registry; 4401 is this protocol's own. */
export const CLOSE = {
  goingAway: 1001,
  policyViolation: 1008,
  tryAgainLater: 1013,
  sessionEnded: 4401,
} as const

const PATH = '/live'
const MAX_CLIENTS = 500
/** A person has a few windows open; nobody takes the places of all the others. */
const MAX_PER_SESSION = 20
const MAX_PER_USER = 50
const MAX_BUFFERED = 8 * 1024 * 1024
const MAX_MESSAGE = 16 * 1024
/** Four frames per second: what an eye follows, and a hundred readings of one station cost one frame. */
const FRAME_INTERVAL = 250
/** A client may stay behind this long before it is evicted, ms. */
const BEHIND_LIMIT = 10_000
const HEARTBEAT_INTERVAL = 5000
const PING_INTERVAL = 15_000
const STANDING_INTERVAL = 2000
/** After an eviction the close frame gets this long to leave, ms. */
const CLOSE_GRACE = 1000
const MAX_UNANSWERED = 2
const MAX_BAD_MESSAGES = 20
/** Snapshots of clients that subscribe in quick succession, per frame. */
const DEFERRED_SNAPSHOTS = 25

/** The WebSocket hub: pushes station states as they change, coalesced, to whoever watches. */
export class LiveHub {
  readonly #options: LiveOptions
  readonly #maxClients: number
  readonly #maxBuffered: number
  readonly #clients = new Set<LiveClient>()
  readonly #server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE,
  })
  /** Connections being let in, each with what was disconnected since its rights were asked for. */
  readonly #opening = new Set<Selection[]>()
  #registryChanged = false
  /** Whether the last frame said that the states are delayed. */
  #delayed = false
  #frameTimer: NodeJS.Timeout | undefined
  #pingedAt = 0
  #checkedAt = 0
  #checking = false
  #stopped = false
  #stats = {
    accepted: 0,
    refused: { origin: 0, authentication: 0, account: 0, full: 0, path: 0 },
    evicted: { slow: 0, badMessages: 0, unresponsive: 0 },
    sessionsEnded: 0,
    snapshots: 0,
    deltas: 0,
    told: 0,
    bytes: 0,
  }

  constructor(options: LiveOptions) {
    this.#options = options
    this.#maxClients = options.maxClients ?? MAX_CLIENTS
    this.#maxBuffered = options.maxBuffered ?? MAX_BUFFERED
  }

  /** For the HTTP server's `upgrade` event. */
  handleUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    socket.on('error', () => socket.destroy())
    void this.#open(request, socket, head).catch((error: Error) => {
      this.#options.log.error({ error: error.message }, 'live connection could not be opened')
      refuse(socket, '503 Service Unavailable')
    })
  }

  /** Tells clients that stations inside their territory were added, changed or removed, or the territory itself. */
  registryChanged(): void {
    this.#registryChanged = true
  }

  /** Closes all connections of identities that the predicate selects; answers how many. */
  disconnect(selects: Selection): number {
    for (const meanwhile of this.#opening) meanwhile.push(selects)
    let closed = 0
    for (const client of this.#clients) {
      if (!selects(client.identity)) continue
      this.#close(client, CLOSE.sessionEnded, 'the session has ended')
      closed++
    }
    this.#stats.sessionsEnded += closed
    return closed
  }

  /** Sends a message at once to all whom the predicate selects; answers how many. */
  tell(selects: Selection, message: object): number {
    const text = JSON.stringify(message)
    return this.tellEach((identity) => (selects(identity) ? text : undefined))
  }

  /**
   * Sends each watcher at once what `write` makes for them. To a client that is behind it is sent when it has caught
   * up; one that stays behind is closed, and learns from its next connection on how things are.
   */
  tellEach(write: (identity: LiveIdentity) => string | undefined): number {
    const now = this.#options.now()
    let told = 0
    for (const client of this.#clients) {
      const text = client.open ? write(client.identity) : undefined
      if (text === undefined) continue
      if (client.tell(text, now)) {
        told++
        this.#stats.bytes += text.length
      } else this.#evictSlow(client)
    }
    this.#stats.told += told
    return told
  }

  /** Sends what changed since the last frame. Called four times a second while anyone is connected. */
  frame(now: number): void {
    const { latest, resolver } = this.#options
    const frames = new Frames(resolver, latest, now, latest.takeChanged())
    const registry = this.#registryChanged ? `{"type":"registry","time":${now}}` : undefined
    this.#registryChanged = false
    const { delayedSince } = latest
    const heartbeat = `{"type":"heartbeat","time":${now},"delayedSince":${delayedSince}}`
    const delayChanged = (delayedSince !== null) !== this.#delayed
    this.#delayed = delayedSince !== null
    let deferred = 0
    for (const client of this.#clients) {
      if (!client.open) continue
      if (registry !== undefined) this.#announce(client, registry, now)
      if (client.hasUntold) this.#catchUp(client, now)
      if (client.wanted !== undefined && deferred < DEFERRED_SNAPSHOTS) {
        deferred++
        this.#subscribe(client, client.wanted, frames, now)
      } else if (client.subscription !== undefined) {
        this.#update(client, client.subscription, frames, now)
      }
      const due = delayChanged || now - client.lastSentAt >= HEARTBEAT_INTERVAL
      if (due && !client.backedUp) client.send(heartbeat, now)
    }
    this.#ping(now)
    void this.#checkSessions(now)
  }

  #catchUp(client: LiveClient, now: number): void {
    client.catchUp(now)
    if (client.hasUntold) this.#holdBack(client, now)
    else if (client.subscription === undefined) client.behindSince = undefined
  }

  /** Changes elsewhere are not even hinted at. */
  #announce(client: LiveClient, registry: string, now: number): void {
    const { revision } = client.identity.territory
    if (revision === client.revision) return
    client.revision = revision
    client.send(registry, now)
  }

  stats(): LiveStats {
    let subscribed = 0
    for (const client of this.#clients) if (client.subscription !== undefined) subscribed++
    const { refused, evicted, ...counts } = this.#stats
    return {
      clients: this.#clients.size,
      subscribed,
      refused: { ...refused },
      evicted: { ...evicted },
      ...counts,
    }
  }

  /** Closes all connections; later ones are refused. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#rest()
    const closed = [...this.#clients].map(
      (client) => new Promise<void>((resolve) => client.socket.once('close', () => resolve())),
    )
    for (const client of this.#clients) this.#close(client, CLOSE.goingAway, 'the platform stops')
    await Promise.all(closed)
  }

  async #open(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { refused } = this.#stats
    if (request.url?.split('?', 1)[0] !== PATH) {
      refused.path++
      return refuse(socket, '404 Not Found')
    }
    if (!this.#options.originAllowed(request)) {
      refused.origin++
      return refuse(socket, '403 Forbidden')
    }
    if (this.#stopped || this.#clients.size + this.#opening.size >= this.#maxClients) {
      refused.full++
      return refuse(socket, '503 Service Unavailable')
    }
    const meanwhile: Selection[] = []
    this.#opening.add(meanwhile)
    let identity: LiveIdentity | undefined
    try {
      identity = await this.#options.authenticate(request)
    } finally {
      this.#opening.delete(meanwhile)
    }
    if (identity === undefined) {
      refused.authentication++
      return refuse(socket, '401 Unauthorized')
    }
    const outdated = meanwhile.some((selects) => selects(identity))
    if (socket.destroyed || this.#stopped || outdated) return refuse(socket, '503 Service Unavailable')
    if (this.#hasEnough(identity)) {
      refused.account++
      return refuse(socket, '429 Too Many Requests')
    }
    this.#server.handleUpgrade(request, socket, head, (opened) => this.#welcome(opened, identity))
  }

  #hasEnough({ username, session }: LiveIdentity): boolean {
    const { maxPerSession = MAX_PER_SESSION, maxPerUser = MAX_PER_USER } = this.#options
    let ofUser = 0
    let ofSession = 0
    for (const { identity } of this.#clients) {
      if (identity.username === username) ofUser++
      if (session !== undefined && identity.session === session) ofSession++
    }
    return ofUser >= maxPerUser || ofSession >= maxPerSession
  }

  #welcome(socket: WebSocket, identity: LiveIdentity): void {
    const client = new LiveClient(socket, identity, this.#options.now())
    this.#clients.add(client)
    this.#stats.accepted++
    socket.on('message', (data, isBinary) => this.#receive(client, data, isBinary))
    socket.on('pong', () => {
      client.unanswered = 0
    })
    socket.on('error', () => socket.terminate())
    socket.on('close', () => {
      this.#clients.delete(client)
      if (this.#clients.size === 0) this.#rest()
    })
    if (this.#frameTimer === undefined) this.#wake()
  }

  /** What changed while nobody watched is in the first client's snapshot. */
  #wake(): void {
    const { latest, now } = this.#options
    latest.takeChanged()
    this.#registryChanged = false
    this.#delayed = latest.delayedSince !== null
    this.#pingedAt = now()
    this.#frameTimer = setInterval(() => this.frame(now()), FRAME_INTERVAL)
  }

  #rest(): void {
    clearInterval(this.#frameTimer)
    this.#frameTimer = undefined
  }

  #receive(client: LiveClient, data: RawData, isBinary: boolean): void {
    client.unanswered = 0
    const now = this.#options.now()
    const parsed = parseSubscription(isBinary ? '' : data.toString())
    if (!parsed.ok) {
      this.#complain(client, parsed.errors, now)
      return
    }
    if (now - client.lastSnapshotAt < FRAME_INTERVAL || client.backedUp) client.wanted = parsed.subscription
    else {
      const { latest, resolver } = this.#options
      this.#subscribe(client, parsed.subscription, new Frames(resolver, latest, now, []), now)
    }
  }

  #complain(client: LiveClient, errors: object[], now: number): void {
    client.badMessages++
    if (client.badMessages > MAX_BAD_MESSAGES) {
      this.#stats.evicted.badMessages++
      this.#close(client, CLOSE.policyViolation, 'too many messages that cannot be read')
    } else if (client.open && !client.backedUp) {
      client.send(JSON.stringify({ type: 'error', time: now, errors }), now)
    }
  }

  /** Snapshot and registration in one turn, so that no change falls between them. */
  #subscribe(client: LiveClient, subscription: Subscription, frames: Frames, now: number): void {
    if (client.backedUp) {
      this.#holdBack(client, now)
      return
    }
    client.subscription = subscription
    client.wanted = undefined
    client.behindSince = undefined
    client.lastSnapshotAt = now
    this.#stats.snapshots++
    this.#send(client, frames.snapshot(subscription, client.identity.territory), now)
  }

  /** A client that does not keep up gets no deltas; once its buffer has left it gets a fresh snapshot. */
  #update(client: LiveClient, subscription: Subscription, frames: Frames, now: number): void {
    if (client.backedUp) this.#holdBack(client, now)
    else if (client.behindSince !== undefined) this.#subscribe(client, subscription, frames, now)
    else this.#sendDelta(client, frames.delta(subscription, client.identity.territory), now)
  }

  #sendDelta(client: LiveClient, delta: Buffer | undefined, now: number): void {
    if (delta === undefined) return
    this.#stats.deltas++
    this.#send(client, delta, now)
  }

  #holdBack(client: LiveClient, now: number): void {
    client.behindSince ??= now
    const tooLong = now - client.behindSince > BEHIND_LIMIT
    if (tooLong || client.socket.bufferedAmount > this.#maxBuffered) this.#evictSlow(client)
  }

  #evictSlow(client: LiveClient): void {
    this.#stats.evicted.slow++
    this.#options.log.warn(
      { user: client.identity.username, buffered: client.socket.bufferedAmount },
      'live client is too slow',
    )
    this.#close(client, CLOSE.tryAgainLater, 'too slow: connect again')
  }

  #send(client: LiveClient, frame: Buffer, now: number): void {
    client.send(frame, now)
    this.#stats.bytes += frame.length
  }

  /** Sends the reason, then ends the connection even when the client does not take it. */
  #close(client: LiveClient, code: number, reason: string): void {
    this.#clients.delete(client)
    if (this.#clients.size === 0) this.#rest()
    const { socket } = client
    socket.close(code, reason)
    const timer = setTimeout(() => socket.terminate(), CLOSE_GRACE)
    socket.once('close', () => clearTimeout(timer))
  }

  #ping(now: number): void {
    if (now - this.#pingedAt < PING_INTERVAL) return
    this.#pingedAt = now
    for (const client of this.#clients) {
      if (client.unanswered >= MAX_UNANSWERED) {
        this.#stats.evicted.unresponsive++
        client.socket.terminate()
      } else if (client.open) {
        client.unanswered++
        client.socket.ping()
      }
    }
  }

  /** Ends connections whose session has ended. While it cannot be asked they stay: they can only watch. */
  async #checkSessions(now: number): Promise<void> {
    if (this.#checking || now - this.#checkedAt < STANDING_INTERVAL) return
    this.#checkedAt = now
    const sessions = new Set<string>()
    for (const { identity } of this.#clients)
      if (identity.session !== undefined) sessions.add(identity.session)
    if (sessions.size === 0) return
    this.#checking = true
    try {
      const standing = await this.#options.standing([...sessions])
      this.disconnect(
        ({ session }) => session !== undefined && sessions.has(session) && !standing.has(session),
      )
    } catch (error) {
      this.#options.log.warn(
        { error: (error as Error).message },
        'sessions of live clients cannot be checked',
      )
    } finally {
      this.#checking = false
    }
  }
}

function refuse(socket: Duplex, status: string): void {
  if (!socket.destroyed) socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
