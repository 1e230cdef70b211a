import type { JurisdictionDetail } from '@osprey/core/api/jurisdictions'

export type AreaGeometry = JurisdictionDetail['geometry']

export type GeometryReading =
  | { ok: true; geometry: AreaGeometry }
  | { ok: false; reason: 'notJson' | 'noPolygon' | 'severalPolygons' }

/**
 * The one polygon in a GeoJSON text: a geometry, a feature, or a collection with one feature. Whether its rings are
 * right is for the server to judge.
 */
export function readGeometry(text: string): GeometryReading {
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch {
    return { ok: false, reason: 'notJson' }
  }
  const found = polygonsIn(document)
  if (found.length === 0) return { ok: false, reason: 'noPolygon' }
  if (found.length > 1) return { ok: false, reason: 'severalPolygons' }
  return { ok: true, geometry: found[0] as AreaGeometry }
}

function polygonsIn(value: unknown): AreaGeometry[] {
  if (typeof value !== 'object' || value === null) return []
  const { type, geometry, features, coordinates } = value as Record<string, unknown>
  if (type === 'FeatureCollection') return Array.isArray(features) ? features.flatMap(polygonsIn) : []
  if (type === 'Feature') return polygonsIn(geometry)
  if ((type === 'Polygon' || type === 'MultiPolygon') && Array.isArray(coordinates))
    return [{ type, coordinates }]
  return []
}
