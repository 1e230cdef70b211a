/** What counts as an anomaly, and when an alert has hit it. */

/** An alert or an anomaly as the points it covers, both ends included. */
export interface Span {
  first: number
  last: number
}

export interface LabelledRun extends Span {
  type: string
}

/** Points of one type in a row; a single point of another type inside does not divide them. */
export function runsOf(types: readonly string[]): LabelledRun[] {
  const runs: LabelledRun[] = []
  types.forEach((type, index) => {
    if (type === '') return
    const open = runs.findLast((run) => run.type === type && index - run.last <= 2)
    if (open !== undefined && types.slice(open.last, index).every((between) => between !== ''))
      open.last = index
    else runs.push({ type, first: index, last: index })
  })
  return runs
}

/** Overlapping, or one point beside it: rules judge backwards and see some anomalies with the reading after. */
export function hits(alert: Span, run: Span): boolean {
  return alert.first <= run.last + 1 && alert.last >= run.first - 1
}

/** A share to three decimals; null of nothing. */
export function share(part: number, whole: number): number | null {
  return whole === 0 ? null : Number((part / whole).toFixed(3))
}

/** Is a point within an alert, or one point beside it? */
export function covers(alerts: readonly Span[], index: number): boolean {
  return alerts.some(({ first, last }) => index >= first - 1 && index <= last + 1)
}
