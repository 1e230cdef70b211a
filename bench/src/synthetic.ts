/** Observations that are the same in every run. */

const DAY = 86_400_000

let state = 0x2545f491
/** Xorshift: the same sequence in every process. */
export function random(): number {
  state ^= state << 13
  state ^= state >>> 17
  state ^= state << 5
  return state >>> 0
}

/** A reading with a daily course, noise and one decimal. */
export function valueAt(datastream: number, time: number): number {
  const course = 20 + 10 * Math.sin((time / DAY) * 2 * Math.PI + datastream)
  return Math.round(course * 10 + (random() % 50)) / 10
}
