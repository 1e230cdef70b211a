import { constants, existsSync } from 'node:fs'
import { copyFile, mkdir, open, readdir, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Journal } from '@osprey/journal/journal'
import { RESTORE_MARK } from '@osprey/journal/restore-mark'
import type pg from 'pg'
import type { Logger } from 'pino'
import { Audit } from '../audit/audit.ts'
import { type Config, StartError } from '../config.ts'
import { Database } from '../database/database.ts'
import { type Adopted, type Census, differences } from '../observations/archivable.ts'
import { ArchiveReader, archivedDays } from '../observations/archive-files.ts'
import { readCursor } from '../pipeline/cursor.ts'
import { Outbox } from '../pipeline/outbox.ts'
import { Running } from '../running.ts'
import { openArchive } from './archive-folder.ts'
import type { BackupSteps } from './backup.ts'
import { type Manifest, PARTS } from './manifest.ts'
import { auditHeadsDirectory } from './places.ts'
import { openStore } from './stopped-platform.ts'
import { auditHead, copyTablesIn, occupiedTables, writeSequences } from './tables.ts'

/** One line of the comparison with the manifest. */
export interface Comparison {
  what: string
  archive: string
  restored: string
  equal: boolean
}

export interface Restored {
  manifest: Manifest
  comparisons: Comparison[]
  /** What differs in detail, and why. */
  remarks: string[]
}

/** Left by mkfs in the root of a disk. */
const OF_THE_DISK = 'lost+found'
/** What the embedded stores make in the data directory. */
const OF_THE_STORES = [
  'postgres',
  'postgres-initialising',
  'postgres-password',
  'postgres.log',
  'postgres.log.1',
  'observations',
]

/** What a restore leaves behind if it fails now. */
interface Traces {
  /** Names in the data directory that this restore made, and nobody else. */
  made: Set<string>
  /** Whether rows may be in the database for good. */
  committed: boolean
}

/** Somebody else works on the data directory, so nothing in it may be taken away. */
class StartedMeanwhile extends StartError {}

/**
 * Lays down the archive in the folder `from` in an empty data directory and an empty database, and compares what
 * is there then with the manifest. The platform does not run.
 * @throws StartError before anything is written when the archive is damaged or something is there already.
 */
export async function restore(
  config: Config,
  from: string,
  steps: BackupSteps,
  log: Logger,
): Promise<Restored> {
  const manifest = await openArchive(from, (file) => steps.progress(`checking ${file}`))
  const { dataDir } = config
  await checkEmpty(dataDir)
  const mark = join(dataDir, RESTORE_MARK)
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  await writeFile(mark, `${from}\n`, { flag: 'wx', mode: 0o600 })
  const traces: Traces = { made: new Set([RESTORE_MARK]), committed: false }
  try {
    // Again: who began between the first look and the mark has not seen the mark.
    await checkEmpty(dataDir, RESTORE_MARK)
    for (const name of OF_THE_STORES) traces.made.add(name)
    const restored = await layDown(config, from, manifest, traces, steps, log)
    if (restored.comparisons.every(({ equal }) => equal)) await rm(mark)
    else sayHowToEmpty(config, traces, steps)
    return restored
  } catch (error) {
    if (!(error instanceof StartedMeanwhile)) await clear(dataDir, traces)
    sayHowToEmpty(config, traces, steps)
    throw error
  }
}

/** Servers are not ours to empty. */
function sayHowToEmpty({ databaseUrl, influx }: Config, { committed }: Traces, steps: BackupSteps): void {
  if (!committed || !(databaseUrl || influx)) return
  steps.progress('What was restored so far is in the servers. Empty them before the next attempt:')
  if (databaseUrl) {
    steps.progress(
      `  PostgreSQL: psql "$DATABASE_URL" -c 'DROP SCHEMA public, drizzle CASCADE; CREATE SCHEMA public'`,
    )
  }
  if (influx) steps.progress(`  InfluxDB: delete the measurement "observation" of ${influx.database}`)
}

