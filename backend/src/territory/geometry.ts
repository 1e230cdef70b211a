import { createHash } from 'node:crypto'
import type { FieldError } from '@osprey/core/api'
import { type Geometry, type Position, validateGeoJson } from '@osprey/core/geo'
import { geoJsonErrors } from '../http/parse-geojson.ts'

/** Far more than the outline of a province needs; a bound on what one polygon may cost. */
const MAX_POSITIONS = 50_000

export type Outline = { ok: true; geometry: Geometry; text: string } | { ok: false; errors: FieldError[] }

/** Checks the outline of a jurisdiction and takes from it what is kept: type, longitudes and latitudes. */
export function outlineOf(input: unknown): Outline {
  const type = (input as { type?: unknown } | null | undefined)?.type
  if (type !== 'Polygon' && type !== 'MultiPolygon') {
    const expected = 'a GeoJSON Polygon or MultiPolygon'
    return {
      ok: false,
      errors: [{ field: 'geometry', value: typeof type === 'string' ? type : null, expected }],
    }
  }
  const checked = validateGeoJson(input)
  if (!checked.ok) return { ok: false, errors: geoJsonErrors(checked.problems) }
  const found = checked.collection.features[0]?.geometry as Geometry
  const count = positionsIn(found.coordinates)
  if (count > MAX_POSITIONS) {
    const expected = `at most ${MAX_POSITIONS} positions`
    return { ok: false, errors: [{ field: 'geometry.coordinates', value: count, expected }] }
  }
  const geometry = { type, coordinates: flat(found.coordinates) } as Geometry
  return { ok: true, geometry, text: JSON.stringify(geometry) }
}

/** What the audit log keeps of an outline: the whole may have megabytes. */
export function auditedOutline(text: string): object {
  const { type, coordinates } = JSON.parse(text) as Geometry
  return {
    type,
    positions: positionsIn(coordinates),
    sha256: createHash('sha256').update(text).digest('hex'),
  }
}

function positionsIn(coordinates: unknown): number {
  const list = coordinates as unknown[]
  if (typeof list[0] === 'number') return 1
  return list.reduce((sum: number, part) => sum + positionsIn(part), 0)
}

/** Without altitudes and whatever else follows longitude and latitude. */
function flat(coordinates: unknown): unknown {
  const list = coordinates as unknown[]
  return typeof list[0] === 'number' ? ([list[0], list[1]] as unknown as Position) : list.map(flat)
}
