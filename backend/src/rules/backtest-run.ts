import { setImmediate as turn } from 'node:timers/promises'
import type { ReplayRange } from '@osprey/core/alerting/replay'
import type { BacktestResult } from '@osprey/core/api/rules'
import type { Judge } from './backtest-judges.ts'
import type { BacktestPlan, Unit } from './backtest-plan.ts'
import { type BacktestStore, groupUnits, type Read, readGroups } from './backtest-reads.ts'

/** Milliseconds of the event loop taken at a time: readings, log-ins and frames go on in between. */
const TURN_MS = 4

export interface BacktestProgress {
  /** Observations to be read and those judged so far; as planned, so `done` may end a little below `total`. */
  total: number
  done: number
  /** Observations judged so far. */
  observations: number
}

/** Replays the observations of a plan through its machines, in small turns and with one read ahead. */
export class BacktestRun {
  readonly progress: BacktestProgress
  private readonly machines = new Map<Unit, Judge[]>()
  private turnBegan = 0

  constructor(
    private readonly plan: BacktestPlan,
    private readonly store: BacktestStore,
    private readonly range: ReplayRange,
    /** Observations of each datastream. */
    private readonly counts: ReadonlyMap<number, number>,
  ) {
    const total = plan.units.reduce((sum, unit) => sum + this.rowsOf(unit), 0)
    this.progress = { total, done: 0, observations: 0 }
  }

  /** @throws the reason of `signal` when it is aborted; StoreUnavailableError */
  async run(signal: AbortSignal): Promise<BacktestResult[]> {
    const groups = groupUnits(this.plan.units, (unit) => this.rowsOf(unit))
    this.turnBegan = performance.now()
    for await (const read of readGroups(this.store, groups, this.range)) {
      signal.throwIfAborted()
      this.turnBegan = performance.now()
      await this.judge(read, signal)
    }
    this.progress.done = this.progress.total
    return this.plan.results()
  }

  private async judge({ units, range, columns, isFirst, isLast }: Read, signal: AbortSignal): Promise<void> {
    for (const unit of units) {
      const judges = (isFirst ? undefined : this.machines.get(unit)) ?? unit.builders.map((build) => build())
      for (const judge of judges) {
        for (const _ of judge.feed(columns, range)) await this.yieldTurn(signal)
        if (isLast) judge.finish()
      }
      if (isLast) this.machines.delete(unit)
      else this.machines.set(unit, judges)
      let rows = 0
      for (const id of unit.datastreams) rows += columns.get(id)?.value.length ?? 0
      this.progress.observations += rows
      this.progress.done = Math.min(this.progress.total, this.progress.done + rows)
      await this.yieldTurn(signal)
    }
  }

  private async yieldTurn(signal: AbortSignal): Promise<void> {
    if (performance.now() - this.turnBegan < TURN_MS) return
    await turn()
    signal.throwIfAborted()
    this.turnBegan = performance.now()
  }

  private rowsOf({ datastreams }: Unit): number {
    let rows = 0
    for (const id of datastreams) rows += this.counts.get(id) ?? 0
    return rows
  }
}
