import type { Absence } from '@osprey/core/alerting/no-data'
import type { Key, Outbox, Write } from '../pipeline/outbox.ts'
import type { Hearing } from './hearing.ts'
import type { OpenAlert } from './instance.ts'

/** How the evaluation lies in the outbox's table `instances`: machines, when series were heard, where it all stands. */

export interface SavedInstance {
  rule: string
  version: number
  target: string
  fingerprint: string
  /** Journal sequence of the last entry it has seen. */
  sequence: number
  alert: OpenAlert | null
  /** When the instance began, epoch milliseconds: part of the ids of its alerts. */
  began: number
  /** What the alert is of, for the notice that ends it when rule or station are gone. */
  subject: { station: string | null; other: string | null; site: string | null; property: string | null }
  trigger: 'condition' | 'no_data'
}

export interface SavedMeta {
  /** The journal is read again from after this sequence. */
  replayFrom: number
  /** When the broker did not listen. */
  absences: readonly Absence[]
}

const META_KEY = 'meta'
const INSTANCE_PREFIX = 'instance '
const HEARD_PREFIX = 'heard '
/** Datastreams whose times of hearing are saved together. */
const CHUNK = 256
const HEARD_BYTES = 4 + 4 * 8

export function metaWrite(meta: SavedMeta): Write {
  return { table: 'instances', key: META_KEY, value: Buffer.from(JSON.stringify(meta)) }
}

/** The header as JSON, its length before it, the state of the machine after it. */
export function instanceWrite(key: string, saved: SavedInstance, state: Uint8Array): Write {
  const header = Buffer.from(JSON.stringify(saved))
  const value = Buffer.allocUnsafe(4 + header.length + state.length)
  value.writeUInt32LE(header.length, 0)
  value.set(header, 4)
  value.set(state, 4 + header.length)
  return { table: 'instances', key: INSTANCE_PREFIX + key, value }
}

export function instanceRemoval(key: string): Write {
  return { table: 'instances', key: INSTANCE_PREFIX + key, value: null }
}

/** Times of hearing by datastream, which keep their numbers over a restart. */
export function heardWrites(
  hearing: Pick<Hearing, 'of'>,
  datastreams: Int32Array,
  seriesCount: number,
): Write[] {
  const chunks = new Map<number, { datastream: number; heard: Float64Array }[]>()
  for (let series = 0; series < seriesCount; series++) {
    const datastream = datastreams[series] as number
    const heard = datastream === 0 ? undefined : hearing.of(series)
    if (heard === undefined) continue
    const chunk = Math.floor(datastream / CHUNK)
    const known = chunks.get(chunk)
    if (known === undefined) chunks.set(chunk, [{ datastream, heard }])
    else known.push({ datastream, heard })
  }
  return Array.from(chunks, ([chunk, rows]) => ({
    table: 'instances' as const,
    key: HEARD_PREFIX + chunk,
    value: encodeHeard(rows),
  }))
}

function encodeHeard(rows: readonly { datastream: number; heard: Float64Array }[]): Buffer {
  const value = Buffer.allocUnsafe(rows.length * HEARD_BYTES)
  rows.forEach(({ datastream, heard }, row) => {
    value.writeInt32LE(datastream, row * HEARD_BYTES)
    for (let flag = 0; flag < 4; flag++) {
      value.writeDoubleLE(heard[flag] as number, row * HEARD_BYTES + 4 + flag * 8)
    }
  })
  return value
}

export interface Loaded {
  meta: SavedMeta | undefined
  instances: Map<string, { saved: SavedInstance; state: Buffer }>
  heard: { datastream: number; flag: number; at: number }[]
  /** Records that could not be read, with their keys. */
  damaged: Key[]
}

export function loadSaved(outbox: Pick<Outbox, 'entries'>): Loaded {
  const loaded: Loaded = { meta: undefined, instances: new Map(), heard: [], damaged: [] }
  for (const { key, value } of outbox.entries('instances')) {
    const name = String(key)
    try {
      if (name === META_KEY) loaded.meta = JSON.parse(value.toString('utf8')) as SavedMeta
      else if (name.startsWith(HEARD_PREFIX)) decodeHeard(value, loaded.heard)
      else loaded.instances.set(name.slice(INSTANCE_PREFIX.length), decodeInstance(value))
    } catch {
      loaded.damaged.push(key)
    }
  }
  return loaded
}

function decodeInstance(value: Buffer): { saved: SavedInstance; state: Buffer } {
  const end = 4 + value.readUInt32LE(0)
  const saved = JSON.parse(value.toString('utf8', 4, end)) as SavedInstance
  return { saved, state: Buffer.from(value.subarray(end)) }
}

function decodeHeard(value: Buffer, into: Loaded['heard']): void {
  for (let at = 0; at < value.length; at += HEARD_BYTES) {
    const datastream = value.readInt32LE(at)
    for (let flag = 1; flag <= 4; flag++) {
      const heard = value.readDoubleLE(at + 4 + (flag - 1) * 8)
      if (heard > Number.NEGATIVE_INFINITY) into.push({ datastream, flag, at: heard })
    }
  }
}
