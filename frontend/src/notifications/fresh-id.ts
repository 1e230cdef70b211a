const LONGEST = 48

/** An id that nothing has yet, made from a name where that has Latin letters or digits, else from the fallback. */
export function freshId(name: string, fallback: string, taken: ReadonlySet<string>): string {
  const plain = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, LONGEST)
    .replace(/-+$/, '')
  const base = plain === '' ? fallback : plain
  if (!taken.has(base)) return base
  for (let number = 2; ; number++) {
    const id = `${base}-${number}`
    if (!taken.has(id)) return id
  }
}
