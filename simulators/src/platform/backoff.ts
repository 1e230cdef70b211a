/**
 * How long to wait before the next attempt, in ms: doubling from `shortest` to `longest`, of which a random
 * half is taken, so that ten thousand devices do not come back in the same second.
 */
export function backoff(attempt: number, shortest: number, longest: number, random: number): number {
  const ceiling = Math.min(longest, shortest * 2 ** Math.min(attempt, 30))
  return ceiling * (0.5 + random / 2)
}
