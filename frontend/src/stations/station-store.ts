import type { StationCollection, StationFeature } from '@osprey/core/api'
import type { LatestValue, StationAlert, StationState, StationStatus } from '@osprey/core/live'
import { MEDIA, type Medium } from '@osprey/core/properties'
import { mercatorX, mercatorY } from '../map/mercator.ts'
import type { Listener } from '../ui/observable.ts'

export const STATUSES: readonly StationStatus[] = ['live', 'silent', 'never']
export const NO_LEVEL = -1

/** Property id → value, phenomenon time (epoch milliseconds) and QARTOD flag. */
export type Latest = Readonly<Record<string, LatestValue>>
export type StationRecord = StationFeature['properties']

const NOTHING: Latest = {}
const SAME_MEDIUM = new Map<string, number>(MEDIA.map((medium, index) => [medium, index]))

/**
 * Every station and its present state in flat columns, one row per station, outside any framework. The canvas
 * reads the columns directly; panels watch `subscribe` and take small unchanging snapshots.
 */
export class StationStore {
  /** Rises with every change of the stations themselves; rows are renumbered. */
  registryVersion = 0
  /** Rises with every applied state message. */
  revision = 0
  ids: readonly string[] = []
  records: readonly StationRecord[] = []
  /** Web Mercator, the world as 0..1. */
  x = new Float64Array(0)
  y = new Float64Array(0)
  /** Index into MEDIA. */
  medium = new Uint8Array(0)
  /** Index into STATUSES. */
  status = new Uint8Array(0)
  /** 0 best … 5 worst, NO_LEVEL when none applies. */
  level = new Int8Array(0)
  exceeding = new Uint8Array(0)
  /** Rank of the worst severity of an alert that fires, 1 to 4; 0 for none. */
  firing = new Uint8Array(0)
  /** Phenomenon time of the shown value, NaN when there is none. */
  time = new Float64Array(0)
  value: (number | string | null)[] = []
  property: (string | null)[] = []
  private rows = new Map<string, number>()
  private measured: Set<string>[] = []
  private details = new Map<string, Latest>()
  private states = new Map<string, StationState>()
  private alerts: ReadonlyMap<string, number> = new Map()
  private readonly listeners = new Set<Listener>()

  get size(): number {
    return this.ids.length
  }

  readonly subscribe = (listener: Listener): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  row(id: string): number | undefined {
    return this.rows.get(id)
  }

  /** The registry's fields of a station. */
  readonly recordOf = (id: string): StationRecord | undefined => {
    const row = this.rows.get(id)
    return row === undefined ? undefined : this.records[row]
  }

  /** Latest value of every property of a station; the same object until one of them changes. */
  readonly latestOf = (id: string): Latest => this.details.get(id) ?? NOTHING

  /** The station's present state; the same object until it changes. */
  readonly stateOf = (id: string): StationState | undefined => {
    const row = this.rows.get(id)
    if (row === undefined) return undefined
    const known = this.states.get(id)
    if (known !== undefined) return known
    const level = this.level[row] as number
    const time = this.time[row] as number
    const state: StationState = {
      id,
      status: STATUSES[this.status[row] as number] as StationStatus,
      level: level === NO_LEVEL ? null : level,
      alert: this.exceeding[row] === 1 ? 'exceeding' : 'none',
      time: Number.isNaN(time) ? null : time,
      property: this.property[row] ?? null,
      value: this.value[row] ?? null,
    }
    this.states.set(id, state)
    return state
  }

  measures(row: number, property: string): boolean {
    return this.measured[row]?.has(property) ?? false
  }

  mediumOf(row: number): Medium {
    return MEDIA[this.medium[row] as number] as Medium
  }

  /** Ids of the properties at least one station has reported. */
  measuredProperties(): Set<string> {
    const all = new Set<string>()
    for (const own of this.measured) for (const property of own) all.add(property)
    return all
  }

  /** Takes the whole registry: every row is replaced, so nothing removed lingers. */
  replaceStations(collection: StationCollection): void {
    const { features } = collection
    const size = features.length
    this.ids = features.map((feature) => feature.id)
    this.records = features.map((feature) => feature.properties)
    this.rows = new Map(this.ids.map((id, row) => [id, row]))
    this.x = Float64Array.from(this.records, (record) => mercatorX(record.longitude))
    this.y = Float64Array.from(this.records, (record) => mercatorY(record.latitude))
    this.medium = Uint8Array.from(this.records, (record) => SAME_MEDIUM.get(record.medium) ?? 0)
    this.status = new Uint8Array(size)
    this.level = new Int8Array(size)
    this.exceeding = new Uint8Array(size)
    this.markFiring()
    this.time = new Float64Array(size).fill(Number.NaN)
    this.value = new Array<number | string | null>(size).fill(null)
    this.property = new Array<string | null>(size).fill(null)
    this.measured = this.records.map((record) => new Set(Object.keys(record.latest)))
    this.details.clear()
    this.states.clear()
    for (let row = 0; row < size; row++) this.readRecord(row, this.records[row] as StationRecord)
    this.registryVersion++
    this.changed()
  }

  /** A snapshot is the truth about everything it covers; details of stations no longer watched are let go. */
  applySnapshot(states: readonly StationState[], details: Readonly<Record<string, Latest>>): void {
    for (const state of states) this.applyState(state)
    for (const id in details) this.details.set(id, details[id] as Latest)
    this.changed()
  }

  applyDelta(states: readonly StationState[], details: Readonly<Record<string, Latest>>): void {
    for (const state of states) this.applyState(state)
    for (const id in details) this.details.set(id, { ...this.details.get(id), ...details[id] })
    this.changed()
  }

  /** Says at which stations alerts fire: rank of the worst severity by station. */
  applyAlerts(ranks: ReadonlyMap<string, number>): void {
    const before = this.alerts
    if (ranks.size === before.size && [...ranks].every(([id, rank]) => before.get(id) === rank)) return
    this.alerts = ranks
    this.markFiring()
    this.changed()
  }

  /** Alerts are told apart from the stations: whichever is known first. */
  private markFiring(): void {
    this.firing = new Uint8Array(this.ids.length)
    for (const [id, rank] of this.alerts) {
      const row = this.rows.get(id)
      if (row !== undefined) this.firing[row] = rank
    }
  }

  private readRecord(row: number, record: StationRecord): void {
    this.writeState(row, record.status, record.level, record.alert)
    const latest: Record<string, LatestValue> = {}
    let newest = Number.NaN
    for (const property in record.latest) {
      const { value, time, quality } = record.latest[property] as StationRecord['latest'][string]
      const at = Date.parse(time)
      latest[property] = [value, at, quality as LatestValue[2]]
      if (!(at <= newest)) newest = at
    }
    this.time[row] = newest
    this.details.set(record.id, latest)
  }

  private applyState(state: StationState): void {
    const row = this.rows.get(state.id)
    if (row === undefined) return
    this.writeState(row, state.status, state.level, state.alert)
    this.time[row] = state.time ?? Number.NaN
    this.value[row] = state.value
    this.property[row] = state.property
    if (state.property !== null && state.value !== null) this.measured[row]?.add(state.property)
    this.states.delete(state.id)
  }

  private writeState(row: number, status: StationStatus, level: number | null, alert: StationAlert): void {
    this.status[row] = STATUSES.indexOf(status)
    this.level[row] = level ?? NO_LEVEL
    this.exceeding[row] = alert === 'exceeding' ? 1 : 0
  }

  private changed(): void {
    this.revision++
    for (const listener of this.listeners) listener()
  }
}
