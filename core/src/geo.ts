import type { BoundingBox } from './live.ts'

/** Geometry on WGS 84 longitudes and latitudes in degrees (RFC 7946). */
export type Position = readonly [longitude: number, latitude: number]
/** Closed: the first position is repeated as the last. */
export type Ring = readonly Position[]

export const GEOMETRY_TYPES = [
  'Point',
  'MultiPoint',
  'LineString',
  'MultiLineString',
  'Polygon',
  'MultiPolygon',
] as const

export type GeometryType = (typeof GEOMETRY_TYPES)[number]

export interface Geometry {
  type: GeometryType
  coordinates: unknown
}

export interface Feature {
  type: 'Feature'
  id?: string | number
  geometry: Geometry | null
  properties: Record<string, unknown> | null
}

export interface FeatureCollection {
  type: 'FeatureCollection'
  features: Feature[]
}

export type GeoJsonCheck =
  | { ok: true; collection: FeatureCollection; bbox: BoundingBox | null }
  | { ok: false; problems: string[] }

/** The most problems listed for one file. */
export const MAX_PROBLEMS = 20

export function isLongitude(value: unknown): value is number {
  return typeof value === 'number' && value >= -180 && value <= 180
}

export function isLatitude(value: unknown): value is number {
  return typeof value === 'number' && value >= -90 && value <= 90
}

/** Is this four numbers west, south, east, north? West greater than east spans the antimeridian. */
export function isBoundingBox(value: unknown): value is BoundingBox {
  if (!Array.isArray(value) || value.length !== 4) return false
  const [west, south, east, north] = value as unknown[]
  return isLongitude(west) && isLatitude(south) && isLongitude(east) && isLatitude(north) && south <= north
}

/** Edges count as inside. A box whose west is greater than its east spans the antimeridian (RFC 7946 5.2). */
export function inBoundingBox(box: BoundingBox, longitude: number, latitude: number): boolean {
  const [west, south, east, north] = box
  if (latitude < south || latitude > north) return false
  return west <= east ? longitude >= west && longitude <= east : longitude >= west || longitude <= east
}

/** The smallest box around the positions, without looking for an antimeridian crossing; null for none. */
export function boundingBox(positions: Iterable<Position>): BoundingBox | null {
  let west = Infinity
  let south = Infinity
  let east = -Infinity
  let north = -Infinity
  for (const [longitude, latitude] of positions) {
    if (longitude < west) west = longitude
    if (longitude > east) east = longitude
    if (latitude < south) south = latitude
    if (latitude > north) north = latitude
  }
  return west === Infinity ? null : [west, south, east, north]
}

/** Ray casting over one polygon: the first ring is the outline, the others are holes. Edges count as inside. */
export function pointInPolygon(point: Position, rings: readonly Ring[]): boolean {
  const outline = rings[0]
  if (outline === undefined) return false
  const outer = locate(point, outline)
  if (outer !== 'inside') return outer === 'edge'
  for (let index = 1; index < rings.length; index++) {
    const place = locate(point, rings[index] as Ring)
    if (place === 'edge') return true
    if (place === 'inside') return false
  }
  return true
}

/** Is the point in a Polygon or MultiPolygon? False for every other geometry. The geometry must be valid. */
export function pointInGeometry(point: Position, geometry: Geometry): boolean {
  if (geometry.type === 'Polygon') return pointInPolygon(point, geometry.coordinates as Ring[])
  if (geometry.type !== 'MultiPolygon') return false
  return (geometry.coordinates as Ring[][]).some((rings) => pointInPolygon(point, rings))
}

function locate([x, y]: Position, ring: Ring): 'inside' | 'outside' | 'edge' {
  let inside = false
  for (let index = 0, before = ring.length - 1; index < ring.length; before = index++) {
    const [x1, y1] = ring[index] as Position
    const [x2, y2] = ring[before] as Position
    const cross = (x - x1) * (y2 - y1) - (y - y1) * (x2 - x1)
    if (
      cross === 0 &&
      x >= Math.min(x1, x2) &&
      x <= Math.max(x1, x2) &&
      y >= Math.min(y1, y2) &&
      y <= Math.max(y1, y2)
    ) {
      return 'edge'
    }
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside
  }
  return inside ? 'inside' : 'outside'
}

/**
 * Checks a GeoJSON text already parsed: a FeatureCollection, a Feature or a bare geometry, and answers a
 * FeatureCollection. Coordinates must be WGS 84 degrees, rings closed with at least four positions
 * (RFC 7946 clause 3.1.6); GeometryCollections are not taken. Each problem names its place, the value and
 * what was expected.
 */
