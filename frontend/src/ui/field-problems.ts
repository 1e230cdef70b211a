import { RequestError } from '../session/request.ts'

/** What the server expected, by the name of the field it is shown beside (`jurisdictions.0` → `jurisdictions`). */
export function fieldProblems(error: unknown): ReadonlyMap<string, string> {
  const problems = new Map<string, string>()
  for (const { field, expected } of errorsOf(error)) {
    const name = topOf(field)
    if (!problems.has(name)) problems.set(name, expected)
  }
  return problems
}

/** Whether the problem says something that no field of the form can show. */
export function isGeneral(error: unknown, fields: readonly string[]): boolean {
  if (error === null) return false
  const errors = errorsOf(error)
  return errors.length === 0 || errors.some(({ field }) => !fields.includes(topOf(field)))
}

function errorsOf(error: unknown) {
  return (error instanceof RequestError && error.problem?.errors) || []
}

const topOf = (field: string): string => field.split(/[.[\]/]/).find((part) => part !== '') ?? ''
