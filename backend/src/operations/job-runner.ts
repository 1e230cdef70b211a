import { and, eq, isNotNull, lt, sql } from 'drizzle-orm'
import type { Logger } from 'pino'
import type { Database } from '../database/database.ts'
import { jobRuns } from '../database/schema.ts'

const KEEP_RUNS_DAYS = 90

/**
 * Runs scheduled work so that each key of a job is executed once, whatever the number of processes that try:
 * one at a time under an advisory lock, and never again when the key is recorded as finished. A run that
 * failed is tried again at the next occasion.
 */
export class JobRunner {
  constructor(
    private readonly database: Database,
    private readonly log: Logger,
  ) {}

  /** Resolves to whether the work was done now. A failure is logged and recorded, not thrown. */
  async once(job: string, key: string, work: () => Promise<unknown>): Promise<boolean> {
    try {
      const done = await this.database.withLock(`job ${job}`, async () => {
        if (await this.isFinished(job, key)) return false
        await this.record(job, key, work)
        return true
      })
      return done ?? false
    } catch (error) {
      this.log.error({ err: error, job, key }, 'job failed')
      return false
    }
  }

  private async isFinished(job: string, key: string): Promise<boolean> {
    const [found] = await this.database.queries
      .select({ key: jobRuns.key })
      .from(jobRuns)
      .where(and(eq(jobRuns.job, job), eq(jobRuns.key, key), isNotNull(jobRuns.finishedAt)))
    return found !== undefined
  }

  private async record(job: string, key: string, work: () => Promise<unknown>): Promise<void> {
    const { queries } = this.database
    const here = and(eq(jobRuns.job, job), eq(jobRuns.key, key))
    await queries
      .insert(jobRuns)
      .values({ job, key, startedAt: sql`now()` })
      .onConflictDoUpdate({ target: [jobRuns.job, jobRuns.key], set: { startedAt: sql`now()`, error: null } })
    try {
      await work()
    } catch (error) {
      await queries
        .update(jobRuns)
        .set({ error: (error as Error).message })
        .where(here)
      throw error
    }
    await queries.update(jobRuns).set({ finishedAt: sql`now()` }).where(here)
    const oldest = sql`now() - make_interval(days => ${KEEP_RUNS_DAYS})`
    await queries.delete(jobRuns).where(and(eq(jobRuns.job, job), lt(jobRuns.startedAt, oldest)))
  }
}
