import type { ReplayRange } from '@osprey/core/alerting/replay'
import type { BacktestInput } from '@osprey/core/api/rules'
import type { Logger } from 'pino'
import { invalid, ProblemException, unavailable } from '../http/problem.ts'
import { StoreUnavailableError } from '../observations/store.ts'
import type { Territory } from '../territory/territory.ts'
import { type PlanParts, planBacktest, type Unit } from './backtest-plan.ts'
import type { BacktestStore } from './backtest-reads.ts'
import { BacktestRun } from './backtest-run.ts'
import { checkDefinition, type Referred } from './check-definition.ts'

export const MOST_BACKTESTS = 2
export const MAX_RANGE_DAYS = 400
export const MAX_OBSERVATIONS = 50_000_000
const DAY = 86_400_000
/** Datastreams whose observations are counted in one statement. */
const COUNTED_AT_ONCE = 2000

export interface BacktestsOptions extends PlanParts {
  store: BacktestStore
  referred: Referred
  log: Pick<Logger, 'error'>
}

/** Admits backtests: few at a time, one per person, of a size that ends. */
export class Backtests {
  private readonly running = new Set<string>()

  constructor(private readonly options: BacktestsOptions) {}

  /**
   * Runs `use` with a backtest that is ready to run. Its place is free again when `use` ends.
   * @throws ProblemException 400 for what cannot be tested, 429 while too many others run; the reason of `signal`
   * when it is aborted before
   */
  async admit<Result>(
    person: string,
    input: BacktestInput,
    territory: Territory,
    signal: AbortSignal,
    use: (run: BacktestRun) => Promise<Result>,
  ): Promise<Result> {
    if (this.running.has(person)) throw tooMany('You have a backtest running already.')
    if (this.running.size >= MOST_BACKTESTS) throw tooMany(`${MOST_BACKTESTS} backtests are running already.`)
    this.running.add(person)
    try {
      return await use(await this.prepare(input, territory, signal))
    } finally {
      this.running.delete(person)
    }
  }

  /** For what went wrong once the answer had begun. */
  note(error: unknown): void {
    this.options.log.error({ err: error }, 'a backtest broke off')
  }

  private async prepare(
    input: BacktestInput,
    territory: Territory,
    signal: AbortSignal,
  ): Promise<BacktestRun> {
    const { referred, store } = this.options
    const range = rangeOf(input)
    const { jurisdiction, definitions } = input
    definitions.forEach((definition, index) => {
      checkDefinition({ jurisdiction, definition }, territory, referred, `definitions.${index}`)
    })
    const plan = planBacktest(input, range, territory, this.options)
    const counts = await this.count(plan.units, range, signal)
    return new BacktestRun(plan, store, range, counts)
  }

  /** Between two statements it gives up: when nobody waits any more, and when it is too much already. */
  private async count(
    units: readonly Unit[],
    { from, to }: ReplayRange,
    signal: AbortSignal,
  ): Promise<Map<number, number>> {
    const ids = [...new Set(units.flatMap(({ datastreams }) => [...datastreams]))]
    const start = Math.floor(from - units.reduce((most, { historyMs }) => Math.max(most, historyMs), 0))
    const counts = new Map<number, number>()
    let total = 0
    for (let at = 0; at < ids.length; at += COUNTED_AT_ONCE) {
      signal.throwIfAborted()
      const some = await this.ask(ids.slice(at, at + COUNTED_AT_ONCE), start, to)
      for (const [id, count] of some) {
        counts.set(id, count)
        total += count
      }
      if (total > MAX_OBSERVATIONS) {
        throw invalid(
          'to',
          `${total} observations`,
          `a range or a scope with at most ${MAX_OBSERVATIONS / 1_000_000} million observations`,
        )
      }
    }
    signal.throwIfAborted()
    return counts
  }

  private async ask(ids: readonly number[], from: number, to: number): Promise<ReadonlyMap<number, number>> {
    try {
      return await this.options.store.counts(ids, from, to)
    } catch (error) {
      if (error instanceof StoreUnavailableError) throw unavailable('the observation store does not answer')
      throw error
    }
  }
}

function rangeOf({ from, to }: BacktestInput): { from: number; to: number } {
  const range = { from: Date.parse(from), to: Date.parse(to) }
  if (range.to <= range.from) throw invalid('to', to, 'an instant after from')
  if (range.to - range.from > MAX_RANGE_DAYS * DAY) {
    throw invalid('to', to, `at most ${MAX_RANGE_DAYS} days after from`)
  }
  return range
}

function tooMany(detail: string): ProblemException {
  return new ProblemException(429, detail, [], { 'Retry-After': '10' })
}
