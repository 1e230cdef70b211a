import type { StationView } from '@osprey/core/api'
import type { Datastreams } from './datastreams.ts'
import type { Registry, Station } from './registry.ts'

export type StationState = Pick<StationView, 'status' | 'level' | 'alert' | 'latest'>
export type StateOf = (station: string) => StationState

/**
 * Stations as they leave over HTTP. The registered part of each station's JSON is kept, so that the list of
 * 10,000 stations costs little more than its latest values.
 */
export class StationJson {
  private readonly fixed = new WeakMap<Station, string>()

  constructor(
    private readonly registry: Registry,
    private readonly datastreams: Datastreams,
    private readonly stateOf: StateOf,
  ) {}

  /** A GeoJSON FeatureCollection of every station. */
  collection(): string {
    const features: string[] = []
    for (const station of this.registry.stations.values()) {
      const state = JSON.stringify(this.stateOf(station.id))
      features.push(`${this.fixedPart(station)},${state.slice(1)}}`)
    }
    return `{"type":"FeatureCollection","features":[${features.join(',')}]}`
  }

  single(station: Station): StationView {
    return {
      ...registered(station),
      ...this.stateOf(station.id),
      datastreams: this.registry
        .datastreamsOf(station.id)
        .map(({ id, property }) => ({ id, property, unit: this.datastreams.unitOf(property) })),
    }
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
}

export function registered(station: Station) {
  const { createdAt: _created, updatedAt: _updated, ...fields } = station
  return fields
}
