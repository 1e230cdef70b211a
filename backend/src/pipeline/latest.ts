import { exceeds, levelOf } from '@osprey/core/levels'
import type { LatestValue, StationAlert, StationState, StationStatus } from '@osprey/core/live'
import { FUTURE_TOLERANCE, QUALITY, type QualityFlag } from '@osprey/core/quality'
import type { LatestObservation } from '../observations/store.ts'
import type { Resolver, Station } from './resolver.ts'

/** What became of a reading offered to Latest. */
export const RECORDED = { newest: 0, repeated: 1, older: 2, excluded: 3 } as const
export type Recorded = (typeof RECORDED)[keyof typeof RECORDED]

const STATUS: readonly StationStatus[] = ['never', 'live', 'silent']
const NEVER = 0
const LIVE = 1
const SILENT = 2
const NONE = -1
/**
 * A value received this long before the station's newest no longer decides its level, milliseconds.
 * Automatic water stations report some properties only every four hours; a day covers a missed run.
 */
const LEVEL_VALIDITY = 86_400_000
const FIRST_CAPACITY = 1024

/**
 * The newest value of every series and the state of every station, in memory. The pipeline records, HTTP and
 * the live hub read. States are worked out when read, so that readings nobody watches cost a few stores.
 */
export class Latest {
  readonly #resolver: Resolver
  /** By series slot; time is NaN while there is no value. */
  #time = new Float64Array(FIRST_CAPACITY).fill(Number.NaN)
  #received = new Float64Array(FIRST_CAPACITY)
  #value = new Float64Array(FIRST_CAPACITY)
  #quality = new Uint8Array(FIRST_CAPACITY)
  readonly #text = new Map<number, string>()
  /** By station slot; stale states are worked out again when read. */
  #heard = new Float64Array(FIRST_CAPACITY)
  #status = new Uint8Array(FIRST_CAPACITY)
  #stale = new Uint8Array(FIRST_CAPACITY).fill(1)
  #level = new Int8Array(FIRST_CAPACITY)
  #exceeding = new Uint8Array(FIRST_CAPACITY)
  #worst = new Int32Array(FIRST_CAPACITY)
  #dirty = new Uint8Array(FIRST_CAPACITY)
  #dirtyList: number[] = []
  readonly #counts = new Float64Array(4)

  constructor(resolver: Resolver) {
    this.#resolver = resolver
  }

