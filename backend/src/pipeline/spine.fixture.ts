import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OBSERVED_PROPERTIES } from '@osprey/core/properties'
import { Journal, type JournalEntry } from '@osprey/journal/journal'
import type { AppendResult, LatestObservation, ObservationBatch } from '../observations/store.ts'
import { Archive } from './archive.ts'
import { Latest } from './latest.ts'
import { Ledger } from './ledger.ts'
import type {
  CommandResultNotice,
  PresenceNotice,
  QuarantinedNotice,
  RefusedNotice,
  RejectedNotice,
} from './notices.ts'
import { Outbox } from './outbox.ts'
import { Pipeline } from './pipeline.ts'
import { type DatastreamRegistration, Resolver } from './resolver.ts'

/** The real pipeline on real files, with only its outermost edges (store, PostgreSQL) in memory. For tests. */

export const T0 = Date.UTC(2026, 10, 22, 8)
const MEBIBYTE = 1024 * 1024

export interface StoredRow {
  datastream: number
  phenomenonTime: number
  resultTime: number
  value: number | string | null
  quality: number
}

/** A store in memory with the contract's semantics: same datastream and phenomenon time, later write wins. */
export class MemoryStore {
  readonly rows = new Map<string, StoredRow>()
  readonly sequences: number[] = []
  appended = 0
  /** Called before each append; may throw, wait, or name rows to refuse. */
  before: (batch: ObservationBatch) => Promise<AppendResult['refused']> = async () => []

  async append(batch: ObservationBatch): Promise<AppendResult> {
    const refused = await this.before(batch)
    const refusedRows = new Set(refused.map(({ row }) => row))
    for (let row = 0; row < batch.length; row++) if (!refusedRows.has(row)) this.#put(batch, row)
    this.sequences.push(batch.sequence)
    this.appended += batch.length - refused.length
    return { stored: batch.length - refused.length, refused }
  }

  async latest(): Promise<LatestObservation[]> {
    const newest = new Map<number, StoredRow>()
    for (const row of this.rows.values()) {
      const known = newest.get(row.datastream)
      if (known === undefined || row.phenomenonTime > known.phenomenonTime) newest.set(row.datastream, row)
    }
    return [...newest.values()]
  }

  values(datastream: number): (number | string | null)[] {
    return [...this.rows.values()]
      .filter((row) => row.datastream === datastream)
      .sort((a, b) => a.phenomenonTime - b.phenomenonTime)
      .map((row) => row.value)
  }

  #put(batch: ObservationBatch, row: number): void {
    const datastream = batch.datastream[row] as number
    const phenomenonTime = batch.phenomenonTime[row] as number
    const number = batch.value[row] as number
    this.rows.set(`${datastream}/${phenomenonTime}`, {
      datastream,
      phenomenonTime,
      resultTime: batch.resultTime[row] as number,
      value: Number.isNaN(number) ? (batch.text.get(row) ?? null) : number,
      quality: batch.quality[row] as number,
    })
  }
}

/** The registry's database: gives numbers to pairs of station and property, the same each time. */
export class MemoryDatastreams {
  readonly ids = new Map<string, number>()
  before: () => Promise<void> = async () => {}

  create = async (wanted: { station: string; property: string }[]): Promise<DatastreamRegistration[]> => {
    await this.before()
    return wanted.map(({ station, property }) => ({ id: this.idOf(station, property), station, property }))
  }

  idOf(station: string, property: string): number {
    const key = `${station}/${property}`
    const id = this.ids.get(key) ?? this.ids.size + 1
    this.ids.set(key, id)
    return id
  }
}

/** Everything told to the sinks. */
export class Told {
  readonly rejected: RejectedNotice[] = []
  readonly presence: PresenceNotice[] = []
  readonly refused: RefusedNotice[] = []
  readonly commandResult: CommandResultNotice[] = []
  readonly quarantined: QuarantinedNotice[] = []
  #listener = () => {}

  /** The sink of one kind. */
  to<T>(list: T[]): (notices: T[]) => void {
    return (notices) => {
      list.push(...notices)
      this.#listener()
    }
  }

  /** Resolves once the condition holds; it is looked at after every delivery. */
  when(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#listener = () => {
        if (condition()) resolve()
      }
      this.#listener()
    })
  }
}

export const silentLog = { info: () => {}, warn: () => {}, error: () => {} }

