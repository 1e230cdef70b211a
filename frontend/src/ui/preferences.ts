/** Small choices kept in this browser. Storage may be forbidden or full; then choices last for the visit. */
const PREFIX = 'osprey.'

export function recall<T extends string>(key: string, allowed: readonly T[]): T | undefined {
  try {
    const stored = localStorage.getItem(PREFIX + key)
    return allowed.find((value) => value === stored)
  } catch {
    return undefined
  }
}

export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(PREFIX + key, value)
  } catch {
    // Private browsing without storage: the choice still holds until the page is left.
  }
}
