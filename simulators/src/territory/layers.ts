import { readFileSync } from 'node:fs'
import type { FeatureCollection } from '@osprey/core/geo'
import { pointAlong } from '../drawing/curves.ts'
import { type Point, toPlane } from './plane.ts'

export type LayerKind = 'jurisdictions' | 'rivers' | 'sites' | 'other'

/** The layers of the base map with their names and kinds on the platform, in drawing order. */
export const LAYERS: readonly { id: string; name: string; kind: LayerKind }[] = [
  { id: 'jurisdictions', name: 'Jurisdictions', kind: 'jurisdictions' },
  { id: 'woodland', name: 'Woodland', kind: 'other' },
  { id: 'settlements', name: 'Settlements', kind: 'other' },
  { id: 'rivers', name: 'Rivers and lakes', kind: 'rivers' },
  { id: 'roads', name: 'Roads and railway', kind: 'other' },
  { id: 'sites', name: 'Supervised sites', kind: 'sites' },
]

const cache = new Map<string, FeatureCollection>()

/** Reads a committed layer of the territory. */
export function readLayer(id: string): FeatureCollection {
  let layer = cache.get(id)
  if (layer === undefined) {
    const path = new URL(`../../territory/${id}.geojson`, import.meta.url)
    layer = JSON.parse(readFileSync(path, 'utf8')) as FeatureCollection
    cache.set(id, layer)
  }
  return layer
}

/** A river's line on the plane of the territory. */
export function riverLine(id: string): Point[] {
  const feature = readLayer('rivers').features.find((candidate) => candidate.id === id)
  if (feature?.geometry?.type !== 'LineString') throw new Error(`no river ${id}`)
  return (feature.geometry.coordinates as [number, number][]).map(([longitude, latitude]) =>
    toPlane(longitude, latitude),
  )
}

/** The point so many km down a river; the Lan is counted from its dam. */
export function onRiver(id: string, km: number): Point {
  return pointAlong(riverLine(id), km)
}
