import { join } from 'node:path'
import { type LoadOptions, type LoadReport, runLoad } from '@osprey/simulators/load/run-load'
import { type Fleet, loadOf } from './fleet.ts'
import type { System } from './system.ts'

/** Load that goes on while a test does harm, and its durable record of what was acknowledged. */
export class BackgroundLoad {
  readonly acknowledgementLog: string
  private readonly stopping = new AbortController()
  private readonly report: Promise<LoadReport>
  /** As of the last progress report, one a second. */
  acknowledged = 0
  private readonly listeners = new Set<() => void>()

  /** @param rate messages per second over all devices */
  constructor(system: System, fleet: Fleet, rate: number, options: Partial<LoadOptions> = {}) {
    this.acknowledgementLog = join(system.dataDir, 'acknowledged.log')
    this.report = runLoad(
      loadOf(system, fleet, {
        rate,
        seconds: 600,
        acknowledgementLog: this.acknowledgementLog,
        signal: this.stopping.signal,
        progress: (progress) => {
          this.acknowledged = progress.acknowledged
          for (const listener of this.listeners) listener()
        },
        ...options,
      }),
    )
    // Awaited in finish(); until then a failure must not end the test run.
    this.report.catch(() => {})
    system.onDispose(() => this.stopping.abort())
  }

  /** Resolves with the next progress report, or the end of the run. */
  progress(): Promise<void> {
    const reported = new Promise<void>((resolve) => {
      const listener = () => {
        this.listeners.delete(listener)
        resolve()
      }
      this.listeners.add(listener)
    })
    return Promise.race([reported, this.report.then(() => {})])
  }

  /** Resolves once this many more messages have been acknowledged; rejects when a minute passes without any. */
  async more(messages: number): Promise<void> {
    const goal = this.acknowledged + messages
    let idle = 0
    while (this.acknowledged < goal) {
      const before = this.acknowledged
      await this.progress()
      idle = this.acknowledged > before ? 0 : idle + 1
      if (idle === 60) throw new Error('no message was acknowledged for a minute')
    }
  }

  /** Lets it send everything it was asked to, and tells what happened. */
  completed(): Promise<LoadReport> {
    return this.report
  }

  /** Stops sending, waits for the last acknowledgements and tells what happened. */
  finish(): Promise<LoadReport> {
    this.stopping.abort()
    return this.report
  }
}
