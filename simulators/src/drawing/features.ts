import type { Feature, FeatureCollection } from '@osprey/core/geo'
import { type Point, toGeographic } from '../territory/plane.ts'

/** Everything on the base map is drawn from this one seed: the same call gives the same files. */
export const SEED = 20_261

/** Points in km as text: `path('0 0, 1.5 -2')`. */
export function path(text: string): Point[] {
  return text.split(',').map((pair) => {
    const [x, y] = pair.trim().split(' ').map(Number)
    if (x === undefined || y === undefined || !Number.isFinite(x + y))
      throw new Error(`${pair}: expected two numbers`)
    return [x, y]
  })
}

export interface Properties {
  name: string
  name_zh: string
  [name: string]: string | number
}

export function lineFeature(id: string, properties: Properties, line: readonly Point[]): Feature {
  return {
    type: 'Feature',
    id,
    properties,
    geometry: { type: 'LineString', coordinates: line.map(toGeographic) },
  }
}

/** A polygon of one closed ring, anticlockwise as RFC 7946 clause 3.1.6 wants it. */
export function polygonFeature(id: string, properties: Properties, ring: readonly Point[]): Feature {
  const positions = (area(ring) >= 0 ? [...ring] : [...ring].reverse()).map(toGeographic)
  positions[positions.length - 1] = positions[0] as [number, number]
  return { type: 'Feature', id, properties, geometry: { type: 'Polygon', coordinates: [positions] } }
}

export function collection(features: Feature[]): FeatureCollection {
  return { type: 'FeatureCollection', features }
}

function area(ring: readonly Point[]): number {
  let twice = 0
  for (let index = 1; index < ring.length; index++) {
    const [ax, ay] = ring[index - 1] as Point
    const [bx, by] = ring[index] as Point
    twice += ax * by - bx * ay
  }
  return twice / 2
}
