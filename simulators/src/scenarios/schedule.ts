import { DAY, HOUR, localDay, startOfDay } from '../environment/calendar.ts'
import { streamOf, uniform } from '../environment/hash-noise.ts'
import { memoize } from '../environment/memo.ts'
import type { Effects, Scenario } from './scenario.ts'

/** One run of a scenario. */
export interface Occurrence {
  scenario: Scenario
  /** Epoch ms. */
  start: number
}

/** The start of a scenario's run on a local day, if it runs on it. */
export function startOn(seed: number, scenario: Scenario, day: number): number | undefined {
  const { share, hour, spread } = scenario.schedule
  const stream = streamOf(`schedule ${scenario.id}`)
  if (uniform(seed, stream, day * 2) >= share) return undefined
  const shifted = hour + spread * (2 * uniform(seed, stream, day * 2 + 1) - 1)
  // Whole minutes: easier to tell and to find in a chart.
  return startOfDay(day) + Math.round((shifted * HOUR) / 60_000) * 60_000
}

/** When which scenarios run: by schedule and, in addition, as triggered. A pure function of seed and triggers. */
export class ScenarioCalendar {
  private readonly active: (time: number) => { occurrence: Occurrence; effects: Effects }[]

  constructor(
    private readonly seed: number,
    private readonly scheduled: readonly Scenario[],
    private readonly triggered: readonly Occurrence[] = [],
  ) {
    this.active = memoize((time) => this.computeActive(time), 8192)
  }

  /** Runs that overlap a period, in order of their start. */
  between(from: number, to: number): Occurrence[] {
    const found: Occurrence[] = []
    for (const scenario of this.scheduled) {
      const first = localDay(from - scenario.duration - DAY)
      for (let day = first; day <= localDay(to) + 1; day++) {
        const start = startOn(this.seed, scenario, day)
        if (start !== undefined) found.push({ scenario, start })
      }
    }
    found.push(...this.triggered)
    return found
      .filter(({ scenario, start }) => start < to && start + scenario.duration > from)
      .sort((a, b) => a.start - b.start || a.scenario.id.localeCompare(b.scenario.id))
  }

  /** What all running scenarios do at an instant. */
  effectsAt(time: number): Effects[] {
    return this.active(time).map(({ effects }) => effects)
  }

  /** The runs under way at an instant. */
  activeAt(time: number): Occurrence[] {
    return this.active(time).map(({ occurrence }) => occurrence)
  }

  private computeActive(time: number) {
    return this.between(time, time + 1).map((occurrence) => {
      const { scenario, start } = occurrence
      const stream = streamOf(`run ${scenario.id}`)
      const draw = (index: number) => uniform(this.seed, stream, Math.floor(start / 1000) * 1000 + index)
      return { occurrence, effects: scenario.effects(time - start, draw) }
    })
  }
}
