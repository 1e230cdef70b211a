import { existsSync } from 'node:fs'
import { copyFile, readdir, rm, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Journal } from '@osprey/journal/journal'
import type pg from 'pg'
import { type Config, StartError, VERSION } from '../config.ts'
import { type Database, SCHEMA_STEPS } from '../database/database.ts'
import type { ArchivableStore, Census } from '../observations/archivable.ts'
import { ArchiveReader, archivedDays } from '../observations/archive-files.ts'
import { type Cursor, readCursor } from '../pipeline/cursor.ts'
import { Outbox } from '../pipeline/outbox.ts'
import { UnfinishedArchive } from './archive-folder.ts'
import { ARCHIVE_FORMAT, type Manifest } from './manifest.ts'
import { auditHeadsDirectory, SECRET_FILES } from './places.ts'
import { auditHead, copyTablesOut, readSequences } from './tables.ts'

export interface BackupSources {
  config: Pick<Config, 'dataDir' | 'databaseUrl' | 'influx' | 'audit'>
  database: Pick<Database, 'withConnection'>
  store: ArchivableStore
  outbox: Pick<Outbox, 'backup' | 'stats'>
  journal: Pick<Journal, 'backup' | 'stats'>
  /** Nothing is taken off the journal from here on until the answer is called. */
  holdTrimming: () => () => void
  /** Epoch milliseconds. */
  now: () => number
}

export interface BackupSteps {
  signal: AbortSignal
  /** A line for the person who waits. */
  progress: (line: string) => void
}

export interface MadeBackup {
  target: string
  bytes: number
  manifest: Manifest
}

/** Of the journal's limit; beyond it the backup is given up, so that trimming can go on. */
const JOURNAL_SHARE = 0.9
/** Free bytes that must remain beside what the backup is expected to take. */
const SPACE_LEFT = 64 * 1024 * 1024

/**
 * Writes an archive of everything to the folder `target`, which must not exist, while messages go on being taken.
 *
 * The order is what makes the parts fit each other (docs/decisions/0008-backup.md): how far the pipeline has come
 * is copied first and what was journaled last, so nothing lies between them that neither has. What lies in both
 * is delivered again after a restore, which does no harm.
 */
export async function makeBackup(
  sources: BackupSources,
  target: string,
  steps: BackupSteps,
): Promise<MadeBackup> {
  const begunAt = new Date(sources.now()).toISOString()
  const archive = await UnfinishedArchive.begin(target)
  const release = sources.holdTrimming()
  const guard = new AbortController()
  const watch = setInterval(() => giveUpBeforeFull(sources.journal, guard), 1000)
  try {
    await checkSpace(sources, dirname(target))
    const signal = AbortSignal.any([steps.signal, guard.signal])
    const copied = await copyParts(sources, archive, { ...steps, signal })
    steps.progress('checksums')
    const finishedAt = new Date(sources.now()).toISOString()
    const manifest: Manifest = { ...describe(sources), begunAt, finishedAt, ...copied }
    return { target, bytes: await archive.finish(manifest), manifest }
  } catch (error) {
    await archive.discard()
    throw error
  } finally {
    clearInterval(watch)
    release()
  }
}

/** Devices come first: a journal at its limit takes nothing from them. */
function giveUpBeforeFull(journal: BackupSources['journal'], guard: AbortController): void {
  const { bytes, maxBytes } = journal.stats()
  if (bytes <= JOURNAL_SHARE * maxBytes) return
  guard.abort(
    new StartError(
      'the journal would have become full before the backup was finished: set OSPREY_JOURNAL_MAX_BYTES higher, ' +
        'or make the backup at a quieter time',
    ),
  )
}

async function copyParts(sources: BackupSources, archive: UnfinishedArchive, steps: BackupSteps) {
  const { signal, progress } = steps
  progress('outbox')
  const outbox = await copyOutbox(sources, archive)
  signal.throwIfAborted()
  const observations = await copyObservations(sources, archive, steps)
  signal.throwIfAborted()
  progress('audit heads and keys')
  // Before the audit log itself: a head that is newer than the log would look as if entries had been removed.
  const kept = await copyFiles(sources, archive)
  const database = await sources.database.withConnection((client) => copyDatabase(client, archive, steps))
  signal.throwIfAborted()
  progress('journal')
  const journal = await copyJournal(sources, archive)
  signal.throwIfAborted()
  return { outbox, observations, ...kept, ...database, journal }
}

