import type { StationCollection, StationFeature } from '@osprey/core/api'
import { StationStore } from './station-store.ts'

type Fields = Partial<StationFeature['properties']> & { id: string }

/** A registry of stations with sensible defaults, for tests. */
export function collectionOf(...stations: Fields[]): StationCollection {
  return {
    type: 'FeatureCollection',
    features: stations.map((fields) => {
      const properties: StationFeature['properties'] = {
        name: fields.id,
        latitude: 40,
        longitude: 116,
        medium: 'air',
        status: 'live',
        level: null,
        alert: 'none',
        latest: {},
        ...fields,
      }
      return {
        type: 'Feature',
        id: fields.id,
        geometry: { type: 'Point', coordinates: [properties.longitude, properties.latitude] },
        properties,
      }
    }),
  }
}

export function storeOf(...stations: Fields[]): StationStore {
  const store = new StationStore()
  store.replaceStations(collectionOf(...stations))
  return store
}
