import type { FieldError } from '@osprey/core/api'
import { ProblemException } from './problem.ts'
import { checkDepth } from './validation.ts'

/** Parses the text of a GeoJSON file, with or without BOM. @throws ProblemException 400 */
export function parseGeoJson(text: string): unknown {
  let document: unknown
  try {
    document = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    throw new ProblemException(
      400,
      `the GeoJSON is not valid JSON: ${(error as Error).message}`.slice(0, 300),
    )
  }
  checkDepth(document)
  return document
}

/** The problems `validateGeoJson` names, field by field. Each reads "place: value, expected what". */
export function geoJsonErrors(problems: readonly string[]): FieldError[] {
  return problems.map((problem) => {
    const expected = problem.lastIndexOf(', expected ')
    const colon = problem.indexOf(': ')
    return {
      field: problem.slice(0, colon),
      value: problem.slice(colon + 2, expected),
      expected: problem.slice(expected + ', expected '.length),
    }
  })
}
