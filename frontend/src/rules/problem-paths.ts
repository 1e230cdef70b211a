import type { FieldError } from '@osprey/core/api'

/** `definition.trigger…` and `definitions.0.trigger…` are both the definition in the form. */
const PREFIX = /^(?:definition|definitions[.[]\d+\]?)(?:\.|$)/

/** The first problem of each field, by its path within the definition. Fields beside the definition keep their name. */
export function problemsByPath(errors: readonly FieldError[]): Map<string, string> {
  const problems = new Map<string, string>()
  for (const { field, expected } of errors) {
    const path = field.replace(/\[(\d+)\]/g, '.$1').replace(PREFIX, '')
    if (!problems.has(path)) problems.set(path, expected)
  }
  return problems
}

/** The parts of a path that a person is told: which condition (1, 2.1), and which field of it. */
export function placeOf(path: string): { condition: string | null; field: string } {
  const parts = path.split('.')
  const numbers: number[] = []
  let inCondition = false
  parts.forEach((part, at) => {
    if (part === 'condition') inCondition = true
    if (parts[at - 1] === 'conditions' && /^\d+$/.test(part)) numbers.push(Number(part) + 1)
  })
  const field = parts.findLast((part) => !/^\d+$/.test(part)) ?? ''
  return { condition: inCondition && numbers.length > 0 ? numbers.join('.') : null, field }
}
