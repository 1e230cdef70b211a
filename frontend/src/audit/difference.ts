/** One field whose value is not the same before and after. */
export interface Difference {
  /** From the outside in: `stations`, `units.pm25`, `classes.2.name`. Empty for the value as a whole. */
  path: readonly string[]
  kind: 'added' | 'removed' | 'changed'
  /** undefined when there was nothing. */
  before: unknown
  after: unknown
}

/** Deeper values are compared as a whole: nobody reads further down, and hostile nesting must not fill the stack. */
const DEEPEST = 8

/**
 * What changed from one JSON value to another, field by field in the order of the fields. Lists of plain values are
 * one field; lists of objects are compared item by item.
 */
export function differences(before: unknown, after: unknown): Difference[] {
  const found: Difference[] = []
  collect(before ?? undefined, after ?? undefined, [], found)
  return found
}

function collect(before: unknown, after: unknown, path: readonly string[], found: Difference[]): void {
  const wasNothing = before === undefined
  const isNothing = after === undefined
  if (path.length < DEEPEST && canOpen(before) && canOpen(after) && !(wasNothing && isNothing)) {
    const names = new Set([...namesOf(before), ...namesOf(after)])
    if (names.size > 0) {
      for (const name of names) collect(fieldOf(before, name), fieldOf(after, name), [...path, name], found)
      return
    }
  }
  if (isSame(before, after)) return
  found.push({ path, kind: wasNothing ? 'added' : isNothing ? 'removed' : 'changed', before, after })
}

/** Whether a value is better shown by its fields; nothing at all opens with whatever it is compared to. */
function canOpen(value: unknown): boolean {
  if (value === undefined) return true
  if (Array.isArray(value)) return value.length > 0 && value.every((item) => isObject(item))
  return isObject(value)
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function namesOf(value: unknown): string[] {
  return value === undefined ? [] : Object.keys(value as object)
}

function fieldOf(value: unknown, name: string): unknown {
  if (value === undefined || !Object.hasOwn(value as object, name)) return undefined
  return (value as Record<string, unknown>)[name]
}

function isSame(before: unknown, after: unknown): boolean {
  return before === after || jsonText(before) === jsonText(after)
}

/** A value as text: a string as it is, everything else as JSON, cut to a length. */
export function valueText(value: unknown, longest = 2000): string {
  const text = typeof value === 'string' ? value : jsonText(value)
  return text.length > longest ? `${text.slice(0, longest)}…` : text
}

/** JSON, or a word for what is nested too deeply to be written. */
function jsonText(value: unknown): string {
  try {
    return JSON.stringify(value) ?? ''
  } catch {
    return '…'
  }
}