async function checkEmpty(dataDir: string, own?: string): Promise<void> {
  if (!existsSync(dataDir)) return
  const names = (await readdir(dataDir)).filter((name) => name !== OF_THE_DISK && name !== own)
  if (names.length === 0) return
  throw new StartError(
    `the data directory ${dataDir} is not empty (${names.slice(0, 5).join(', ')}): ` +
      'a restore begins with an empty one, move it away first',
  )
}

async function clear(dataDir: string, { made }: Traces): Promise<void> {
  // The mark last: until then nothing may start.
  for (const name of [...made].reverse()) await rm(join(dataDir, name), { recursive: true, force: true })
}

async function layDown(
  config: Config,
  from: string,
  manifest: Manifest,
  traces: Traces,
  steps: BackupSteps,
  log: Logger,
): Promise<Restored> {
  const { progress } = steps
  const running = new Running(log)
  const remarks: string[] = []
  try {
    progress('database')
    const database = await running.begin('database', emptyDatabase(config, manifest, log))
    await checkStoreEmpty(config, database)
    const rows = await database.withConnection((client) =>
      restoreTables(client, from, manifest, traces, steps),
    )
    steps.signal.throwIfAborted()
    await database.migrateOn()
    const head = await database.withConnection(auditHead)
    const store = await running.begin('store', await openStore(config, database))
    if (!(await store.isEmpty()))
      throw new StartError('the observation store is not empty: name an empty one')
    const adopted = await store.adopt(join(from, PARTS.observations), {
      signal: steps.signal,
      progress: (day) => progress(`observations of ${day}`),
    })
    remarks.push(...(await compareObservations(from, adopted)))
    progress('keys, audit heads, outbox and journal')
    steps.signal.throwIfAborted()
    await restoreFiles(config, from, traces)
    const files = await inspectFiles(config.dataDir)
    const comparisons = compare(manifest, { rows, head, adopted, files, equalSeries: remarks.length === 0 })
    await new Audit(database).note({
      action: 'platform.restored',
      object: { kind: 'backup', id: from },
      after: {
        begunAt: manifest.begunAt,
        auditHead: manifest.audit,
        equal: comparisons.every(({ equal }) => equal),
      },
    })
    return { manifest, comparisons, remarks }
  } finally {
    await running.stop()
  }
}

/** A database with the schema of the archive, in which none of our tables holds anything. */
function emptyDatabase({ dataDir, databaseUrl }: Config, { schemaSteps }: Manifest, log: Logger): Database {
  const inspect = async (client: pg.ClientBase) => {
    const occupied = await occupiedTables(client)
    if (occupied.length === 0) return
    throw new StartError(
      `the database of DATABASE_URL holds data already (${occupied.slice(0, 5).join(', ')}): name an empty one`,
    )
  }
  return new Database(dataDir, databaseUrl, log, { schemaSteps, inspect })
}

async function checkStoreEmpty(config: Config, database: Database): Promise<void> {
  if (!config.influx) return
  const store = await openStore(config, database)
  await store.start()
  try {
    if (await store.isEmpty()) return
    throw new StartError(
      `the InfluxDB database ${config.influx.database} holds observations already: name an empty one`,
    )
  } finally {
    await store.stop()
  }
}

/** All tables in one transaction: a restore that fails leaves an empty database. */
async function restoreTables(
  client: pg.ClientBase,
  from: string,
  manifest: Manifest,
  traces: Traces,
  { progress }: BackupSteps,
): Promise<Record<string, number>> {
  await client.query('BEGIN')
  try {
    const rows = await copyTablesIn(client, join(from, PARTS.tables), manifest.tables, (table, count) =>
      progress(`table ${table}: ${count} rows`),
    )
    await writeSequences(client, manifest.sequences)
    // Before the answer: it may get lost.
    traces.committed = true
    await client.query('COMMIT')
    return rows
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {})
    throw error
  }
}

