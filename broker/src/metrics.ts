import type { JournalStats } from '@osprey/journal/journal'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { RefusalReason } from './refusals.ts'

/** What the parts of the broker count; read when Prometheus asks. */
export interface MetricSources {
  journal(): JournalStats
  connections(): number
  messages(): readonly [number, number, number]
  lostQos0(): number
  held(): number
  refusals(): Record<RefusalReason, number>
  unjournaledRefusals(): number
  commands(): { waiting: number; delivered: number; expired: number; discarded: number }
  sessions(): { sessions: number; queued: number }
  unsavedPresence(): number
}

export class Metrics {
  readonly registry = new Registry()
  readonly appendSeconds: Histogram

  constructor(sources: MetricSources) {
    const { registry } = this
    collectDefaultMetrics({ register: registry })
    this.appendSeconds = new Histogram({
      name: 'osprey_broker_append_seconds',
      help: 'Time from receiving a message to having it on disk, for a sample of the messages',
      buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers: [registry],
    })
    const gauge = (name: string, help: string, read: () => number) =>
      new Gauge({
        name: `osprey_broker_${name}`,
        help,
        registers: [registry],
        collect: function () {
          this.set(read())
        },
      })
    const counter = (name: string, help: string, label: string, read: () => [string, number][]) =>
      new Counter({
        name: `osprey_broker_${name}`,
        help,
        labelNames: [label],
        registers: [registry],
        collect() {
          this.reset()
          for (const [value, count] of read()) this.inc({ [label]: value }, count)
        },
      })
    gauge('connections', 'Open connections', sources.connections)
    gauge('sessions', 'Stored sessions', () => sources.sessions().sessions)
    gauge('queued_commands', 'Commands stored for devices that are away', () => sources.sessions().queued)
    gauge(
      'waiting_commands',
      'Commands whose device neither listens nor has a stored session',
      () => sources.commands().waiting,
    )
    gauge(
      'unjournaled_refusals',
      'Refusals counted but left out of the journal to keep a storm from flooding it',
      sources.unjournaledRefusals,
    )
    gauge('unsaved_presence', 'Comings and goings not yet in the journal', sources.unsavedPresence)
    this.#journalGauges(sources)
    counter('messages_total', 'Messages received', 'qos', () =>
      sources.messages().map((count, qos) => [String(qos), count]),
    )
    counter('refusals_total', 'Refused connections, publishes and subscriptions', 'reason', () =>
      Object.entries(sources.refusals()),
    )
    counter('commands_total', 'Commands by outcome', 'outcome', () => {
      const { delivered, expired, discarded } = sources.commands()
      return [
        ['delivered', delivered],
        ['expired', expired],
        ['discarded', discarded],
      ]
    })
    counter('slowed_messages_total', 'Messages held back or lost', 'how', () => [
      ['held', sources.held()],
      ['lost_qos0', sources.lostQos0()],
    ])
  }

  /** One look at the journal serves four gauges: that of the first one, which is collected first. */
  #journalGauges(sources: MetricSources): void {
    const gauge = (name: string, help: string, collect?: () => void) =>
      new Gauge({
        name: `osprey_broker_journal_${name}`,
        help,
        registers: [this.registry],
        ...(collect && { collect }),
      })
    const bytes = gauge('bytes', 'Bytes of records in the journal', () => {
      const stats = sources.journal()
      bytes.set(stats.bytes)
      limit.set(stats.maxBytes)
      pending.set(stats.pendingEntries)
      refusing.set(stats.refusal === undefined ? 0 : 1)
    })
    const limit = gauge('max_bytes', 'Bytes the journal may hold')
    const pending = gauge('pending_entries', 'Entries waiting for the disk')
    const refusing = gauge('refusing', '1 while the journal takes nothing')
  }
}
