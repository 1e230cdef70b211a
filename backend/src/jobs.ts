import { Injectable } from '@nestjs/common'
import { Cron, Interval } from '@nestjs/schedule'
import type { Logger } from 'pino'
import { JobRunner } from './operations/job-runner.ts'

/** The work that is scheduled, named by what it does. */
export class JobWork {
  constructor(
    readonly compactObservations: () => Promise<unknown>,
    readonly sweepSessions: () => Promise<unknown>,
    readonly expireCommands: () => Promise<unknown>,
    readonly syncDevices: () => Promise<unknown>,
    readonly signAuditHead: () => Promise<unknown>,
    readonly reviewNoise: () => Promise<unknown>,
    /** Names this process's data directory, for work on what is kept there. */
    readonly instance: string,
    readonly log: Logger,
  ) {}
}

/** Every scheduled job of the backend, one line each. Times are the occasions; the key says how often it counts. */
@Injectable()
export class Jobs {
  private readonly busy = new Set<string>()

  constructor(
    private readonly work: JobWork,
    private readonly runner: JobRunner,
  ) {}

  /** Once a day, at the first occasion: a day the process was down at the hour is not skipped. */
  @Cron('0 10 * * * *')
  compact() {
    return this.runner.once(`compact ${this.work.instance}`, day(), this.work.compactObservations)
  }

  @Cron('0 20 * * * *')
  sessions() {
    return this.runner.once('sweep sessions', hour(), this.work.sweepSessions)
  }

  @Interval(30_000)
  commands() {
    return this.alone('expire commands', this.work.expireCommands)
  }

  @Interval(5_000)
  devices() {
    return this.alone('sync devices', this.work.syncDevices)
  }

  @Interval(5_000)
  noise() {
    return this.alone('review silences', this.work.reviewNoise)
  }

  @Interval(60_000)
  auditHead() {
    return this.alone('sign audit head', this.work.signAuditHead)
  }

  /** Harmless to repeat, but not to overlap in this process. */
  private async alone(job: string, work: () => Promise<unknown>): Promise<void> {
    if (this.busy.has(job)) return
    this.busy.add(job)
    try {
      await work()
    } catch (error) {
      this.work.log.error({ err: error, job }, 'job failed')
    } finally {
      this.busy.delete(job)
    }
  }
}

function day(): string {
  return new Date().toISOString().slice(0, 10)
}

function hour(): string {
  return new Date().toISOString().slice(0, 13)
}
