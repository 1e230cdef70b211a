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
 * A value that took longer than this to arrive, or that was received this long before the station was last
 * heard, does not decide its level, milliseconds. Automatic water stations report some properties only every
 * four hours; a day covers a missed run.
 */
const LEVEL_VALIDITY = 86_400_000
const FIRST_CAPACITY = 1024

/**
 * The newest value of every series and the state of every station, in memory. The pipeline records, HTTP and
 * the live hub read. States are worked out when read, so that readings nobody watches cost a few stores.
 *
 * The newest value is shown whatever its flag. Level, alert and silence go by usable readings only: not missing,
 * not failed, not from the future. So a failing instrument neither clears an alert nor keeps its station live.
 */
export class Latest {
  readonly #resolver: Resolver
  /** By series slot; time is NaN while there is no value. */
  #time = new Float64Array(FIRST_CAPACITY).fill(Number.NaN)
  #value = new Float64Array(FIRST_CAPACITY)
  #quality = new Uint8Array(FIRST_CAPACITY)
  readonly #text = new Map<number, string>()
  /** By series slot: the newest usable value; its time is NaN while there is none. */
  #usableTime = new Float64Array(FIRST_CAPACITY).fill(Number.NaN)
  #usableValue = new Float64Array(FIRST_CAPACITY)
  /** Until when (the station's last hearing) it decides the level; -Infinity when it came too late. */
  #validUntil = new Float64Array(FIRST_CAPACITY)
  /** By station slot; stale states are worked out again when read. */
  #heard = new Float64Array(FIRST_CAPACITY)
  #status = new Uint8Array(FIRST_CAPACITY)
  #stale = new Uint8Array(FIRST_CAPACITY).fill(1)
  #level = new Int8Array(FIRST_CAPACITY)
  #exceeding = new Uint8Array(FIRST_CAPACITY)
  #worst = new Int32Array(FIRST_CAPACITY)
  /** When the first of the values that make up the level stops to. */
  #expires = new Float64Array(FIRST_CAPACITY).fill(Number.POSITIVE_INFINITY)
  #dirty = new Uint8Array(FIRST_CAPACITY)
  #dirtyList: number[] = []
  readonly #counts = new Float64Array(4)
  #sweptAt = Number.NEGATIVE_INFINITY
  #delayedSince: number | null = null

  constructor(resolver: Resolver) {
    this.#resolver = resolver
  }

