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
