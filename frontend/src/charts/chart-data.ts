import type uPlot from 'uplot'
import { gapsBefore, withFillers } from './gaps.ts'
import { EVERY_MS } from './plan.ts'
import { isUsable, type Series } from './series.ts'

/** The columns uPlot draws: time in seconds, extremes if there are any (high, low), line, failed results. */
export function chartData(series: Series): uPlot.AlignedData {
  const { time, value, quality, low, high, plan } = series
  const window = plan.every === null ? 0 : EVERY_MS[plan.every]
  const broken = plan.shape === 'line' || plan.shape === 'steps'
  const gaps = broken ? gapsBefore(time, window) : []
  const seconds = withFillers(time, gaps, (at) => (time[at - 1] as number) + 1).map((at) => at / 1000)
  const nothing = (): null => null
  const good = value.map((result, at) => (isUsable(quality[at] as number) ? result : null))
  const failed = value.map((result, at) => (isUsable(quality[at] as number) ? null : result))
  const columns = [good, failed].map((column) => withFillers<number | null>(column, gaps, nothing))
  if (low !== null && high !== null) {
    columns.unshift(withFillers(high, gaps, nothing), withFillers(low, gaps, nothing))
  }
  return [seconds, ...columns] as uPlot.AlignedData
}