  /**
   * Offers an accepted reading. A missing value and one from beyond the future tolerance (its clock is wrong)
   * never become latest; an older phenomenon time never replaces a newer one; the same time again replaces.
   * Times are epoch milliseconds; `value` is NaN for a category, whose result is `text`.
   */
  record(
    series: number,
    phenomenonTime: number,
    receivedAt: number,
    value: number,
    quality: number,
    text?: string,
  ): Recorded {
    if (series >= this.#time.length) this.#growSeries(series)
    const station = this.#resolver.seriesStation[series] as number
    this.#hear(station, receivedAt)
    const outcome = this.#place(series, phenomenonTime, receivedAt, value, quality, text)
    this.#counts[outcome] = (this.#counts[outcome] as number) + 1
    if (outcome <= RECORDED.repeated) {
      this.#stale[station] = 1
      this.#mark(station)
    }
    return outcome
  }

  /** Takes over what the store knew last. Values recorded meanwhile stay when they are newer. */
  restore(observations: readonly LatestObservation[]): void {
    for (const found of observations) {
      const series = this.#resolver.seriesOfDatastream(found.datastream)
      if (series === undefined) continue
      const text = typeof found.value === 'string' ? found.value : undefined
      const value = typeof found.value === 'number' ? found.value : Number.NaN
      if (series < this.#time.length && (this.#time[series] as number) >= found.phenomenonTime) {
        this.#hear(this.#resolver.seriesStation[series] as number, found.resultTime)
      } else {
        this.record(series, found.phenomenonTime, found.resultTime, value, found.quality, text)
      }
    }
  }

  /**
   * Judges which stations have fallen silent by `now` (epoch milliseconds). While the pipeline works off a
   * backlog pass the time it has reached instead: what waits in the journal is not silence.
   */
  sweep(now: number): void {
    for (const station of this.#resolver.stations) {
      if (!station.present || station.slot >= this.#status.length) continue
      if (this.#status[station.slot] === NEVER) continue
      const status = now - (this.#heard[station.slot] as number) > station.silentAfter ? SILENT : LIVE
      if (this.#status[station.slot] === status) continue
      this.#status[station.slot] = status
      this.#mark(station.slot)
    }
  }

  /** Slots of the stations whose state may have changed since the last call. */
  takeChanged(): number[] {
    const changed = this.#dirtyList
    this.#dirtyList = []
    for (let at = 0; at < changed.length; at++) this.#dirty[changed[at] as number] = 0
    return changed
  }

  /** State of a station as shown on the map; with `property` null, by its worst property. */
  state(station: Station, property: string | null): StationState {
    this.#evaluate(station)
    const series =
      property === null ? (this.#worst[station.slot] as number) : this.#seriesOf(station, property)
    const known = series !== NONE
    return {
      id: station.id,
      status: this.status(station),
      level: known ? this.#levelOf(station, series) : null,
      alert: this.alert(station),
      time: known ? (this.#time[series] as number) : null,
      property: known ? this.#resolver.propertyOfSeries(series).id : property,
      value: known ? this.#result(series) : null,
    }
  }

  status(station: Station): StationStatus {
    return STATUS[this.#status[station.slot] ?? NEVER] as StationStatus
  }

  /** Whether any current property of the station exceeds its limit. */
  alert(station: Station): StationAlert {
    this.#evaluate(station)
    return this.#exceeding[station.slot] === 1 ? 'exceeding' : 'none'
  }

  /** Worst level of the station's current values, 0 best to 5 worst; null when none has a scale. */
  level(station: Station): number | null {
    this.#evaluate(station)
    const level = this.#level[station.slot] as number
    return level === NONE ? null : level
  }

  /** Epoch milliseconds at which the station was last heard of, or null. */
  heardAt(station: Station): number | null {
    return (this.#status[station.slot] ?? NEVER) === NEVER ? null : (this.#heard[station.slot] as number)
  }

  /** Newest value of every property of the station. */
  details(station: Station): Record<string, LatestValue> {
    const details: Record<string, LatestValue> = {}
    for (const [property, series] of station.series) {
      if (!this.#has(series)) continue
      details[property] = [this.#result(series), this.#time[series] as number, this.#flag(series)]
    }
    return details
  }

  /** Stations by status, and readings by what became of them. */
  stats(): {
    live: number
    silent: number
    never: number
    newest: number
    repeated: number
    older: number
    excluded: number
  } {
    const stations = [0, 0, 0]
    for (const station of this.#resolver.stations) {
      if (!station.present) continue
      const status = this.#status[station.slot] ?? NEVER
      stations[status] = (stations[status] as number) + 1
    }
    const [newest = 0, repeated = 0, older = 0, excluded = 0] = this.#counts
    const [never = 0, live = 0, silent = 0] = stations
    return { live, silent, never, newest, repeated, older, excluded }
  }

  #place(
    series: number,
    phenomenonTime: number,
    receivedAt: number,
    value: number,
    quality: number,
    text: string | undefined,
  ): Recorded {
    if (quality === QUALITY.missing || phenomenonTime > receivedAt + FUTURE_TOLERANCE)
      return RECORDED.excluded
    const current = this.#time[series] as number
    if (phenomenonTime < current) return RECORDED.older
    this.#time[series] = phenomenonTime
    this.#received[series] = receivedAt
    this.#value[series] = value
    this.#quality[series] = quality
    if (text !== undefined) this.#text.set(series, text)
    return phenomenonTime === current ? RECORDED.repeated : RECORDED.newest
  }

  #hear(station: number, receivedAt: number): void {
    if (station >= this.#status.length) this.#growStations(station)
    if (this.#status[station] === NEVER) this.#heard[station] = receivedAt
    else if (receivedAt > (this.#heard[station] as number)) this.#heard[station] = receivedAt
    if (this.#status[station] === LIVE) return
    this.#status[station] = LIVE
    this.#mark(station)
  }

  #mark(station: number): void {
    if (this.#dirty[station] === 1) return
    this.#dirty[station] = 1
    this.#dirtyList.push(station)
  }

  /** Finds the worst property of a station again after its values changed. */
  #evaluate(station: Station): void {
    const { slot } = station
    if (slot >= this.#status.length) this.#growStations(slot)
    if (this.#stale[slot] === 0) return
    this.#stale[slot] = 0
    let worst = NONE
    let worstLevel = NONE
    let exceeding = 0
    for (const [property, series] of station.series) {
      if (!this.#has(series)) continue
      const level = this.#levelOf(station, series) ?? NONE
      if (worst === NONE || level > worstLevel) {
        worst = series
        worstLevel = level
      }
      if (level !== NONE && exceeds(property, this.#value[series] as number, station.medium)) exceeding = 1
    }
    this.#worst[slot] = worst
    this.#level[slot] = worstLevel
    this.#exceeding[slot] = exceeding
  }

  /** Failed and outlived values have no level. */
  #levelOf(station: Station, series: number): number | null {
    if (this.#quality[series] === QUALITY.fail) return null
    const age = (this.#heard[station.slot] as number) - (this.#received[series] as number)
    if (age > LEVEL_VALIDITY) return null
    return levelOf(this.#resolver.propertyOfSeries(series).id, this.#value[series] as number, station.medium)
  }

  #seriesOf(station: Station, property: string): number {
    const series = station.series.get(property)
    return series !== undefined && this.#has(series) ? series : NONE
  }

  #has(series: number): boolean {
    return series < this.#time.length && !Number.isNaN(this.#time[series] as number)
  }

  #result(series: number): number | string | null {
    const value = this.#value[series] as number
    return Number.isNaN(value) ? (this.#text.get(series) ?? null) : value
  }

  #flag(series: number): QualityFlag {
    return this.#quality[series] as QualityFlag
  }

  #growSeries(series: number): void {
    const capacity = capacityFor(this.#time.length, series)
    const previous = this.#time.length
    this.#time = widened(this.#time, new Float64Array(capacity))
    this.#time.fill(Number.NaN, previous)
    this.#received = widened(this.#received, new Float64Array(capacity))
    this.#value = widened(this.#value, new Float64Array(capacity))
    this.#quality = widened(this.#quality, new Uint8Array(capacity))
  }

  #growStations(station: number): void {
    const capacity = capacityFor(this.#status.length, station)
    this.#heard = widened(this.#heard, new Float64Array(capacity))
    this.#status = widened(this.#status, new Uint8Array(capacity))
    this.#stale = widened(this.#stale, new Uint8Array(capacity).fill(1))
    this.#level = widened(this.#level, new Int8Array(capacity))
    this.#exceeding = widened(this.#exceeding, new Uint8Array(capacity))
    this.#worst = widened(this.#worst, new Int32Array(capacity))
    this.#dirty = widened(this.#dirty, new Uint8Array(capacity))
  }
}

interface Column {
  set(from: never): void
}

/** Copies a column into a wider one. */
function widened<T extends Column>(from: T, to: T): T {
  to.set(from as never)
  return to
}

function capacityFor(current: number, slot: number): number {
  let capacity = current
  while (capacity <= slot) capacity *= 2
  return capacity
}
