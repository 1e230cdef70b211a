import { getTableColumns, type SQL, sql } from 'drizzle-orm'
import type { AnyPgColumn, PgTable } from 'drizzle-orm/pg-core'
import type { Transaction } from '../database/database.ts'

/**
 * Many rows in one statement with one parameter, a JSON document: a parameter per value would take longer to prepare
 * than to write, and a statement has at most 65,535 of them.
 */

const ROWS_PER_STATEMENT = 1000

type Row = Readonly<Record<string, unknown>>

/** Inserts rows that have these members; those of a key that is there already are passed over if `orIgnore`. */
export async function insertMany(
  transaction: Transaction,
  table: PgTable,
  members: readonly string[],
  rows: readonly Row[],
  orIgnore: 'fail' | 'or ignore' = 'fail',
): Promise<void> {
  const columns = columnsOf(table, members)
  const names = sql.raw(columns.map(({ name }) => name).join(', '))
  const ignoring = orIgnore === 'or ignore' ? sql`on conflict do nothing` : sql``
  for (const part of portions(rows)) {
    await transaction.execute(
      sql`insert into ${table} (${names}) select ${names} from ${recordset(columns, members, part)} ${ignoring}`,
    )
  }
}

/** Writes these members of the rows of the same `id`. */
export async function updateMany(
  transaction: Transaction,
  table: PgTable & { id: AnyPgColumn },
  members: readonly string[],
  rows: readonly Row[],
): Promise<void> {
  const all = ['id', ...members]
  const columns = columnsOf(table, all)
  const set = columns.slice(1).map(({ name }) => `${name} = record.${name}`)
  for (const part of portions(rows)) {
    await transaction.execute(
      sql`update ${table} set ${sql.raw(set.join(', '))} from ${recordset(columns, all, part)} where ${table.id} = record.id`,
    )
  }
}

function columnsOf(table: PgTable, members: readonly string[]): AnyPgColumn[] {
  const columns = getTableColumns(table)
  return members.map((member) => {
    const column = columns[member]
    if (!column) throw new Error(`the table has no column for ${member}`)
    return column
  })
}

function recordset(columns: readonly AnyPgColumn[], members: readonly string[], rows: readonly Row[]): SQL {
  const types = columns.map((column) => `${column.name} ${column.getSQLType()}`).join(', ')
  const records = rows.map((row) =>
    Object.fromEntries(columns.map(({ name }, index) => [name, row[members[index] as string]])),
  )
  return sql`jsonb_to_recordset(${JSON.stringify(records)}::jsonb) as record (${sql.raw(types)})`
}

function* portions(rows: readonly Row[]): Generator<readonly Row[]> {
  for (let at = 0; at < rows.length; at += ROWS_PER_STATEMENT) yield rows.slice(at, at + ROWS_PER_STATEMENT)
}
