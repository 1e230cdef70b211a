import type { AlertCounts, AlertsView, AlertView } from '@osprey/core/api/alerts'
import type { Request } from '../session/request.ts'
import { type Listener, Observable } from '../ui/observable.ts'
import { severityRank } from './severity-shapes.ts'

const PAGE = 500
/** More firing alerts than these are counted by the server but not marked on the map. */
const MOST = 10_000
/** Counts follow a change after this long, milliseconds: changes come in bursts. */
const COUNTS_DELAY = 700
/** Pending alerts come and go without being told. */
const COUNTS_INTERVAL = 30_000
const RETRY = 5000

type AlertsListener = (alerts: readonly AlertView[]) => void

/** What fires now within reach: read once, then kept by what the live connection tells. */
export class OpenAlerts {
  /** Of all open alerts; null until they are known. */
  readonly counts = new Observable<AlertCounts | null>(null)
  private readonly firing = new Map<string, AlertView>()
  private readonly byStation = new Map<string, readonly AlertView[]>()
  private readonly listeners = new Set<Listener>()
  private readonly watchers = new Set<AlertsListener>()
  /** Told while the alerts were read: the answer may be older. */
  private toldMeanwhile: AlertView[] | null = null
  private readings = 0
  private timer: ReturnType<typeof setTimeout> | undefined
  private retryTimer: ReturnType<typeof setTimeout> | undefined
  private stopped = false

  constructor(private readonly request: Request) {}

  /** Told when something began or ceased to fire, or changed. */
  readonly subscribe = (listener: Listener): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** Told of every alert the live connection names; an empty list when the server is to be asked again. */
  readonly watch = (watcher: AlertsListener): (() => void) => {
    this.watchers.add(watcher)
    return () => this.watchers.delete(watcher)
  }

  /** The firing alerts of a station, most severe first; the same list until it changes. */
  readonly ofStation = (station: string): readonly AlertView[] => this.byStation.get(station) ?? NONE

  /** Rank of the worst severity that fires, by station. */
  severities(): Map<string, number> {
    const ranks = new Map<string, number>()
    for (const [station, alerts] of this.byStation) {
      ranks.set(station, Math.max(...alerts.map(({ severity }) => severityRank(severity))))
    }
    return ranks
  }

  /** Reads what fires. Also after the connection was lost: what changed meanwhile was not told. */
  readonly load = async (): Promise<void> => {
    clearTimeout(this.retryTimer)
    const reading = ++this.readings
    this.toldMeanwhile = []
    try {
      const alerts: AlertView[] = []
      let before = ''
      while (alerts.length < MOST) {
        const page: AlertsView = await this.request(`/api/alerts?state=firing&limit=${PAGE}${before}`)
        if (this.stopped || reading !== this.readings) return
        alerts.push(...page.alerts)
        this.counts.set(page.counts)
        if (page.next === null) break
        before = `&before=${encodeURIComponent(page.next)}`
      }
      const told = this.toldMeanwhile
      this.toldMeanwhile = null
      this.firing.clear()
      for (const alert of alerts) this.firing.set(alert.id, alert)
      for (const alert of told) this.take(alert)
      this.arrange()
      for (const watcher of this.watchers) watcher(NONE)
    } catch {
      if (!this.stopped && reading === this.readings) this.retryTimer = setTimeout(this.load, RETRY)
      return
    }
    this.scheduleCounts(COUNTS_INTERVAL)
  }

  stop(): void {
    this.stopped = true
    clearTimeout(this.timer)
    clearTimeout(this.retryTimer)
  }

  /** The live connection told of alerts, each as it is now; also what an act of this person answered. */
  readonly receive = (alerts: readonly AlertView[]): void => {
    this.toldMeanwhile?.push(...alerts)
    for (const alert of alerts) this.take(alert)
    this.arrange()
    for (const watcher of this.watchers) watcher(alerts)
    clearTimeout(this.timer)
    this.scheduleCounts(COUNTS_DELAY)
  }

  private take(alert: AlertView): void {
    const known = this.firing.get(alert.id)
    if (known !== undefined && Date.parse(known.updatedAt) > Date.parse(alert.updatedAt)) return
    if (alert.state === 'firing') this.firing.set(alert.id, alert)
    else this.firing.delete(alert.id)
  }

  private arrange(): void {
    const byStation = new Map<string, AlertView[]>()
    for (const alert of this.firing.values()) {
      if (alert.station === null) continue
      const own = byStation.get(alert.station)
      if (own === undefined) byStation.set(alert.station, [alert])
      else own.push(alert)
    }
    for (const station of this.byStation.keys()) if (!byStation.has(station)) this.byStation.delete(station)
    for (const [station, alerts] of byStation) {
      alerts.sort((a, b) => severityRank(b.severity) - severityRank(a.severity) || (a.id < b.id ? -1 : 1))
      const before = this.byStation.get(station)
      const same = before?.length === alerts.length && alerts.every((alert, at) => alert === before[at])
      if (!same) this.byStation.set(station, alerts)
    }
    for (const listener of this.listeners) listener()
  }

  private scheduleCounts(delay: number): void {
    clearTimeout(this.timer)
    this.timer = setTimeout(this.readCounts, delay)
  }

  private readonly readCounts = async (): Promise<void> => {
    try {
      const hidden = typeof document !== 'undefined' && document.hidden
      if (!hidden)
        this.counts.set((await this.request<AlertsView>('/api/alerts?state=firing&limit=1')).counts)
    } catch {
      // The connection pill says that the server does not answer; the next reading comes.
    }
    if (!this.stopped) this.scheduleCounts(COUNTS_INTERVAL)
  }
}

const NONE: readonly AlertView[] = []
