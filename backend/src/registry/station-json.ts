import { setImmediate as breathe } from 'node:timers/promises'
import type { StationView } from '@osprey/core/api'
import type { LatestValue } from '@osprey/core/live'
import { formatIsoTime } from '@osprey/core/time'
import { Body } from '../http/send-text.ts'
import type { Territory } from '../territory/territory.ts'
import type { Datastreams } from './datastreams.ts'
import type { Registry, Station } from './registry.ts'
import type { StateOf, StationState } from './station-state.ts'

/** Who asks for the list within this time of the last one gets the same. */
const REUSE_MS = 500
/** Stations written between two turns of the event loop: a few milliseconds. */
const STATIONS_PER_TURN = 500
/** Lists of different territories kept at a time, megabytes each. */
const MOST_LISTS = 16

/**
 * Stations as they leave over HTTP. The list of 10,000 stations is megabytes of JSON, asked for by every
 * browser that opens the map: the registered part of each station is kept as text, the rest written without
 * intermediate objects, and many askers share one list.
 */
export class StationJson {
  private readonly fixed = new WeakMap<Station, string>()
  private readonly units = new Map<string, string>()
  /** By key of the territory. */
  private readonly lists = new Map<string, { body: Promise<Body>; madeAt: number }>()

  constructor(
    private readonly registry: Registry,
    private readonly datastreams: Datastreams,
    private readonly stateOf: StateOf,
    private readonly now: () => number = () => performance.now(),
  ) {
    registry.onChange(() => {
      this.forget()
      this.units.clear()
    })
  }

  /** The next list is made anew: stations changed, or what a territory holds. */
  forget(): void {
    this.lists.clear()
  }

  /** A GeoJSON FeatureCollection of every station of the territory. */
  collection(territory: Territory): Promise<Body> {
    const now = this.now()
    const known = this.lists.get(territory.key)
    if (known && now - known.madeAt <= REUSE_MS) return known.body
    for (const [key, { madeAt }] of this.lists) {
      if (this.lists.size >= MOST_LISTS || now - madeAt > REUSE_MS) this.lists.delete(key)
    }
    const stations = [...this.registry.stations.values()].filter(({ id }) => territory.hasStation(id))
    const body = this.write(stations)
    this.lists.set(territory.key, { body, madeAt: now })
    return body
  }

  single(station: Station): StationView {
    const { latest, ...state } = this.stateOf(station.id)
    return {
      ...registered(station),
      ...state,
      latest: Object.fromEntries(
        Object.entries(latest).map(([property, [value, time, quality]]) => [
          property,
          { value, unit: this.datastreams.unitOf(property), time: formatIsoTime(time), quality },
        ]),
      ),
      datastreams: this.registry
        .datastreamsOf(station.id)
        .map(({ id, property }) => ({ id, property, unit: this.datastreams.unitOf(property) })),
    }
  }

  private async write(stations: readonly Station[]): Promise<Body> {
    const times = new Map<number, string>()
    const parts: string[] = []
    for (let at = 0; at < stations.length; at += STATIONS_PER_TURN) {
      const features = stations
        .slice(at, at + STATIONS_PER_TURN)
        .map((station) => `${this.fixedPart(station)},${this.statePart(this.stateOf(station.id), times)}}}`)
      parts.push(features.join(','))
      await breathe()
    }
    return new Body(`{"type":"FeatureCollection","features":[${parts.join(',')}]}`)
  }

  /** The Feature up to the last registered property, without its closing braces. */
  private fixedPart(station: Station): string {
    const known = this.fixed.get(station)
    if (known) return known
    const feature = JSON.stringify({
      type: 'Feature',
      id: station.id,
      geometry: { type: 'Point', coordinates: [station.longitude, station.latitude] },
      properties: registered(station),
    })
    const part = feature.slice(0, -2)
    this.fixed.set(station, part)
    return part
  }

  /** Members `status` to `latest`. Property ids and states need no escaping (ID_PATTERN). */
  private statePart({ status, level, alert, latest }: StationState, times: Map<number, string>): string {
    let values = ''
    for (const property in latest) {
      const [value, time, quality] = latest[property] as LatestValue
      const text = typeof value === 'string' ? JSON.stringify(value) : value
      const separator = values === '' ? '' : ','
      values += `${separator}"${property}":{"value":${text},"unit":${this.unit(property)},"time":"${isoTime(time, times)}","quality":${quality}}`
    }
    return `"status":"${status}","level":${level},"alert":"${alert}","latest":{${values}}`
  }

  private unit(property: string): string {
    let unit = this.units.get(property)
    if (unit === undefined) {
      unit = JSON.stringify(this.datastreams.unitOf(property))
      this.units.set(property, unit)
    }
    return unit
  }
}

/** Stations mostly report in step: the same instants come again and again. */
function isoTime(time: number, known: Map<number, string>): string {
  let text = known.get(time)
  if (text === undefined) {
    text = formatIsoTime(time)
    known.set(time, text)
  }
  return text
}

export function registered(station: Station) {
  const { createdAt: _created, updatedAt: _updated, ...fields } = station
  return fields
}