function describe({ config }: BackupSources) {
  return {
    format: ARCHIVE_FORMAT as typeof ARCHIVE_FORMAT,
    version: VERSION,
    schemaSteps: SCHEMA_STEPS,
    madeFrom: {
      observations: config.influx ? ('influxdb' as const) : ('duckdb' as const),
      database: config.databaseUrl ? ('server' as const) : ('embedded' as const),
    },
  }
}

async function checkSpace({ store, outbox, journal, database }: BackupSources, folder: string) {
  const tables = await database.withConnection(async (client) => {
    const { rows } = await client.query('SELECT pg_database_size(current_database())::float8 AS bytes')
    return rows[0].bytes as number
  })
  const pending = outbox.stats()
  const needed =
    (store.stats().bytes ?? 0) +
    pending.bytes +
    pending.heldBytes +
    journal.stats().bytes +
    tables +
    SPACE_LEFT
  const { bavail, bsize } = await statfs(folder)
  if (bavail * bsize >= needed) return
  throw new StartError(
    `${folder} has ${bavail * bsize} bytes free, the backup may take ${Math.ceil(needed)}: name a larger disk`,
  )
}

async function copyOutbox({ outbox, now }: BackupSources, archive: UnfinishedArchive) {
  const folder = archive.part('outbox')
  await outbox.backup(folder)
  const copy = Outbox.open(folder, { maxBytes: Number.MAX_SAFE_INTEGER, now: now() })
  const cursor: Cursor | undefined = readCursor(copy)
  const batches = copy.count('batches')
  const held = copy.count('held')
  await copy.close()
  await removeLock(folder)
  return { batches, held, cursor: cursor?.sequence ?? 0, journal: cursor?.journal ?? null }
}

async function copyObservations({ store }: BackupSources, archive: UnfinishedArchive, steps: BackupSteps) {
  const folder = archive.part('observations')
  const { leftOut } = await store.archive(folder, {
    signal: steps.signal,
    progress: (day) => steps.progress(`observations of ${day}`),
  })
  const census: Census = new Map()
  const days = await archivedDays(folder)
  const reader = await ArchiveReader.open()
  let count = 0
  try {
    for (const { parts } of days) {
      const files = parts.map(({ path }) => path)
      count += await reader.count(files, census)
    }
  } finally {
    reader.close()
  }
  const left = {
    series: leftOut.size,
    observations: [...leftOut.values()].reduce((sum, each) => sum + each, 0),
  }
  if (left.series > 0) {
    const [example] = leftOut.keys()
    steps.progress(`left out: ${left.series} series that are not of this platform, such as ${example}`)
  }
  return { count, datastreams: census.size, days: days.length, leftOut: left }
}

async function copyFiles({ config }: BackupSources, archive: UnfinishedArchive) {
  const secrets: string[] = []
  for (const name of SECRET_FILES) {
    const file = join(config.dataDir, name)
    if (!existsSync(file)) continue
    await copyFile(file, join(archive.part('secrets'), name))
    secrets.push(name)
  }
  const heads = auditHeadsDirectory(config)
  const names = existsSync(heads) ? await readdir(heads) : []
  const copied = names.filter((name) => /^[A-Za-z0-9_.-]+\.(jsonl|pem|json)$/.test(name))
  for (const name of copied) await copyFile(join(heads, name), join(archive.part('auditHeads'), name))
  return { secrets, auditHeads: copied.length }
}

/** Every table, its rows and the audit log's head, of one moment. */
async function copyDatabase(client: pg.ClientBase, archive: UnfinishedArchive, steps: BackupSteps) {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
  try {
    const audit = await auditHead(client)
    const tables = await copyTablesOut(client, archive.part('tables'), steps.signal, (table, rows) =>
      steps.progress(`table ${table}: ${rows} rows`),
    )
    return { audit, tables, sequences: await readSequences(client) }
  } finally {
    await client.query('ROLLBACK').catch(() => {})
  }
}

async function copyJournal({ journal }: BackupSources, archive: UnfinishedArchive) {
  const folder = archive.part('journal')
  await journal.backup(folder)
  const copy = Journal.open(folder, { maxBytes: Number.MAX_SAFE_INTEGER })
  const described = {
    id: copy.id() ?? null,
    lastSequence: copy.lastSequence(),
    messages: copy.totals().observations,
  }
  const { salvage } = copy
  await copy.close()
  if (salvage) throw new Error(`the copy of the journal is damaged: ${salvage.problems.join('; ')}`)
  await removeLock(folder)
  return described
}

/** LMDB makes it on opening; it means nothing elsewhere. */
async function removeLock(folder: string): Promise<void> {
  await rm(join(folder, 'lock.mdb'), { force: true })
}
