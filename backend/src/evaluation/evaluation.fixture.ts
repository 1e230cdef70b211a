import { join } from 'node:path'
import { RuleInstance } from '@osprey/core/alerting/rule-instance'
import type { StationFacts } from '@osprey/core/alerting/types'
import { type RuleDefinition, type RuleDefinitionInput, ruleDefinition } from '@osprey/core/api/rules'
import { OBSERVED_PROPERTIES, propertyById } from '@osprey/core/properties'
import { Journal } from '@osprey/journal/journal'
import type { AlertNotice } from '../alerts/alert-notice.ts'
import { Archive } from '../pipeline/archive.ts'
import { Latest } from '../pipeline/latest.ts'
import { Ledger } from '../pipeline/ledger.ts'
import { Outbox } from '../pipeline/outbox.ts'
import { Pipeline } from '../pipeline/pipeline.ts'
import { Resolver } from '../pipeline/resolver.ts'
import {
  append,
  entryOf,
  MemoryDatastreams,
  MemoryStore,
  type Message,
  silentLog,
} from '../pipeline/spine.fixture.ts'
import type { History } from './cold-start.ts'
import { Evaluation } from './evaluation.ts'
import type { EvaluationOptions } from './evaluation-options.ts'
import type { ActiveRule } from './machine.ts'
import type { StoredAlert } from './reconcile.ts'

/** The evaluation in the real pipeline on real files; store and database are in memory. For tests. */

const MEBIBYTE = 1024 * 1024

export const STATION: StationFacts = {
  id: 'station',
  name: 'Station',
  medium: 'air',
  site: 'site',
  class: 'II',
  jurisdictions: [],
  attributes: {},
}

/** A rule that fires while pm25 is above a number. */
export function above(
  value: number,
  trigger: Record<string, unknown> = {},
  measure: Record<string, unknown> = {},
): RuleDefinition {
  return define({
    kind: 'condition',
    condition: {
      kind: 'comparison',
      measure: { property: 'pm25', statistic: 'last', windowSeconds: 3600, ...measure },
      operator: 'gt',
      threshold: { kind: 'number', value },
    } as never,
    ...trigger,
  })
}

export function silent(
  graceSeconds: number,
  per: 'datastream' | 'station' | 'site' = 'station',
): RuleDefinition {
  return define({ kind: 'no_data', per, graceSeconds })
}

function define(trigger: RuleDefinitionInput['trigger']): RuleDefinition {
  return ruleDefinition.parse({ name: 'rule', severity: 'moderate', trigger, scope: {} })
}

/** The rules and stations of a test; what they are survives a restart. */
export class MemoryRules {
  rules: ActiveRule[] = []
  stations: StationFacts[] = [STATION]

  set(id: string, definition: RuleDefinition, version = 1): void {
    this.rules = [
      ...this.rules.filter((rule) => rule.id !== id),
      { id, version, jurisdiction: null, definition },
    ]
  }

  remove(id: string): void {
    this.rules = this.rules.filter((rule) => rule.id !== id)
  }

  active = () => this.rules
  targetsOf = () => this.stations.map((station) => ({ station, other: null }))
  context = () => ({ property: propertyById, holidays: new Set<string>() })
}

/** The database's table of alerts, as far as the evaluation is concerned: idempotent, in order. */
export class MemoryAlerts {
  readonly told: AlertNotice[] = []
  readonly open = new Map<string, StoredAlert>()
  readonly ended = new Map<string, AlertNotice>()
  /** May throw or wait. */
  before: () => Promise<void> = async () => {}
  #listener = () => {}

  take = async (notices: readonly AlertNotice[]): Promise<void> => {
    await this.before()
    this.remember(notices)
  }

  protected remember(notices: readonly AlertNotice[]): void {
    for (const notice of notices) {
      this.told.push(notice)
      if (notice.transition.kind === 'fired' && !this.ended.has(notice.alert)) {
        const { alert: id, transition, recordedAt: _at, resolution: _resolution, ...rest } = notice
        const { since, at: firedAt, severity } = transition
        this.open.set(id, { ...rest, id, since, firedAt, severity })
      } else if (notice.transition.kind === 'resolved') {
        this.open.delete(notice.alert)
        this.ended.set(notice.alert, notice)
      }
    }
    this.#listener()
  }

  /** Resolves once the condition holds; it is looked at whenever something was told. */
  when(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#listener = () => {
        if (condition()) resolve()
      }
      this.#listener()
    })
  }

  /** Every transition once, in order, as text. `zero` is the time its times count from, in seconds. */
  timeline(zero: number): string[] {
    const lines = this.told.map(
      ({ target, transition: { kind, at } }) => `${target} ${kind} ${(at - zero) / 1000}`,
    )
    return [...new Set(lines)]
  }
}

