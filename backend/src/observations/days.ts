import type { ObservationBatch } from './store.ts'

export const DAY = 86_400_000

/** The UTC day of an instant, counted from 1970-01-01. */
export function dayOf(time: number): number {
  return Math.floor(time / DAY)
}

/** YYYY-MM-DD of a day between the years 0001 and 9999. */
export function dayName(day: number): string {
  return new Date(day * DAY).toISOString().slice(0, 10)
}

/** How many observations each day has: what tells a query whether it must look into the hot table. */
export class DayCounts {
  readonly #counts = new Map<number, number>()
  #total = 0

  get total(): number {
    return this.#total
  }

  days(): number[] {
    return [...this.#counts.keys()].sort((a, b) => a - b)
  }

  has(day: number): boolean {
    return this.#counts.has(day)
  }

  /** Adds `rows` (which may be negative) to a day. */
  add(day: number, rows: number): void {
    const count = (this.#counts.get(day) ?? 0) + rows
    if (count > 0) this.#counts.set(day, count)
    else this.#counts.delete(day)
    this.#total += rows
  }

  addAll(counts: ReadonlyMap<number, number>, sign: 1 | -1): void {
    for (const [day, rows] of counts) this.add(day, sign * rows)
  }

  clear(): void {
    this.#counts.clear()
    this.#total = 0
  }
}

/** Rows of a batch by day. Neighbouring rows are mostly of one day, so the map is touched once per run. */
export function rowsByDay(batch: ObservationBatch): Map<number, number> {
  const counts = new Map<number, number>()
  const { phenomenonTime, length } = batch
  for (let row = 0; row < length; ) {
    const day = dayOf(phenomenonTime[row] as number)
    const start = day * DAY
    const end = start + DAY
    const first = row
    while (
      row < length &&
      (phenomenonTime[row] as number) >= start &&
      (phenomenonTime[row] as number) < end
    ) {
      row++
    }
    counts.set(day, (counts.get(day) ?? 0) + row - first)
  }
  return counts
}
