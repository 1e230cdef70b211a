import type { ConfigView, PropertyView, StationCollection } from '@osprey/core/api'
import type { BoundingBox, ServerMessage } from '@osprey/core/live'
import { OpenAlerts } from './alerts/open-alerts.ts'
import { LayerStore } from './layers/layer-store.ts'
import { isStale } from './live/connection.ts'
import { LiveClient } from './live/live-client.ts'
import { covers, subscriptionBox } from './live/subscription.ts'
import { NoticeStore } from './notifications/notice-store.ts'
import type { Request } from './session/request.ts'
import { Catalogue } from './stations/catalogue.ts'
import { StationStore } from './stations/station-store.ts'
import { Observable } from './ui/observable.ts'

/** Registry changes come in bursts (an import); all pages must not fetch at the same instant either. */
const RELOAD_DELAY = 800
const RELOAD_JITTER = 1500
const SUBSCRIBE_DELAY = 120

export type Loading = 'loading' | 'ready' | 'failed'

export interface Watched {
  view: BoundingBox | null
  property: string | null
  station: string | null
}

/** Everything a signed-in person works with: stations and their live state, catalogue, layers, settings. */
export class Workspace {
  readonly stations = new StationStore()
  readonly loading = new Observable<Loading>('loading')
  readonly catalogue = new Observable<Catalogue>(new Catalogue([]))
  readonly config = new Observable<ConfigView | null>(null)
  readonly layers: LayerStore
  readonly live: LiveClient
  readonly alerts: OpenAlerts
  readonly notices: NoticeStore
  private watched: Watched = { view: null, property: null, station: null }
  private box: BoundingBox | null | undefined
  private reloadTimer: ReturnType<typeof setTimeout> | undefined
  private subscribeTimer: ReturnType<typeof setTimeout> | undefined
  private wasLost = false
  private stopped = false
  private readings = 0

  constructor(
    readonly request: Request,
    liveUrl: string,
    sessionValid: () => Promise<boolean>,
  ) {
    this.layers = new LayerStore(request)
    this.alerts = new OpenAlerts(request)
    this.notices = new NoticeStore(request)
    this.alerts.subscribe(() => this.stations.applyAlerts(this.alerts.severities()))
    this.live = new LiveClient(liveUrl, { message: this.receive, sessionValid })
    this.live.connection.subscribe(this.connectionChanged)
  }

  /** Loads what the map needs, then connects. May be called again after it failed. */
  readonly start = async (): Promise<void> => {
    this.loading.set('loading')
    try {
      const [config] = await Promise.all([
        this.request<ConfigView>('/api/config'),
        this.loadCatalogue(),
        this.loadStations(),
        this.layers.load(),
      ])
      if (this.stopped) return
      this.config.set(config)
      this.loading.set('ready')
      this.live.start()
      void this.alerts.load()
      void this.notices.load()
    } catch {
      this.loading.set('failed')
    }
  }

  stop(): void {
    this.stopped = true
    clearTimeout(this.reloadTimer)
    clearTimeout(this.subscribeTimer)
    this.live.stop()
    this.alerts.stop()
    this.notices.stop()
  }

  /** Fetches the stations again, for instance after an import. */
  readonly loadStations = async (): Promise<void> => {
    const reading = ++this.readings
    const collection = await this.request<StationCollection>('/api/stations')
    // An answer that was overtaken by a later one is out of date.
    if (!this.stopped && reading === this.readings) this.stations.replaceStations(collection)
  }

  private async loadCatalogue(): Promise<void> {
    const properties = await this.request<PropertyView[]>('/api/properties')
    // The same catalogue again must not make every chart load again.
    if (JSON.stringify(properties) === JSON.stringify(this.catalogue.get().properties)) return
    this.catalogue.set(new Catalogue(properties))
  }

  /** Says what is being looked at; the subscription follows. */
  watch(change: Partial<Watched>): void {
    const before = this.watched
    this.watched = { ...before, ...change }
    const { view, property, station } = this.watched
    const box = view === null ? null : subscriptionBox(view, this.box)
    if (box === this.box && property === before.property && station === before.station) return
    this.box = box
    this.subscribeTimer ??= setTimeout(this.subscribe, SUBSCRIBE_DELAY)
  }

  /** Whether the server tells the state of a station at this place. */
  covers({ longitude, latitude }: { longitude: number; latitude: number }): boolean {
    return !this.box || covers(this.box, [longitude, latitude, longitude, latitude])
  }

  private readonly subscribe = (): void => {
    this.subscribeTimer = undefined
    const { property, station } = this.watched
    this.live.subscribe({ bbox: this.box ?? null, property, stations: station === null ? [] : [station] })
  }

  private readonly receive = (message: Exclude<ServerMessage, { type: 'heartbeat' }>): void => {
    if (message.type === 'snapshot') this.stations.applySnapshot(message.stations, message.details)
    else if (message.type === 'delta') this.stations.applyDelta(message.stations, message.details)
    else if (message.type === 'registry') this.scheduleReload()
    else if (message.type === 'alerts') this.alerts.receive(message.alerts)
    else if (message.type === 'notice') this.notices.receive(message.notice)
  }

  /** Changes of the registry made while the connection was lost were not told. */
  private readonly connectionChanged = (): void => {
    const connection = this.live.connection.get()
    if (connection.phase === 'waiting' && connection.lostSince !== null) this.wasLost = true
    if (isStale(connection) || !this.wasLost) return
    this.wasLost = false
    void this.alerts.load()
    void this.notices.load()
    this.scheduleReload()
  }

  private scheduleReload(): void {
    this.reloadTimer ??= setTimeout(this.reload, RELOAD_DELAY + Math.random() * RELOAD_JITTER)
  }

  private readonly reload = async (): Promise<void> => {
    // What changes from now on needs another reading.
    this.reloadTimer = undefined
    try {
      await this.loadCatalogue()
      await this.loadStations()
      await this.layers.load()
    } catch {
      if (!this.stopped && !isStale(this.live.connection.get())) this.scheduleReload()
    }
  }
}