export interface MemorySystem {
  rules: MemoryRules
  alerts: MemoryAlerts
  store: MemoryStore
  datastreams: MemoryDatastreams
}

export function memorySystem(): MemorySystem {
  const store = new MemoryStore()
  return { rules: new MemoryRules(), alerts: new MemoryAlerts(), store, datastreams: new MemoryDatastreams() }
}

export interface JudgedOptions extends Partial<Pick<EvaluationOptions, 'queueBytes' | 'build' | 'history'>> {
  now: () => number
  register?: (resolver: Resolver) => void
}

/** One run of the backend's flow. */
export class JudgedFlow {
  readonly journal: Journal
  readonly outbox: Outbox
  readonly resolver: Resolver
  readonly latest: Latest
  readonly evaluation: Evaluation
  readonly pipeline: Pipeline
  readonly archive: Archive
  readonly ledger = new Ledger()

  constructor(path: string, system: MemorySystem, options: JudgedOptions) {
    const { rules, alerts, store, datastreams } = system
    const { now } = options
    this.journal = Journal.open(join(path, 'journal'), { maxBytes: 256 * MEBIBYTE })
    this.outbox = Outbox.open(join(path, 'outbox'), { maxBytes: 64 * MEBIBYTE, now: now() })
    this.resolver = new Resolver(undefined, now)
    for (const property of OBSERVED_PROPERTIES) this.resolver.setProperty(property)
    for (const [key, id] of datastreams.ids) {
      const [station = '', property = ''] = key.split('/')
      this.resolver.setDatastream({ id, station, property })
    }
    ;(options.register ?? registerStations(rules.stations))(this.resolver)
    this.latest = new Latest(this.resolver)
    this.evaluation = new Evaluation({
      resolver: this.resolver,
      outbox: this.outbox,
      rules,
      build: options.build ?? ((of) => new RuleInstance(of)),
      alerts: (notices) => alerts.take(notices),
      openAlerts: async () => [...alerts.open.values()],
      history:
        options.history ?? (async (datastream, from, to) => storedHistory(store, datastream, from, to)),
      storedUpTo: () => this.archive.stats().oldestPending ?? Number.POSITIVE_INFINITY,
      now,
      log: silentLog,
      ...(options.queueBytes !== undefined && { queueBytes: options.queueBytes }),
    })
    this.pipeline = new Pipeline({
      journal: this.journal,
      outbox: this.outbox,
      resolver: this.resolver,
      ledger: this.ledger,
      latest: this.latest,
      judging: this.evaluation,
      sinks: {
        createDatastreams: datastreams.create,
        rejected: () => {},
        presence: () => {},
        refused: () => {},
        commandResult: () => {},
        quarantined: () => {},
      },
      storedLatest: () => store.latest(),
      now,
      log: silentLog,
    })
    const { quarantined } = this.pipeline
    const ledger = this.ledger
    this.archive = new Archive({ outbox: this.outbox, store, ledger, quarantined, log: silentLog, linger: 0 })
  }

  async start(): Promise<void> {
    await this.pipeline.start()
    this.archive.start()
  }

  async stop(): Promise<void> {
    await this.archive.stop()
    await this.pipeline.stop()
    await this.close()
  }

  async close(): Promise<void> {
    await this.outbox.close()
    await this.journal.close()
  }

  async publish(...messages: Message[]): Promise<void> {
    await Promise.all(messages.map((message) => append(this.journal, entryOf(message))))
  }

  /** Resolves once everything published is taken and stored. */
  async settled(): Promise<void> {
    const done = () => this.pipeline.total().pending === 0
    if (done()) return
    await new Promise<void>((resolve) => {
      const stop = this.outbox.onChange(() => {
        if (!done()) return
        stop()
        resolve()
      })
    })
  }
}

function registerStations(stations: readonly StationFacts[]): (resolver: Resolver) => void {
  return (resolver) => {
    for (const { id } of stations) {
      resolver.setStation({ id, latitude: 30, longitude: 110, medium: 'air' })
      resolver.setDevice({ id: `device-${id}`, stations: [id], disabled: false })
    }
  }
}

function storedHistory(store: MemoryStore, datastream: number, from: number, to: number): History {
  const rows = [...store.rows.values()].filter(
    (row) => row.datastream === datastream && row.phenomenonTime >= from && row.phenomenonTime < to,
  )
  rows.sort((one, other) => one.phenomenonTime - other.phenomenonTime)
  return {
    times: Float64Array.from(rows, (row) => row.phenomenonTime),
    values: Float64Array.from(rows, (row) => (typeof row.value === 'number' ? row.value : Number.NaN)),
    qualities: Uint8Array.from(rows, (row) => row.quality),
  }
}
