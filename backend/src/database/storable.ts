/**
 * Text from outside as PostgreSQL can keep it: no NUL, no half surrogate pairs, at most `max` characters.
 * One such character would fail the whole statement, and with it everything else that waits to be written.
 */
export function storable(text: string, max: number): string {
  return text.slice(0, max).toWellFormed().replaceAll('\0', '\uFFFD')
}
