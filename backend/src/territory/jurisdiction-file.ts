import type { FieldError } from '@osprey/core/api'
import { jurisdictionInput, MAX_JURISDICTIONS } from '@osprey/core/api/jurisdictions'
import { parseGeoJson } from '../http/parse-geojson.ts'
import { invalid, ProblemException, quote } from '../http/problem.ts'
import { fieldErrors } from '../http/validation.ts'
import { outlineOf } from './geometry.ts'
import type { JurisdictionValues } from './jurisdictions.ts'

const MAX_LISTED_ERRORS = 100

/**
 * Reads jurisdictions from a GeoJSON FeatureCollection: the feature's id (or property `id`), properties `name` and
 * `parent`, and a polygon. `row` of an error counts the features from 1.
 * @throws ProblemException 400 when it is no such file, 422 with every error when anything in it is wrong.
 */
export function readJurisdictions(text: string, exists: (id: string) => boolean): JurisdictionValues[] {
  const features = featuresOf(parseGeoJson(text))
  const errors: FieldError[] = []
  const found = new Map<string, { row: number; values: JurisdictionValues }>()
  for (const [index, feature] of features.entries()) {
    const row = index + 1
    const { values, wrong } = readFeature(feature)
    const twice = values && found.get(values.id)
    if (twice) {
      wrong.push({
        field: 'id',
        value: values.id,
        expected: `an id named once; feature ${twice.row} has it already`,
      })
    } else if (values) found.set(values.id, { row, values })
    errors.push(...wrong.map((error) => ({ row, ...error })))
  }
  for (const { row, values } of found.values()) {
    const { parent } = values
    if (parent === null || found.has(parent) || exists(parent)) continue
    errors.push({
      row,
      field: 'parent',
      value: parent,
      expected: 'the id of a jurisdiction that exists or is in the file',
    })
  }
  if (errors.length > 0) throw refusal(errors)
  return [...found.values()].map(({ values }) => values)
}

function featuresOf(document: unknown): unknown[] {
  const { type, features } = isObject(document) ? document : {}
  if (type !== 'FeatureCollection' || !Array.isArray(features)) {
    throw invalid(
      'type',
      typeof type === 'string' ? type : null,
      'a FeatureCollection with an array of features',
    )
  }
  if (features.length === 0) throw invalid('features', 0, 'at least one feature')
  if (features.length > MAX_JURISDICTIONS) {
    throw invalid('features', features.length, `at most ${MAX_JURISDICTIONS} features`)
  }
  return features
}

function readFeature(feature: unknown): { values?: JurisdictionValues; wrong: FieldError[] } {
  if (!isObject(feature) || feature['type'] !== 'Feature') {
    return { wrong: [{ field: 'type', value: null, expected: 'a Feature' }] }
  }
  const properties = isObject(feature['properties']) ? feature['properties'] : {}
  const id = feature['id'] ?? properties['id']
  const candidate = {
    id: typeof id === 'number' ? String(id) : id,
    name: properties['name'],
    parent: properties['parent'] ?? null,
    geometry: feature['geometry'],
  }
  const outline = outlineOf(candidate.geometry)
  const parsed = jurisdictionInput.omit({ geometry: true }).loose().safeParse(candidate)
  const wrong = parsed.success ? [] : fieldErrors(parsed.error.issues, candidate)
  if (!outline.ok) wrong.push(...outline.errors)
  if (!parsed.success || !outline.ok) return { wrong }
  const { name, parent } = parsed.data
  return { values: { id: parsed.data.id, name, parent, geometry: outline.text }, wrong }
}

function refusal(errors: readonly FieldError[]): ProblemException {
  const first = errors[0] as FieldError
  const count = `${errors.length} ${errors.length === 1 ? 'error' : 'errors'}`
  return new ProblemException(
    422,
    `nothing was imported: ${count}, the first in feature ${first.row}, field ${quote(first.field)}, expected ${first.expected}`,
    errors.slice(0, MAX_LISTED_ERRORS),
  )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
