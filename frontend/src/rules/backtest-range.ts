export const BACKTEST_PRESETS = ['24h', '7d', '30d', '90d'] as const
export type BacktestPreset = (typeof BACKTEST_PRESETS)[number]

const HOUR = 3_600_000
const LENGTH: Readonly<Record<BacktestPreset, number>> = {
  '24h': 24 * HOUR,
  '7d': 7 * 24 * HOUR,
  '30d': 30 * 24 * HOUR,
  '90d': 90 * 24 * HOUR,
}

export interface BacktestRange {
  from: string
  to: string
}

/** The last hours or days before `now`, to the full minute. */
export function presetRange(preset: BacktestPreset, now: number): BacktestRange {
  const to = Math.floor(now / 60_000) * 60_000
  return { from: new Date(to - LENGTH[preset]).toISOString(), to: new Date(to).toISOString() }
}

/** A range of whole local days, the last one included; null unless both dates are there and in order. */
export function dayRange(first: string, last: string): BacktestRange | null {
  const from = localMidnight(first, 0)
  const to = localMidnight(last, 1)
  return from === null || to === null || from >= to
    ? null
    : { from: new Date(from).toISOString(), to: new Date(to).toISOString() }
}

function localMidnight(date: string, plusDays: number): number | null {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(date)
  if (match === null) return null
  const [year, month, day] = match.slice(1).map(Number) as [number, number, number]
  const time = new Date(year, month - 1, day + plusDays).getTime()
  return Number.isNaN(time) ? null : time
}
