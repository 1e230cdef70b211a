import type { ServerMessage, SubscribeMessage } from '@osprey/core/live'
import { Observable } from '../ui/observable.ts'
import { type Connection, type ConnectionEvent, nextConnection } from './connection.ts'

/** The server sends a heartbeat every 5 s when there is nothing else; three missed ones mean a dead connection. */
const SILENCE_LIMIT = 15_000
const HANDSHAKE_LIMIT = 10_000
const SWEEP = 1000

export interface LiveSinks {
  message(message: Exclude<ServerMessage, { type: 'heartbeat' }>): void
  /** Asked after every failed attempt: a refused upgrade does not tell its status to a page. */
  sessionValid(): Promise<boolean>
}

/** Keeps one WebSocket to /live: subscribes, watches its heartbeat and reconnects as connection.ts decides. */
export class LiveClient {
  readonly connection = new Observable<Connection>({ phase: 'idle' })
  /** Since when the platform itself is behind: connected, yet the states shown are from then. Null when current. */
  readonly delayedSince = new Observable<number | null>(null)
  private socket: WebSocket | undefined
  private lastHeard: number | null = null
  private openedAt = 0
  private sweeper: ReturnType<typeof setInterval> | undefined
  private subscription: SubscribeMessage = { type: 'subscribe', bbox: null, property: null, stations: [] }

  constructor(
    private readonly url: string,
    private readonly sinks: LiveSinks,
  ) {}

  start(): void {
    if (this.sweeper !== undefined) return
    this.sweeper = setInterval(this.sweep, SWEEP)
    window.addEventListener('online', this.retry)
    this.step({ type: 'start' })
    this.open()
  }

  stop(): void {
    clearInterval(this.sweeper)
    this.sweeper = undefined
    window.removeEventListener('online', this.retry)
    this.step({ type: 'stop' })
    this.drop()
  }

  /** Says what to receive. Sent at once when connected and again after every reconnection. */
  subscribe(subscription: Omit<SubscribeMessage, 'type'>): void {
    this.subscription = { type: 'subscribe', ...subscription }
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(this.subscription))
  }

  /** Does not wait for the next attempt. */
  readonly retry = (): void => {
    if (this.connection.get().phase !== 'waiting') return
    this.step({ type: 'retry' })
    this.open()
  }

  private step(event: ConnectionEvent): void {
    this.connection.set(nextConnection(this.connection.get(), event, Date.now(), Math.random()))
  }

  private open(): void {
    this.openedAt = Date.now()
    this.lastHeard = null
    const socket = new WebSocket(this.url)
    this.socket = socket
    socket.onopen = () => socket.send(JSON.stringify(this.subscription))
    socket.onmessage = (event) => this.receive(event.data as string)
    socket.onclose = () => this.lose()
  }

  private receive(data: string): void {
    const message = JSON.parse(data) as ServerMessage
    this.lastHeard = Date.now()
    if ('delayedSince' in message) this.delayedSince.set(message.delayedSince ?? null)
    if (message.type === 'heartbeat') return
    this.sinks.message(message)
    if (message.type === 'snapshot') this.step({ type: 'snapshot' })
  }

  private lose(): void {
    this.drop()
    this.step({ type: 'lost', lastHeard: this.lastHeard })
    void this.sinks.sessionValid()
  }

  private drop(): void {
    const socket = this.socket
    this.socket = undefined
    if (socket === undefined) return
    socket.onopen = null
    socket.onmessage = null
    socket.onclose = null
    socket.close()
  }

  private readonly sweep = (): void => {
    const now = Date.now()
    const state = this.connection.get()
    if (state.phase === 'waiting' && now >= state.retryAt) this.retry()
    const silent = state.phase === 'live' && now - (this.lastHeard ?? now) > SILENCE_LIMIT
    const stuck = state.phase === 'connecting' && now - this.openedAt > HANDSHAKE_LIMIT
    if (silent || stuck) this.lose()
  }
}
