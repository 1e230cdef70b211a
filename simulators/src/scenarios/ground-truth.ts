import type { Truth } from './scenario.ts'
import type { ScenarioCalendar } from './schedule.ts'

/** What an observer must find, with its times. */
export interface TruthPeriod extends Omit<Truth, 'from' | 'to'> {
  scenario: string
  /** ISO 8601 in UTC. */
  from: string
  to: string
}

/** The ground truth of everything that happens in a period, in order of time. */
export function groundTruth(calendar: ScenarioCalendar, from: number, to: number): TruthPeriod[] {
  return calendar
    .between(from, to)
    .flatMap(({ scenario, start }) =>
      scenario.truth.map((truth) => ({
        scenario: scenario.id,
        ...truth,
        from: new Date(start + truth.from).toISOString(),
        to: new Date(start + truth.to).toISOString(),
      })),
    )
    .filter((period) => Date.parse(period.from) < to && Date.parse(period.to) > from)
}