export function temporaryDirectory(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'osprey-pipeline-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

export interface SpineOptions {
  /** Registers what the test needs; the default is `device` at `station` (air). */
  register?: (resolver: Resolver) => void
  store?: MemoryStore
  datastreams?: MemoryDatastreams
  told?: Told
  outboxBytes?: number
  restartNeeded?: (error: Error) => void
  now?: () => number
}

export class Spine {
  readonly journal: Journal
  readonly outbox: Outbox
  readonly resolver: Resolver
  readonly ledger = new Ledger()
  readonly latest: Latest
  readonly store: MemoryStore
  readonly datastreams: MemoryDatastreams
  readonly told: Told
  readonly pipeline: Pipeline
  readonly archive: Archive

  constructor(path: string, options: SpineOptions = {}) {
    this.journal = Journal.open(join(path, 'journal'), { maxBytes: 256 * MEBIBYTE })
    this.outbox = Outbox.open(join(path, 'outbox'), {
      maxBytes: options.outboxBytes ?? 64 * MEBIBYTE,
      now: Date.now(),
    })
    this.resolver = new Resolver(undefined, options.now ?? (() => T0))
    this.latest = new Latest(this.resolver)
    this.store = options.store ?? new MemoryStore()
    this.datastreams = options.datastreams ?? new MemoryDatastreams()
    const told = options.told ?? new Told()
    this.told = told
    for (const property of OBSERVED_PROPERTIES) this.resolver.setProperty(property)
    for (const [key, id] of this.datastreams.ids) {
      const [station = '', property = ''] = key.split('/')
      this.resolver.setDatastream({ id, station, property })
    }
    ;(options.register ?? oneDevice)(this.resolver)
    this.pipeline = new Pipeline({
      journal: this.journal,
      outbox: this.outbox,
      resolver: this.resolver,
      ledger: this.ledger,
      latest: this.latest,
      sinks: {
        createDatastreams: this.datastreams.create,
        rejected: told.to(told.rejected),
        presence: told.to(told.presence),
        refused: told.to(told.refused),
        commandResult: told.to(told.commandResult),
        quarantined: told.to(told.quarantined),
      },
      storedLatest: () => this.store.latest(),
      now: options.now ?? (() => T0),
      log: silentLog,
      ...(options.restartNeeded && { restartNeeded: options.restartNeeded }),
    })
    this.archive = new Archive({
      outbox: this.outbox,
      store: this.store,
      ledger: this.ledger,
      quarantined: this.pipeline.quarantined,
      log: silentLog,
      linger: 0,
    })
  }

  async start(): Promise<void> {
    await this.pipeline.start()
    this.archive.start()
  }

  async stop(): Promise<void> {
    await this.archive.stop()
    await this.pipeline.stop()
    await this.outbox.close()
    await this.journal.close()
  }

  /** Resolves once the condition holds; it is looked at after every change of the outbox. */
  async when(condition: () => boolean): Promise<void> {
    if (condition()) return
    await new Promise<void>((resolve) => {
      const stop = this.outbox.onChange(() => {
        if (!condition()) return
        stop()
        resolve()
      })
    })
  }

  /** Resolves once nothing is pending any more. */
  async settled(): Promise<void> {
    await this.when(() => this.pipeline.total().pending === 0)
  }

  async publish(...messages: Message[]): Promise<void> {
    await Promise.all(messages.map((message) => append(this.journal, entryOf(message))))
  }
}

export interface Message {
  device?: string
  kind?: 'observations' | 'senml' | 'status' | 'commands/result'
  receivedAt?: number
  payload: unknown
}

export function entryOf({
  device = 'device',
  kind = 'observations',
  receivedAt = T0,
  payload,
}: Message): JournalEntry {
  return {
    kind: 'publish',
    receivedAt,
    deviceId: device,
    topic: `v1/devices/${device}/${kind}`,
    payload: Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload)),
    qos: 1,
  }
}

export function append(journal: Journal, entry: JournalEntry): Promise<void> {
  return new Promise((resolve, reject) => {
    journal.append(entry, (error) => (error ? reject(error) : resolve()))
  })
}

function oneDevice(resolver: Resolver): void {
  resolver.setStation({ id: 'station', latitude: 30, longitude: 110, medium: 'air' })
  resolver.setDevice({ id: 'device', stations: ['station'], disabled: false })
}
