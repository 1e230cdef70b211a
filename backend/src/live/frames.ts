import { inBoundingBox } from '@osprey/core/geo'
import type { StationState } from '@osprey/core/live'
import type { Latest } from '../pipeline/latest.ts'
import type { Resolver, Station } from '../pipeline/resolver.ts'
import type { Territory } from '../territory/territory.ts'
import type { Subscription } from './subscription.ts'

/**
 * The texts of one moment. Clients with the same wishes and equal territories get the same bytes, and a station's
 * state is written once however many subscriptions it is part of. Make a new one for every moment.
 */
export class Frames {
  readonly #resolver: Resolver
  readonly #latest: Latest
  readonly #now: number
  readonly #changed: readonly Station[]
  readonly #changedIds: ReadonlySet<string>
  /** Property ('' for the worst) → station slot → state. */
  readonly #states = new Map<string, Map<number, string>>()
  readonly #details = new Map<string, string>()
  readonly #deltaStates = new Map<string, string>()
  readonly #deltas = new Map<string, Buffer | undefined>()
  readonly #snapshots = new Map<string, Buffer>()

  constructor(resolver: Resolver, latest: Latest, now: number, changedSlots: readonly number[]) {
    this.#resolver = resolver
    this.#latest = latest
    this.#now = now
    const changed: Station[] = []
    for (const slot of changedSlots) {
      const station = resolver.stations[slot]
      if (station?.present) changed.push(station)
    }
    this.#changed = changed
    this.#changedIds = new Set(changed.map((station) => station.id))
  }

  /** Everything inside the territory that the subscription covers. */
  snapshot(subscription: Subscription, territory: Territory): Buffer {
    const key = keyOf(territory, subscription.key)
    let frame = this.#snapshots.get(key)
    if (frame === undefined) {
      const states = this.#statesOf(this.#resolver.stations, subscription, territory)
      frame = this.#write('snapshot', states, this.#detailsOf(subscription.stations, territory))
      this.#snapshots.set(key, frame)
    }
    return frame
  }

  /** What changed of it; undefined when nothing did. */
  delta(subscription: Subscription, territory: Territory): Buffer | undefined {
    const key = keyOf(territory, subscription.key)
    if (this.#deltas.has(key)) return this.#deltas.get(key)
    const frame = this.#writeDelta(subscription, territory)
    this.#deltas.set(key, frame)
    return frame
  }

  #writeDelta(subscription: Subscription, territory: Territory): Buffer | undefined {
    const key = keyOf(territory, subscription.statesKey)
    let states = this.#deltaStates.get(key)
    if (states === undefined) {
      states = this.#statesOf(this.#changed, subscription, territory)
      this.#deltaStates.set(key, states)
    }
    const changed = subscription.stations.filter((id) => this.#changedIds.has(id))
    const details = this.#detailsOf(changed, territory)
    return states === '' && details === '' ? undefined : this.#write('delta', states, details)
  }

  #write(type: 'snapshot' | 'delta', states: string, details: string): Buffer {
    const { delayedSince } = this.#latest
    return Buffer.from(
      `{"type":"${type}","time":${this.#now},"delayedSince":${delayedSince},"stations":[${states}],"details":{${details}}}`,
    )
  }

  #statesOf(stations: readonly Station[], { bbox, property }: Subscription, territory: Territory): string {
    let texts = ''
    for (const station of stations) {
      if (!station.present || !territory.hasStation(station.id)) continue
      if (bbox !== null && !inBoundingBox(bbox, station.longitude, station.latitude)) continue
      const state = this.#stateOf(station, property)
      texts = texts === '' ? state : `${texts},${state}`
    }
    return texts
  }

  #stateOf(station: Station, property: string | null): string {
    let states = this.#states.get(property ?? '')
    if (states === undefined) {
      states = new Map()
      this.#states.set(property ?? '', states)
    }
    let text = states.get(station.slot)
    if (text === undefined) {
      text = writeState(this.#latest.state(station, property))
      states.set(station.slot, text)
    }
    return text
  }

  #detailsOf(ids: readonly string[], territory: Territory): string {
    const texts: string[] = []
    for (const id of ids) {
      const station = this.#resolver.station(id)
      if (station === undefined || !territory.hasStation(id)) continue
      let text = this.#details.get(id)
      if (text === undefined) {
        text = `"${id}":${JSON.stringify(this.#latest.details(station))}`
        this.#details.set(id, text)
      }
      texts.push(text)
    }
    return texts.join(',')
  }
}

/** Ids of jurisdictions hold no line break. */
function keyOf(territory: Territory, key: string): string {
  return `${territory.key}\n${key}`
}

/** As JSON.stringify would, several times faster. Ids need no escaping: their form is checked on registration. */
function writeState(state: StationState): string {
  const value = typeof state.value === 'string' ? JSON.stringify(state.value) : state.value
  const property = state.property === null ? 'null' : `"${state.property}"`
  return `{"id":"${state.id}","status":"${state.status}","level":${state.level},"alert":"${state.alert}","time":${state.time},"property":${property},"value":${value}}`
}
