import type { Feature, Geometry, Position } from 'geojson'
import type { LayerKind, TerritoryLayer } from '../layers/layer-store.ts'
import { mercatorX, mercatorY } from './mercator.ts'

/** A name to write on the map, at a place in the unit square. */
export interface PlaceName {
  text: string
  kind: LayerKind
  x: number
  y: number
  /** Width of the area named, in the unit square; 0 for a point. */
  extent: number
}

/** Names of features in the reader's language as far as the layer has them, larger areas first. */
export function placeNames(layers: readonly TerritoryLayer[], language: string): PlaceName[] {
  const names: PlaceName[] = []
  for (const layer of layers) {
    for (const feature of layer.data.features) {
      const text = nameOf(feature, language)
      const place = feature.geometry === null || text === null ? null : anchor(feature.geometry)
      if (text !== null && place !== null) names.push({ text, kind: layer.kind, ...place })
    }
  }
  return names.sort((a, b) => b.extent - a.extent)
}

export function nameOf(feature: Feature, language: string): string | null {
  const properties = feature.properties ?? {}
  for (const key of [`name_${language}`, `name:${language}`, 'name', 'NAME', 'Name']) {
    const value: unknown = properties[key]
    if (typeof value === 'string' && value.trim() !== '') return value.trim()
  }
  return null
}

/** Where to write the name: the middle of the largest ring, half way along the longest line, or the point. */
function anchor(geometry: Geometry): Omit<PlaceName, 'text' | 'kind'> | null {
  switch (geometry.type) {
    case 'Point':
      return { ...project(geometry.coordinates), extent: 0 }
    case 'MultiPoint':
      return geometry.coordinates[0] ? { ...project(geometry.coordinates[0]), extent: 0 } : null
    case 'LineString':
      return alongLine(geometry.coordinates)
    case 'MultiLineString':
      return widest(geometry.coordinates.map(alongLine))
    case 'Polygon':
      return withinRing(geometry.coordinates[0] ?? [])
    case 'MultiPolygon':
      return widest(geometry.coordinates.map((rings) => withinRing(rings[0] ?? [])))
    default:
      return null
  }
}

function project(position: Position): { x: number; y: number } {
  return { x: mercatorX(position[0] as number), y: mercatorY(position[1] as number) }
}

function widest(places: Omit<PlaceName, 'text' | 'kind'>[]): Omit<PlaceName, 'text' | 'kind'> | null {
  return places.reduce<Omit<PlaceName, 'text' | 'kind'> | null>(
    (best, place) => (best === null || place.extent > best.extent ? place : best),
    null,
  )
}

function alongLine(line: Position[]): Omit<PlaceName, 'text' | 'kind'> {
  const middle = project(line[Math.floor(line.length / 2)] ?? [0, 0])
  return { ...middle, extent: extentOf(line) }
}

/** Area centroid (shoelace formula) of a ring in the projected plane. */
function withinRing(ring: Position[]): Omit<PlaceName, 'text' | 'kind'> {
  const points = ring.map(project)
  const first = points[0] ?? { x: 0.5, y: 0.5 }
  let area = 0
  let x = 0
  let y = 0
  for (let at = 1; at < points.length; at++) {
    const from = points[at - 1] as { x: number; y: number }
    const to = points[at] as { x: number; y: number }
    // Relative to the first point: the unit square leaves few digits for a small ring.
    const cross = (from.x - first.x) * (to.y - first.y) - (to.x - first.x) * (from.y - first.y)
    area += cross
    x += (from.x + to.x - 2 * first.x) * cross
    y += (from.y + to.y - 2 * first.y) * cross
  }
  if (area === 0) return { ...first, extent: 0 }
  return { x: first.x + x / (3 * area), y: first.y + y / (3 * area), extent: extentOf(ring) }
}

function extentOf(line: Position[]): number {
  let west = Number.POSITIVE_INFINITY
  let east = Number.NEGATIVE_INFINITY
  for (const position of line) {
    west = Math.min(west, position[0] as number)
    east = Math.max(east, position[0] as number)
  }
  return line.length === 0 ? 0 : (east - west) / 360
}
