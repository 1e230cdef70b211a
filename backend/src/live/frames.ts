import { inBoundingBox } from '@osprey/core/geo'
import type { StationState } from '@osprey/core/live'
import type { Latest } from '../pipeline/latest.ts'
import type { Resolver, Station } from '../pipeline/resolver.ts'
import type { Subscription } from './subscription.ts'

/**
 * The texts of one moment. Clients with the same wishes get the same bytes, and a station's state is written
 * once however many subscriptions it is part of. Make a new one for every moment.
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

  /** Everything the subscription covers. */
  snapshot(subscription: Subscription): Buffer {
    let frame = this.#snapshots.get(subscription.key)
    if (frame === undefined) {
      const states = this.#statesOf(this.#resolver.stations, subscription)
      frame = this.#write('snapshot', states, this.#detailsOf(subscription.stations))
      this.#snapshots.set(subscription.key, frame)
    }
    return frame
  }

  /** What changed of it; undefined when nothing did. */
  delta(subscription: Subscription): Buffer | undefined {
    if (this.#deltas.has(subscription.key)) return this.#deltas.get(subscription.key)
    const frame = this.#writeDelta(subscription)
    this.#deltas.set(subscription.key, frame)
    return frame
  }

  #writeDelta(subscription: Subscription): Buffer | undefined {
    let states = this.#deltaStates.get(subscription.statesKey)
    if (states === undefined) {
      states = this.#statesOf(this.#changed, subscription)
      this.#deltaStates.set(subscription.statesKey, states)
    }
    const details = this.#detailsOf(subscription.stations.filter((id) => this.#changedIds.has(id)))
    return states === '' && details === '' ? undefined : this.#write('delta', states, details)
  }

  #write(type: 'snapshot' | 'delta', states: string, details: string): Buffer {
    const { delayedSince } = this.#latest
    return Buffer.from(
      `{"type":"${type}","time":${this.#now},"delayedSince":${delayedSince},"stations":[${states}],"details":{${details}}}`,
    )
  }

  #statesOf(stations: readonly Station[], { bbox, property }: Subscription): string {
    let texts = ''
    for (const station of stations) {
      if (!station.present) continue
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

  #detailsOf(ids: readonly string[]): string {
    const texts: string[] = []
    for (const id of ids) {
      const station = this.#resolver.station(id)
      if (station === undefined) continue
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

/** As JSON.stringify would, several times faster. Ids need no escaping: their form is checked on registration. */
function writeState(state: StationState): string {
  const value = typeof state.value === 'string' ? JSON.stringify(state.value) : state.value
  const property = state.property === null ? 'null' : `"${state.property}"`
  return `{"id":"${state.id}","status":"${state.status}","level":${state.level},"alert":"${state.alert}","time":${state.time},"property":${property},"value":${value}}`
}
