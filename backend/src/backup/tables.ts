import { createReadStream, createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { constants, createGunzip, createGzip } from 'node:zlib'
import { is } from 'drizzle-orm'
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core'
import type pg from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import * as schema from '../database/schema.ts'
import type { Manifest } from './manifest.ts'

/**
 * What a restored platform must not bring back to life, because it may have been ended since. People log in again,
 * links are sent again, API tokens are made anew.
 */
const NOT_KEPT = new Set(['sessions', 'account_links', 'api_tokens', 'known_browsers'])
/** Has one row from the start. */
const CHAIN = 'audit_chain'

export interface TableFile {
  columns: string[]
  rows: number
}

/** Every table of this version. */
function tables(): { name: string; columns: string[] }[] {
  const found: { name: string; columns: string[] }[] = []
  for (const table of Object.values(schema)) {
    if (!is(table, PgTable)) continue
    const { name, columns } = getTableConfig(table)
    found.push({ name, columns: columns.map((column) => column.name) })
  }
  return found
}

/** Writes `<folder>/<table>.copy.gz` for every table that is kept, all as they are in the client's transaction. */
export async function copyTablesOut(
  client: pg.ClientBase,
  folder: string,
  signal: AbortSignal,
  progress: (table: string, rows: number) => void,
): Promise<Record<string, TableFile>> {
  const written: Record<string, TableFile> = {}
  for (const { name, columns } of tables()) {
    if (NOT_KEPT.has(name)) continue
    const query = client.query(copyTo(`COPY ${quoted(name)} (${columns.map(quoted).join(', ')}) TO STDOUT`))
    const file = createWriteStream(fileOf(folder, name), { mode: 0o600 })
    await pipeline(query, createGzip({ level: constants.Z_BEST_SPEED }), file, { signal })
    written[name] = { columns, rows: query.rowCount }
    progress(name, query.rowCount)
  }
  return written
}

/**
 * Reads every table back in, in an order in which what is referred to comes first, within the client's transaction.
 * The database has the schema of the archive. Answers with the rows the tables then hold.
 */
export async function copyTablesIn(
  client: pg.ClientBase,
  folder: string,
  kept: Manifest['tables'],
  progress: (table: string, rows: number) => void,
): Promise<Record<string, number>> {
  const rows: Record<string, number> = {}
  for (const name of await insertionOrder(client, Object.keys(kept))) {
    const { columns } = kept[name] as TableFile
    // What the schema's steps themselves put there.
    if (name === CHAIN) await client.query(`DELETE FROM ${quoted(name)}`)
    const query = client.query(
      copyFrom(`COPY ${quoted(name)} (${columns.map(quoted).join(', ')}) FROM STDIN`),
    )
    await pipeline(createReadStream(fileOf(folder, name)), createGunzip(), query)
    const counted = await client.query(`SELECT count(*)::float8 AS rows FROM ${quoted(name)}`)
    rows[name] = counted.rows[0].rows
    progress(name, rows[name] ?? 0)
  }
  return rows
}

/** Foreign keys as the database has them: an archive may be of an older schema than this version's. */
async function insertionOrder(client: pg.ClientBase, names: readonly string[]): Promise<string[]> {
  const { rows } = await client.query<{ table: string; target: string }>(
    `SELECT DISTINCT source.relname AS table, target.relname AS target
     FROM pg_constraint JOIN pg_class source ON source.oid = conrelid JOIN pg_class target ON target.oid = confrelid
     WHERE contype = 'f' AND conrelid <> confrelid AND source.relnamespace = 'public'::regnamespace`,
  )
  const waiting = new Set(names)
  const ordered: string[] = []
  while (waiting.size > 0) {
    const ready = [...waiting].filter(
      (name) => !rows.some(({ table, target }) => table === name && waiting.has(target)),
    )
    if (ready.length === 0)
      throw new Error(`tables refer to each other in a circle: ${[...waiting].join(', ')}`)
    for (const name of ready) waiting.delete(name)
    ordered.push(...ready)
  }
  return ordered
}

/** The last number given out by each sequence. Not of one moment with the rows, but never behind them. */
export async function readSequences(client: pg.ClientBase): Promise<Record<string, number>> {
  const { rows } = await client.query<{ name: string; last: number }>(
    `SELECT sequencename AS name, last_value::float8 AS last FROM pg_sequences
     WHERE schemaname = 'public' AND last_value IS NOT NULL`,
  )
  return Object.fromEntries(rows.map(({ name, last }) => [name, last]))
}

export async function writeSequences(
  client: pg.ClientBase,
  sequences: Record<string, number>,
): Promise<void> {
  for (const [name, last] of Object.entries(sequences)) {
    await client.query('SELECT setval($1::regclass, $2::bigint)', [quoted(name), last])
  }
}

export async function auditHead(client: pg.ClientBase): Promise<{ sequence: number; hash: string }> {
  const { rows } = await client.query(`SELECT sequence::float8 AS sequence, hash FROM ${CHAIN}`)
  return { sequence: rows[0].sequence, hash: rows[0].hash }
}

/** Names of our tables that hold rows, in a database that may have none of them. */
export async function occupiedTables(client: pg.ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`,
  )
  const there = new Set(rows.map(({ name }) => name))
  const occupied: string[] = []
  for (const { name } of tables()) {
    if (!there.has(name) || name === CHAIN) continue
    const found = await client.query(`SELECT 1 FROM ${quoted(name)} LIMIT 1`)
    if (found.rows.length > 0) occupied.push(name)
  }
  return occupied
}

function fileOf(folder: string, table: string): string {
  return join(folder, `${table}.copy.gz`)
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
