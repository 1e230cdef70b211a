/**
 * Mann–Whitney U test of two samples, two-sided, normal approximation (good from about 20 values each; ties get
 * the mean of their ranks). `slower` is the chance that a value of `left` exceeds one of `right`.
 */
export function ranked(left: readonly number[], right: readonly number[]) {
  const all = [
    ...left.map((value) => ({ value, isLeft: true })),
    ...right.map((value) => ({ value, isLeft: false })),
  ].sort((one, other) => one.value - other.value)
  let rankSum = 0
  for (let from = 0; from < all.length; ) {
    let to = from
    while (to + 1 < all.length && all[to + 1]?.value === all[from]?.value) to++
    const rank = (from + to) / 2 + 1
    for (let at = from; at <= to; at++) if (all[at]?.isLeft) rankSum += rank
    from = to + 1
  }
  const pairs = left.length * right.length
  const u = rankSum - (left.length * (left.length + 1)) / 2
  const deviation = Math.sqrt((pairs * (left.length + right.length + 1)) / 12)
  const z = (u - pairs / 2) / deviation
  return { u, z, p: 2 * (1 - normal(Math.abs(z))), slower: u / pairs }
}

/** Cumulative normal distribution (Abramowitz and Stegun 26.2.17, error below 7.5e-8). */
function normal(z: number): number {
  const t = 1 / (1 + 0.2316419 * z)
  const terms = [0.31938153, -0.356563782, 1.781477937, -1.821255978, 1.330274429]
  const tail = terms.reduceRight((sum, factor) => (sum + factor) * t, 0)
  return 1 - (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * tail
}