async function compareObservations(from: string, { census, refused }: Adopted): Promise<string[]> {
  const expected: Census = new Map()
  const reader = await ArchiveReader.open()
  try {
    for (const { parts } of await archivedDays(join(from, PARTS.observations))) {
      const files = parts.map(({ path }) => path)
      await reader.count(files, expected)
    }
  } finally {
    reader.close()
  }
  const wrong = differences(expected, census)
  const remarks = wrong.slice(0, 10)
  if (wrong.length > remarks.length) remarks.push(`and ${wrong.length - remarks.length} more datastreams`)
  if (refused.count > 0) {
    remarks.push(`the store refused ${refused.count} observations: ${refused.reasons.join('; ')}`)
  }
  return remarks
}

async function restoreFiles(config: Config, from: string, { made }: Traces): Promise<void> {
  const { dataDir } = config
  await copyFolder(join(from, PARTS.secrets), dataDir, (name) => made.add(name))
  const heads = auditHeadsDirectory(config)
  // Heads that are outside the data directory have outlived it, and are newer.
  if (!existsSync(heads) || (await readdir(heads)).length === 0) {
    if (config.audit.directory === undefined) made.add(basename(heads))
    await mkdir(heads, { recursive: true, mode: 0o700 })
    await copyFolder(join(from, PARTS.auditHeads), heads)
  }
  for (const part of ['outbox', 'journal'] as const) {
    await makeExclusively(dataDir, part)
    made.add(part)
    await copyFolder(join(from, PARTS[part]), join(dataDir, part))
  }
}

async function makeExclusively(dataDir: string, part: string): Promise<void> {
  try {
    await mkdir(join(dataDir, part), { mode: 0o700 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw new StartedMeanwhile(
      `a broker or backend was started on ${dataDir} meanwhile, and ${join(dataDir, part)} may hold what it took; ` +
        'nothing was removed: stop it, move the directory away and keep it, and restore into an empty one',
    )
  }
}

/** For their owner alone, whatever rights the archive was given where it lay. */
async function copyFolder(from: string, to: string, copied?: (name: string) => void): Promise<void> {
  for (const name of await readdir(from)) {
    await copyFile(join(from, name), join(to, name), constants.COPYFILE_EXCL)
    copied?.(name)
    const file = await open(join(to, name), 'r')
    await file.chmod(0o600)
    await file.sync()
    await file.close()
  }
}

async function inspectFiles(dataDir: string) {
  const outbox = Outbox.open(join(dataDir, 'outbox'), { maxBytes: Number.MAX_SAFE_INTEGER, now: Date.now() })
  const cursor = readCursor(outbox)
  const waiting = { batches: outbox.count('batches'), held: outbox.count('held') }
  await outbox.close()
  const journal = Journal.open(join(dataDir, 'journal'), { maxBytes: Number.MAX_SAFE_INTEGER })
  const last = journal.lastSequence()
  const { observations } = journal.totals()
  await journal.close()
  return { ...waiting, cursor: cursor?.sequence ?? 0, last, messages: observations }
}

interface Found {
  rows: Record<string, number>
  head: { sequence: number; hash: string }
  adopted: Adopted
  files: Awaited<ReturnType<typeof inspectFiles>>
  equalSeries: boolean
}

function compare(manifest: Manifest, { rows, head, adopted, files, equalSeries }: Found): Comparison[] {
  const line = (what: string, archive: string | number, restored: string | number): Comparison => ({
    what,
    archive: String(archive),
    restored: String(restored),
    equal: archive === restored,
  })
  const { observations, outbox, journal, audit } = manifest
  let count = 0
  for (const tally of adopted.census.values()) count += tally.count
  return [
    ...Object.entries(manifest.tables).map(([name, table]) =>
      line(`rows of ${name}`, table.rows, rows[name] ?? 0),
    ),
    line('audit entries', audit.sequence, head.sequence),
    line('audit head', audit.hash, head.hash),
    line('observations', observations.count, count),
    line('datastreams with observations', observations.datastreams, adopted.census.size),
    line('count and sum of each datastream', 'equal', equalSeries ? 'equal' : 'different'),
    line('batches for the store', outbox.batches, files.batches),
    line('batches held back', outbox.held, files.held),
    line('position in the journal', outbox.cursor, files.cursor),
    line('last journal entry', journal.lastSequence, files.last),
    line('messages ever journaled', journal.messages, files.messages),
  ]
}
