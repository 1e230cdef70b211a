import type { RejectionReason } from '@osprey/core/rejections'
import { NoticeQueue } from './notice-queue.ts'
import type { Outbox, Write } from './outbox.ts'
import { PresenceQueue } from './presence-queue.ts'
import type { Log } from './retry.ts'

/**
 * What the pipeline tells slow listeners (PostgreSQL): rejections, presence, refused connections, results of
 * commands, quarantined readings. Notices are written in the transaction of the step that made them and
 * delivered by a task of their own, so a listener that is down neither delays readings nor loses a notice.
 *
 * Each kind waits in its own bounded queue. A full queue sheds new notices and counts them: they explain, the
 * ledger counts. Presence is a state, not a history: of each device only the newest event waits, so that queue
 * is bounded by the number of devices and sheds nothing.
 */

export interface Notice {
  /** Grows from notice to notice. Delivery is at least once: a listener uses it to skip what it has seen. */
  id: number
}

export interface RejectedNotice extends Notice {
  device: string
  topic: string
  /** Epoch milliseconds, as everywhere in notices. */
  receivedAt: number
  reason: RejectionReason
  detail: string
  /** Readings rejected with this message for this reason. */
  readings: number
  /** The beginning of the payload. */
  payload: string
}

export interface PresenceNotice extends Notice {
  device: string
  /** `status`: what the device, or its last will, published about itself. */
  kind: 'connected' | 'disconnected' | 'status'
  receivedAt: number
  /** Of connections: address, clientId and reason. Of status: the published object. */
  detail: Record<string, unknown>
}

export interface RefusedNotice extends Notice {
  device: string
  receivedAt: number
  reason: string
  detail: string
  address: string
  clientId: string
}

export interface CommandResultNotice extends Notice {
  device: string
  receivedAt: number
  payload: string
}

export interface QuarantinedNotice extends Notice {
  device: string
  datastream: number
  phenomenonTime: number
  resultTime: number
  value: number | string | null
  quality: number
  /** The store's own words. */
  reason: string
}

/** Throw (or reject) only for what another attempt can mend: delivery is repeated until it succeeds. */
export type Sink<T> = (notices: T[]) => void | Promise<void>

export interface ChannelStats {
  waiting: number
  bytes: number
  delivered: number
  shed: number
  /** Those the listener can never take, kept aside. */
  setAside: number
  lastError: string | undefined
}

export interface NoticeSinks {
  rejected: Sink<RejectedNotice>
  presence: Sink<PresenceNotice>
  refused: Sink<RefusedNotice>
  commandResult: Sink<CommandResultNotice>
  quarantined: Sink<QuarantinedNotice>
}

export type NoticeStats = Record<keyof NoticeSinks, ChannelStats>

const MEBIBYTE = 1024 * 1024

/** All queues of notices. Those of the pipeline are sealed together, for its transaction. */
export class Notices {
  readonly rejected: NoticeQueue<RejectedNotice>
  readonly refused: NoticeQueue<RefusedNotice>
  readonly commandResult: NoticeQueue<CommandResultNotice>
  readonly presence: PresenceQueue
  /** Of the archive, in its transactions. */
  readonly quarantined: NoticeQueue<QuarantinedNotice>

  constructor({ outbox, sinks, log }: { outbox: Outbox; sinks: NoticeSinks; log: Log }) {
    const queue = { outbox, log }
    this.rejected = new NoticeQueue('rejected', { ...queue, sink: sinks.rejected, maxBytes: 16 * MEBIBYTE })
    this.refused = new NoticeQueue('refused', { ...queue, sink: sinks.refused, maxBytes: 16 * MEBIBYTE })
    this.commandResult = new NoticeQueue('command_results', {
      ...queue,
      sink: sinks.commandResult,
      maxBytes: 64 * MEBIBYTE,
    })
    this.quarantined = new NoticeQueue('quarantined', {
      ...queue,
      sink: sinks.quarantined,
      maxBytes: 64 * MEBIBYTE,
    })
    this.presence = new PresenceQueue({ ...queue, sink: sinks.presence })
  }

  /** Takes up what an earlier run left and begins to deliver. `now` in epoch milliseconds. */
  start(now: number): void {
    for (const queue of this.#all()) {
      queue.load(now)
      queue.start()
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.#all().map((queue) => queue.stop()))
  }

  /** Takes the pipeline's notices for a transaction; `committed` is to be called when it has succeeded. */
  seal(): { writes: Write[]; committed: () => void } {
    const rejected = this.rejected.seal()
    const refused = this.refused.seal()
    const commandResult = this.commandResult.seal()
    const presence = this.presence.seal()
    return {
      writes: [...rejected.writes, ...refused.writes, ...commandResult.writes, ...presence.writes],
      committed: () => {
        this.rejected.committed(rejected)
        this.refused.committed(refused)
        this.commandResult.committed(commandResult)
        this.presence.committed(presence.events)
      },
    }
  }

  stats(): NoticeStats {
    return {
      rejected: this.rejected.stats(),
      refused: this.refused.stats(),
      commandResult: this.commandResult.stats(),
      quarantined: this.quarantined.stats(),
      presence: this.presence.stats(),
    }
  }

  #all() {
    return [this.rejected, this.refused, this.commandResult, this.quarantined, this.presence]
  }
}
