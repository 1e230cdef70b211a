/**
 * Text from outside as PostgreSQL can keep it: no NUL, no half surrogate pairs, at most `max` characters.
 * One such character would fail the whole statement, and with it everything else that waits to be written.
 */
export function storable(text: string, max: number): string {
  return text.slice(0, max).toWellFormed().replaceAll('\0', '\uFFFD')
}

/** A JSON document likewise, as `jsonb` can keep it: the escapes \u0000 and \ud800 are legal JSON that it refuses. */
export function storableJson(document: unknown): unknown {
  if (typeof document === 'string') return storable(document, document.length)
  if (Array.isArray(document)) return document.map(storableJson)
  if (typeof document !== 'object' || document === null) return document
  return Object.fromEntries(
    Object.entries(document).map(([name, value]) => [storable(name, name.length), storableJson(value)]),
  )
}