export function validateGeoJson(input: unknown): GeoJsonCheck {
  const problems: string[] = []
  const box = [Infinity, Infinity, -Infinity, -Infinity]
  const features: Feature[] = []
  if (!isObject(input)) {
    return { ok: false, problems: [`GeoJSON: ${show(input)}, expected an object with a "type"`] }
  }
  if (input['type'] === 'FeatureCollection') {
    const list = input['features']
    if (!Array.isArray(list)) {
      return { ok: false, problems: [`features: ${show(list)}, expected an array of Features`] }
    }
    for (let index = 0; index < list.length && problems.length < MAX_PROBLEMS; index++) {
      checkFeature(list[index], `features[${index}]`, features, problems, box)
    }
  } else if (input['type'] === 'Feature') {
    checkFeature(input, 'feature', features, problems, box)
  } else {
    const geometry = checkGeometry(input, 'geometry', problems, box)
    if (geometry !== null) features.push({ type: 'Feature', geometry, properties: null })
  }
  if (problems.length > 0) return { ok: false, problems: problems.slice(0, MAX_PROBLEMS) }
  const bbox = box[0] === Infinity ? null : (box as unknown as BoundingBox)
  return { ok: true, collection: { type: 'FeatureCollection', features }, bbox }
}

function checkFeature(
  input: unknown,
  at: string,
  features: Feature[],
  problems: string[],
  box: number[],
): void {
  if (!isObject(input) || input['type'] !== 'Feature') {
    problems.push(`${at}: ${show(isObject(input) ? input['type'] : input)}, expected type "Feature"`)
    return
  }
  const { id, geometry, properties } = input
  if (id !== undefined && typeof id !== 'string' && typeof id !== 'number') {
    problems.push(`${at}.id: ${show(id)}, expected a string or a number`)
  }
  if (properties !== null && properties !== undefined && !isObject(properties)) {
    problems.push(`${at}.properties: ${show(properties)}, expected an object or null`)
  }
  const checked =
    geometry === null || geometry === undefined
      ? null
      : checkGeometry(geometry, `${at}.geometry`, problems, box)
  const feature: Feature = {
    type: 'Feature',
    geometry: checked,
    properties: (properties ?? null) as Record<string, unknown> | null,
  }
  if (id !== undefined) feature.id = id as string | number
  features.push(feature)
}

/** How deep the coordinates of each type nest, and what the innermost list of positions must be. */
const SHAPES: Record<GeometryType, { depth: number; kind: 'point' | 'line' | 'ring' | 'points' }> = {
  Point: { depth: 0, kind: 'point' },
  MultiPoint: { depth: 1, kind: 'points' },
  LineString: { depth: 1, kind: 'line' },
  MultiLineString: { depth: 2, kind: 'line' },
  Polygon: { depth: 2, kind: 'ring' },
  MultiPolygon: { depth: 3, kind: 'ring' },
}

function checkGeometry(input: unknown, at: string, problems: string[], box: number[]): Geometry | null {
  const type = isObject(input) ? input['type'] : input
  if (!isObject(input) || typeof type !== 'string' || !Object.hasOwn(SHAPES, type)) {
    problems.push(`${at}.type: ${show(type)}, expected one of ${GEOMETRY_TYPES.join(', ')}`)
    return null
  }
  const { depth, kind } = SHAPES[type as GeometryType]
  checkCoordinates(input['coordinates'], depth, kind, `${at}.coordinates`, problems, box)
  return { type: type as GeometryType, coordinates: input['coordinates'] }
}

function checkCoordinates(
  input: unknown,
  depth: number,
  kind: 'point' | 'line' | 'ring' | 'points',
  at: string,
  problems: string[],
  box: number[],
): void {
  if (problems.length >= MAX_PROBLEMS) return
  if (depth === 0) {
    checkPosition(input, at, problems, box)
    return
  }
  if (!Array.isArray(input)) {
    problems.push(`${at}: ${show(input)}, expected an array`)
    return
  }
  if (depth > 1) {
    if (input.length === 0) problems.push(`${at}: [], expected at least one part`)
    input.forEach((part, index) => {
      checkCoordinates(part, depth - 1, kind, `${at}[${index}]`, problems, box)
    })
    return
  }
  const least = kind === 'ring' ? 4 : kind === 'line' ? 2 : 1
  if (input.length < least) {
    problems.push(`${at}: ${input.length} positions, expected at least ${least}`)
    return
  }
  for (let index = 0; index < input.length && problems.length < MAX_PROBLEMS; index++) {
    checkPosition(input[index], `${at}[${index}]`, problems, box)
  }
  if (kind === 'ring' && problems.length === 0) checkClosed(input as Ring, at, problems)
}

function checkClosed(ring: Ring, at: string, problems: string[]): void {
  const first = ring[0] as Position
  const last = ring[ring.length - 1] as Position
  if (first[0] !== last[0] || first[1] !== last[1]) {
    problems.push(`${at}: ends at ${show(last)}, expected a closed ring ending at ${show(first)}`)
  }
}

function checkPosition(input: unknown, at: string, problems: string[], box: number[]): void {
  const [longitude, latitude] = Array.isArray(input) ? input : []
  if (!isLongitude(longitude) || !isLatitude(latitude)) {
    problems.push(`${at}: ${show(input)}, expected [longitude −180…180, latitude −90…90]`)
    return
  }
  if (longitude < (box[0] as number)) box[0] = longitude
  if (latitude < (box[1] as number)) box[1] = latitude
  if (longitude > (box[2] as number)) box[2] = longitude
  if (latitude > (box[3] as number)) box[3] = latitude
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function show(value: unknown): string {
  const text = value === undefined ? 'nothing' : (JSON.stringify(value) ?? String(value))
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
