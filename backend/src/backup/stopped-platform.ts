import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Journal } from '@osprey/journal/journal'
import type { Logger } from 'pino'
import { Audit } from '../audit/audit.ts'
import type { Config } from '../config.ts'
import { Database } from '../database/database.ts'
import { datastreams } from '../database/schema.ts'
import type { ArchivableStore } from '../observations/archivable.ts'
import { DuckDbStore } from '../observations/duckdb-store.ts'
import { InfluxStore } from '../observations/influx-store.ts'
import { Outbox } from '../pipeline/outbox.ts'
import { Running } from '../running.ts'
import { type BackupSteps, type MadeBackup, makeBackup } from './backup.ts'
import { madeEvent } from './backups.ts'

/**
 * Makes a backup of a platform that does not run: starts its database and opens its stores for as long as it takes.
 * @throws StartError when a backend runs on the data directory after all.
 */
export async function backupStopped(
  config: Config,
  target: string,
  steps: BackupSteps,
  log: Logger,
): Promise<MadeBackup> {
  const running = new Running(log)
  try {
    const database = await running.begin('database', new Database(config.dataDir, config.databaseUrl, log))
    const store = await running.begin('store', await openStore(config, database))
    const files = openLmdb(config, running)
    // Nothing reads the journal now, so nothing trims it.
    const sources = { config, database, store, ...files, holdTrimming: () => () => {}, now: Date.now }
    const made = await makeBackup(sources, target, steps)
    await new Audit(database).note(madeEvent(made))
    return made
  } finally {
    await running.stop()
  }
}

/** The observation store of the configuration, with the datastreams as the database has them. */
export async function openStore(config: Config, database: Database): Promise<ArchivableStore> {
  const { influx, dataDir, duckdbMemory } = config
  if (!influx) return new DuckDbStore({ directory: join(dataDir, 'observations'), memoryLimit: duckdbMemory })
  const byId = new Map<number, { station: string; property: string; unit: string }>()
  const byName = new Map<string, number>()
  for (const { id, station, property } of await database.queries.select().from(datastreams)) {
    byId.set(id, { station, property, unit: '1' })
    byName.set(`${station}\n${property}`, id)
  }
  return new InfluxStore({
    ...influx,
    describe: (id) => byId.get(id),
    datastreamOf: (station, property) => byName.get(`${station}\n${property}`),
  })
}

function openLmdb({ dataDir, journalMaxBytes, outboxMaxBytes }: Config, running: Running) {
  const paths = { journal: join(dataDir, 'journal'), outbox: join(dataDir, 'outbox') }
  for (const path of Object.values(paths)) mkdirSync(path, { recursive: true, mode: 0o700 })
  const journal = Journal.open(paths.journal, { maxBytes: journalMaxBytes })
  running.onStop('journal', () => journal.close())
  const outbox = Outbox.open(paths.outbox, { maxBytes: outboxMaxBytes, now: Date.now() })
  running.onStop('outbox', () => outbox.close())
  return { journal, outbox }
}
