import { z } from 'zod'
import { identifier, line } from './fields.ts'

/** Jurisdictions: the nested areas that accounts belong to. */

export const MAX_JURISDICTIONS = 5000

export const polygon = z
  .looseObject({ type: z.enum(['Polygon', 'MultiPolygon']), coordinates: z.array(z.unknown()) })
  .describe('GeoJSON Polygon or MultiPolygon, WGS 84')

export const jurisdictionInput = z.strictObject({
  id: identifier,
  name: line(200),
  parent: identifier.nullable().describe('the jurisdiction this one is part of'),
  geometry: polygon,
})
export const jurisdictionPatch = z.strictObject({
  name: line(200).optional(),
  parent: identifier.nullable().optional(),
  geometry: polygon.optional(),
})
export const jurisdictionView = z.object({
  id: z.string(),
  name: z.string(),
  parent: z.string().nullable(),
  stations: z.number().describe('stations inside it or inside what is part of it'),
  accounts: z.number().nullable().describe('people that belong to it; null for those who may not know'),
})
/** One with its geometry. */
export const jurisdictionDetail = z.object({ ...jurisdictionView.shape, geometry: polygon })
export const jurisdictionsImported = z.object({ created: z.number(), updated: z.number() })
export type JurisdictionInput = z.infer<typeof jurisdictionInput>
export type JurisdictionPatch = z.infer<typeof jurisdictionPatch>
export type JurisdictionView = z.infer<typeof jurisdictionView>
export type JurisdictionsImported = z.infer<typeof jurisdictionsImported>
export type JurisdictionDetail = z.infer<typeof jurisdictionDetail>