  /**
   * Offers an accepted reading. A missing value and one from beyond the future tolerance (its clock is wrong)
   * never become latest; an older phenomenon time never replaces a newer one; the same time again replaces.
   * A failed value is shown, and the usable one before it goes on deciding level and alert.
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
    if (station >= this.#status.length) this.#growStations(station)
    const outcome = this.#place(series, phenomenonTime, receivedAt, value, quality, text)
    this.#counts[outcome] = (this.#counts[outcome] as number) + 1
    if (outcome === RECORDED.excluded) return outcome
    let changed = outcome !== RECORDED.older
    if (quality !== QUALITY.fail) {
      this.#hear(station, receivedAt)
      if (this.#placeUsable(series, phenomenonTime, receivedAt, value)) changed = true
    } else if (changed) this.#prolong(series, receivedAt)
    if (changed) {
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
      if (!this.#knows(series, found.phenomenonTime))
        this.record(series, found.phenomenonTime, found.resultTime, value, found.quality, text)
      else if (found.quality < QUALITY.fail)
        this.#hear(this.#resolver.seriesStation[series] as number, found.resultTime)
    }
  }

  /**
   * Judges by `now` (epoch milliseconds) which stations have fallen silent, and which values no longer count.
   * While the pipeline works off a short backlog pass the time it has reached instead: what waits in the journal
   * is not silence. When it is far behind, `delayedSince` says up to when readings have been taken.
   */
  sweep(now: number, delayedSince: number | null = null): void {
    this.#sweptAt = now
    this.#delayedSince = delayedSince
    for (const station of this.#resolver.stations) {
      const { slot } = station
      if (!station.present || slot >= this.#status.length || this.#status[slot] === NEVER) continue
      if (this.#stale[slot] === 0 && this.#expired(slot)) {
        this.#stale[slot] = 1
        this.#mark(slot)
      }
      this.#judge(slot, station.silentAfter)
    }
  }

  /**
   * The clock was set back to `now` (epoch milliseconds). Times beyond it cannot be right: left as they are, the
   * stations would stay live, and the values unchanged, until the clock has reached them again.
   */
  rewind(now: number): void {
    this.#sweptAt = now
    lower(this.#heard, now)
    lower(this.#time, now)
    lower(this.#usableTime, now)
    lower(this.#validUntil, now + LEVEL_VALIDITY)
    for (const station of this.#resolver.stations) {
      if (station.slot >= this.#status.length || this.#status[station.slot] === NEVER) continue
      this.#stale[station.slot] = 1
      this.#mark(station.slot)
    }
  }

  /** Up to when readings have been taken (epoch milliseconds) while the pipeline is far behind, else null. */
  get delayedSince(): number | null {
    return this.#delayedSince
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

  /** Receive time of the station's last usable reading, epoch milliseconds, or null. */
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
    this.#value[series] = value
    this.#quality[series] = quality
    if (text !== undefined) this.#text.set(series, text)
    return phenomenonTime === current ? RECORDED.repeated : RECORDED.newest
  }

  /** Keeps a usable value for level and alert, also one older than a failed value shown; says whether it did. */
  #placeUsable(series: number, phenomenonTime: number, receivedAt: number, value: number): boolean {
    if (phenomenonTime < (this.#usableTime[series] as number)) return false
    this.#usableTime[series] = phenomenonTime
    this.#usableValue[series] = value
    this.#validUntil[series] =
      receivedAt - phenomenonTime > LEVEL_VALIDITY ? Number.NEGATIVE_INFINITY : receivedAt + LEVEL_VALIDITY
    return true
  }

  /** While failed values come the usable one before them stays: nothing better is known. */
  #prolong(series: number, receivedAt: number): void {
    if (receivedAt <= (this.#validUntil[series] as number))
      this.#validUntil[series] = Math.max(this.#validUntil[series] as number, receivedAt + LEVEL_VALIDITY)
  }

  #hear(slot: number, receivedAt: number): void {
    const status = this.#status[slot]
    if (status === NEVER || receivedAt > (this.#heard[slot] as number)) this.#heard[slot] = receivedAt
    if (status !== LIVE) this.#judge(slot, (this.#resolver.stations[slot] as Station).silentAfter)
  }

  /** A reading that waited long in the journal says nothing of now: it must not make its station flicker. */
  #judge(slot: number, silentAfter: number): void {
    const status = this.#sweptAt - (this.#heard[slot] as number) > silentAfter ? SILENT : LIVE
    if (this.#status[slot] === status) return
    this.#status[slot] = status
    this.#mark(slot)
  }

  #expired(slot: number): boolean {
    return (this.#heard[slot] as number) > (this.#expires[slot] as number)
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
    if (this.#stale[slot] === 0 && !this.#expired(slot)) return
    this.#stale[slot] = 0
    let expires = Number.POSITIVE_INFINITY
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
      if (level === NONE) continue
      expires = Math.min(expires, this.#validUntil[series] as number)
      if (exceeds(property, this.#usableValue[series] as number, station.medium)) exceeding = 1
    }
    this.#expires[slot] = expires
    this.#worst[slot] = worst
    this.#level[slot] = worstLevel
    this.#exceeding[slot] = exceeding
  }

  /** Level of the usable value; null when there is none, or none that still counts. */
  #levelOf(station: Station, series: number): number | null {
    if (Number.isNaN(this.#usableTime[series] as number)) return null
    if ((this.#heard[station.slot] as number) > (this.#validUntil[series] as number)) return null
    const property = this.#resolver.propertyOfSeries(series).id
    return levelOf(property, this.#usableValue[series] as number, station.medium)
  }

  /** Whether a value of this very time was recorded. */
  #knows(series: number, phenomenonTime: number): boolean {
    return this.#time[series] === phenomenonTime || this.#usableTime[series] === phenomenonTime
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
    this.#value = widened(this.#value, new Float64Array(capacity))
    this.#quality = widened(this.#quality, new Uint8Array(capacity))
    this.#usableTime = widened(this.#usableTime, new Float64Array(capacity).fill(Number.NaN))
    this.#usableValue = widened(this.#usableValue, new Float64Array(capacity))
    this.#validUntil = widened(this.#validUntil, new Float64Array(capacity))
  }

  #growStations(station: number): void {
    const capacity = capacityFor(this.#status.length, station)
    this.#heard = widened(this.#heard, new Float64Array(capacity))
    this.#status = widened(this.#status, new Uint8Array(capacity))
    this.#stale = widened(this.#stale, new Uint8Array(capacity).fill(1))
    this.#level = widened(this.#level, new Int8Array(capacity))
    this.#exceeding = widened(this.#exceeding, new Uint8Array(capacity))
    this.#worst = widened(this.#worst, new Int32Array(capacity))
    this.#expires = widened(this.#expires, new Float64Array(capacity).fill(Number.POSITIVE_INFINITY))
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

function lower(column: Float64Array, most: number): void {
  for (let at = 0; at < column.length; at++) if ((column[at] as number) > most) column[at] = most
}

function capacityFor(current: number, slot: number): number {
  let capacity = current
  while (capacity <= slot) capacity *= 2
  return capacity
}
