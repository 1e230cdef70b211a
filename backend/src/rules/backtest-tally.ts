import type { ReplayRange } from '@osprey/core/alerting/replay'
import { localDate, nextLocalDay } from '@osprey/core/alerting/schedule'
import type { BacktestFiring, BacktestResult, Severity } from '@osprey/core/api/rules'

/** What a rule would have fired. Times are epoch milliseconds. */
export interface Firing {
  station: string | null
  site: string | null
  property: string | null
  severity: Severity
  start: number
  fired: number
  /** Null: still firing at the end of the range. */
  end: number | null
  peak: number | null
  peakAt: number | null
  /** Observations while it fired, and those of them with a flag that is not good. */
  observations: number
  flagged: number
}

const MOST_LISTED = 1000

/** Adds up what one definition fires: the totals of everything, and the earliest firings themselves. */
export class BacktestTally {
  observations = 0
  private readonly datastreams = new Set<number>()
  private listed: Firing[] = []
  private firings = 0
  private firingMs = 0
  private observed = 0
  private flagged = 0
  private readonly places = new Set<string>()
  private readonly perDay = new Map<string, number>()

  constructor(
    private readonly timeZone: string,
    private readonly range: ReplayRange,
  ) {
    const { from, to } = range
    for (let day = from; day < to; day = nextLocalDay(day, timeZone)) {
      this.perDay.set(localDate(day, timeZone), 0)
    }
  }

  reads(datastreams: Iterable<number>): void {
    for (const id of datastreams) this.datastreams.add(id)
  }

  add(firing: Firing): void {
    const { fired, end, observations, flagged } = firing
    this.firings++
    this.firingMs += (end ?? this.range.to) - fired
    this.observed += observations
    this.flagged += flagged
    this.places.add(firing.station ?? `site ${firing.site}`)
    const date = localDate(fired, this.timeZone)
    this.perDay.set(date, (this.perDay.get(date) ?? 0) + 1)
    this.listed.push(firing)
    if (this.listed.length >= 2 * MOST_LISTED) this.cut()
  }

  result(problems: BacktestResult['problems']): BacktestResult {
    this.cut()
    return {
      firings: this.listed.map(viewOf),
      omitted: this.firings - this.listed.length,
      totals: {
        firings: this.firings,
        stations: this.places.size,
        firingSeconds: Math.round(this.firingMs / 1000),
        flaggedShare: share(this.flagged, this.observed),
        observations: this.observations,
        datastreams: this.datastreams.size,
      },
      perDay: [...this.perDay].map(([date, firings]) => ({ date, firings })),
      problems,
    }
  }

  /** Stations are replayed one after the other: which firings are the earliest is only known at the end. */
  private cut(): void {
    this.listed.sort((one, other) => one.fired - other.fired || placeOrder(one, other))
    this.listed.length = Math.min(this.listed.length, MOST_LISTED)
  }
}

function placeOrder(one: Firing, other: Firing): number {
  const [first, second] = [one, other].map(({ station, site, property }) => `${station} ${site} ${property}`)
  return first === second ? 0 : (first as string) < (second as string) ? -1 : 1
}

function viewOf({ observations, flagged, start, fired, end, peakAt, ...firing }: Firing): BacktestFiring {
  return {
    ...firing,
    start: instantOf(start),
    fired: instantOf(fired),
    end: end === null ? null : instantOf(end),
    peakAt: peakAt === null ? null : instantOf(peakAt),
    flaggedShare: share(flagged, observations),
  }
}

function instantOf(time: number): string {
  return new Date(time).toISOString()
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole
}
