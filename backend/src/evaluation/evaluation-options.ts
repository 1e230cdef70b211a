import type { AlertNotice } from '../alerts/alert-notice.ts'
import type { Sink } from '../pipeline/notices.ts'
import type { Outbox } from '../pipeline/outbox.ts'
import type { Resolver } from '../pipeline/resolver.ts'
import type { Log } from '../pipeline/retry.ts'
import type { AlertQueue } from './alert-queue.ts'
import type { History } from './cold-start.ts'
import type { BuildMachine, RuleSource } from './machine.ts'
import type { StoredAlert } from './reconcile.ts'

export interface EvaluationOptions {
  resolver: Resolver
  outbox: Outbox
  rules: RuleSource
  build: BuildMachine
  /** Is told of alerts; repeated until it succeeds. */
  alerts: Sink<AlertNotice>
  /** The alerts that are open in the database. */
  openAlerts: () => Promise<StoredAlert[]>
  /** Observations of a datastream from `from` (included) to `to` (excluded), ascending. */
  history: (datastream: number, from: number, to: number) => Promise<History>
  /** Receive time up to which readings have reached the store, epoch milliseconds. */
  storedUpTo: () => number
  now: () => number
  log: Log
  /** Bytes of notices the queue may hold before the pipeline stops reading. */
  queueBytes?: number
}

export interface EvaluationStats {
  instances: { condition: number; noData: number; cold: number; troubled: number }
  observations: { judged: number; ignored: number; fromFuture: number; again: number }
  transitions: { fired: number; raised: number; resolved: number }
  saved: { instances: number; waiting: number; failed: number; damaged: number }
  warmUp: { waiting: number; failures: number; withoutPast: number }
  corrections: number
  /** Judgements that failed by an error in the program; each is of one rule at one station. */
  faults: number
  queue: ReturnType<AlertQueue['stats']>
  lastError: string | undefined
}
