/**
 * Remembers results of a pure function of one number. Bounded: when full, everything is forgotten, since
 * what is asked for moves on with time.
 */
export function memoize<T>(compute: (key: number) => T, size = 4096): (key: number) => T {
  const known = new Map<number, T>()
  return (key) => {
    let result = known.get(key)
    if (result === undefined) {
      if (known.size >= size) known.clear()
      result = compute(key)
      known.set(key, result)
    }
    return result
  }
}
