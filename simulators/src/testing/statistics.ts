/** Statistics of short series, for tests. */

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

export function deviation(values: readonly number[]): number {
  const centre = mean(values)
  return Math.sqrt(mean(values.map((value) => (value - centre) ** 2)))
}

/** Pearson's coefficient, -1 to 1. */
export function correlation(a: readonly number[], b: readonly number[]): number {
  const meanA = mean(a)
  const meanB = mean(b)
  const products = a.map((value, index) => (value - meanA) * ((b[index] as number) - meanB))
  return mean(products) / (deviation(a) * deviation(b))
}
