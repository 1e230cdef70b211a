import canonicalize from 'canonicalize'

/** The RFC 8785 canonical JSON of what JSON can hold. @throws Error for anything else. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value)
  if (text === undefined) throw new Error('not representable as JSON')
  return text
}

/**
 * Is the text the RFC 8785 canonical JSON of the value that was parsed from it? Asked of every line of an export:
 * mostly answered without writing the canonical form again.
 */
export function isCanonical(text: string, value: unknown): boolean {
  // ECMAScript writes numbers and strings as RFC 8785 does; what is left is the order of names (clause 3.2.3).
  return (JSON.stringify(value) === text && isOrdered(value)) || canonicalJson(value) === text
}

function isOrdered(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed()
  if (typeof value !== 'object' || value === null) return true
  if (Array.isArray(value)) return value.every(isOrdered)
  let last: string | undefined
  for (const [name, member] of Object.entries(value)) {
    if ((last !== undefined && name <= last) || !name.isWellFormed() || !isOrdered(member)) return false
    last = name
  }
  return true
}

/**
 * The value as it is over HTTP (dates as text, undefined members left out), with the characters replaced that
 * RFC 8785 (half surrogate pairs) or PostgreSQL (NUL) refuse: a hostile name must not keep its change from being
 * recorded.
 */
export function plainJson(value: unknown): unknown {
  const text = JSON.stringify(value)
  return text === undefined ? null : cleaned(JSON.parse(text))
}

function cleaned(value: unknown): unknown {
  if (typeof value === 'string') return cleanedText(value)
  if (Array.isArray(value)) return value.map(cleaned)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [cleanedText(key), cleaned(member)]))
}

function cleanedText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD')
}
