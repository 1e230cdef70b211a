import type { ArgumentMetadata, PipeTransform } from '@nestjs/common'
import type { FieldError } from '@osprey/core/api'
import type { z } from 'zod'
import { invalidFields, ProblemException, shorten } from './problem.ts'

/** More would only bury the first ones. */
const MAX_LISTED_ERRORS = 100
const MAX_DEPTH = 64
/** Fields whose value is never sent back. */
const SECRET_FIELDS = new Set(['password', 'current', 'secret', 'token', 'code'])

/**
 * Validates each parameter that declares a schema, as Nest's StandardSchemaValidationPipe does, but answers
 * with field, value and expectation of every issue.
 */
export class ValidationPipe implements PipeTransform {
  transform(value: unknown, { schema, type }: ArgumentMetadata): unknown {
    if (!schema) return value
    if (type === 'body' && value === undefined) {
      throw new ProblemException(400, 'expected a JSON body with Content-Type: application/json', [
        { field: '', value: null, expected: 'a JSON object' },
      ])
    }
    if (type === 'body') checkDepth(value)
    const result = (schema as z.ZodType).safeParse(value)
    if (result.success) return result.data
    throw invalidFields(fieldErrors(result.error.issues, value).slice(0, MAX_LISTED_ERRORS))
  }
}

/**
 * JSON.parse takes any depth, what walks the result afterwards does not.
 * @throws ProblemException 400 when objects and arrays are nested more than 64 deep.
 */
export function checkDepth(document: unknown): void {
  let level: unknown[] = [document]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) throw new ProblemException(400, `the body is nested more than ${MAX_DEPTH} deep`)
    level = level.flatMap((value) =>
      typeof value === 'object' && value !== null ? Object.values(value) : [],
    )
  }
}

/** One entry per wrong field of `input`, in the words of RFC 9457 `errors`. */
export function fieldErrors(issues: readonly z.core.$ZodIssue[], input: unknown): FieldError[] {
  return issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') return unknownFields(issue.keys, issue.path, input)
    return [{ field: pathOf(issue.path), value: valueAt(input, issue.path), expected: expectation(issue) }]
  })
}

function unknownFields(keys: string[], path: PropertyKey[], input: unknown): FieldError[] {
  return keys.map((key) => ({
    field: pathOf([...path, key]),
    value: valueAt(input, [...path, key]),
    expected: 'no field of this name',
  }))
}

function pathOf(path: readonly PropertyKey[]): string {
  return String(shorten(path.map(String).join('.')))
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input
  for (const key of path) {
    if (SECRET_FIELDS.has(String(key))) return '(not shown)'
    value = (value as Record<PropertyKey, unknown> | undefined)?.[key]
  }
  return shorten(value)
}

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return article(issue.expected)
    case 'invalid_value':
      return `one of ${issue.values.map(String).join(', ')}`
    case 'too_small':
      return `${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${measure(issue.origin)}`
    case 'too_big':
      return `${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}${measure(issue.origin)}`
    case 'invalid_union':
      return 'a value of one of the documented kinds'
    case 'invalid_key':
      return issue.issues[0] ? `a name that is ${expectation(issue.issues[0])}` : 'a valid name'
    default:
      return issue.message
  }
}

function article(type: string): string {
  return /^[aeiou]/.test(type) && type !== 'undefined' ? `an ${type}` : `a ${type}`
}

function measure(origin: string): string {
  if (origin === 'string') return ' characters'
  if (origin === 'array' || origin === 'record') return ' entries'
  return ''
}
