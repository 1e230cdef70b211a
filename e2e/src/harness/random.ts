/** Random moments that can be repeated: the seed is printed, and OSPREY_SEED sets it. */
export function seededRandom(name: string): (from: number, to: number) => number {
  let state = (Number(process.env['OSPREY_SEED'] ?? Date.now()) % 2 ** 32) | 0
  console.info(`${name}: OSPREY_SEED=${state >>> 0} repeats this run's random choices`)
  // Mulberry32.
  return (from, to) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return from + (((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * (to - from)
  }
}
