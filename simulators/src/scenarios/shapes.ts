/** Courses of an effect over time. */

/** 0 before and after, 1 in between, with straight flanks of `flank` ms inside the period. */
export function trapezoid(elapsed: number, from: number, to: number, flank: number): number {
  return Math.max(0, Math.min(1, (elapsed - from) / flank, (to - elapsed) / flank))
}

/** Is a moment within [from, to)? */
export function within(elapsed: number, from: number, to: number): boolean {
  return elapsed >= from && elapsed < to
}
