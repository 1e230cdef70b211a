import { SEVERITIES, type Severity } from '@osprey/core/api/rules'

/** Side of the box the outlines are drawn in; their middle is at half of it. */
export const SEVERITY_BOX = 20

/** One outline per severity (SVG path data), in lists and on the map alike: never the colour alone. */
export const SEVERITY_SHAPES: Readonly<Record<Severity, string>> = {
  minor: 'M10 2a8 8 0 1 1 0 16a8 8 0 1 1 0-16z',
  moderate: 'M10 .6L19.4 10L10 19.4L.6 10z',
  severe: 'M10 1L19.4 18H.6z',
  extreme: 'M6.2 1h7.6L19 6.2v7.6L13.8 19H6.2L1 13.8V6.2z',
}

/** 0 for none, then 1 for the least of them. */
export function severityRank(severity: Severity | null): number {
  return severity === null ? 0 : SEVERITIES.indexOf(severity) + 1
}

/** The severity of a rank; null for 0. */
export function severityAt(rank: number): Severity | null {
  return SEVERITIES[rank - 1] ?? null
}
