import type { AuditEntry } from '@osprey/core/api/audit'
import { eq, type SQL, sql } from 'drizzle-orm'
import type { Database, Transaction } from '../database/database.ts'
import { auditChain, auditEntries } from '../database/schema.ts'
import { currentActor } from './actor.ts'
import { type AuditEvent, type ChainHead, chained } from './chain.ts'

export type { AuditEvent } from './chain.ts'

const ROWS_PER_STATEMENT = 1000
/** The one row of `audit_chain`. */
const CHAIN = eq(auditChain.id, 1)

/** Appends to the audit log. Reading, signing and exporting are elsewhere in this folder. */
export class Audit {
  constructor(
    private readonly database: Pick<Database, 'queries'>,
    private readonly now: () => number = Date.now,
  ) {}

  /**
   * Appends entries in the transaction of the change they tell of: both are committed or neither. Call it last in
   * the transaction: it holds the chain's lock until the end.
   */
  async record(transaction: Transaction, ...events: readonly AuditEvent[]): Promise<void> {
    await this.append(transaction, events)
  }

  /** Appends entries that have no change of their own, such as a refused log-in. */
  async note(...events: readonly AuditEvent[]): Promise<void> {
    await this.database.queries.transaction((transaction) => this.append(transaction, events))
  }

  /** As `note`, and answers the entry. */
  async noted(event: AuditEvent): Promise<AuditEntry> {
    const [entry] = await this.database.queries.transaction((transaction) =>
      this.append(transaction, [event]),
    )
    return entry as AuditEntry
  }

  /** The last entry's number and hash. */
  async head(): Promise<ChainHead> {
    const [chain] = await this.database.queries.select().from(auditChain).where(CHAIN)
    if (!chain) throw new Error('the audit log has lost its chain row')
    return { sequence: chain.sequence, hash: chain.hash }
  }

  private async append(transaction: Transaction, events: readonly AuditEvent[]): Promise<AuditEntry[]> {
    if (events.length === 0) return []
    const [chain] = await transaction.select().from(auditChain).where(CHAIN).for('update')
    if (!chain) throw new Error('the audit log has lost its chain row')
    let head: ChainHead = chain
    const now = this.now()
    const entries = events.map((event) => {
      const next = chained(event, event.actor ?? currentActor(), head, now)
      head = next.entry
      return next
    })
    for (let at = 0; at < entries.length; at += ROWS_PER_STATEMENT) {
      await transaction.execute(insertion(entries.slice(at, at + ROWS_PER_STATEMENT)))
    }
    await transaction.update(auditChain).set({ sequence: head.sequence, hash: head.hash }).where(CHAIN)
    return entries.map(({ entry }) => entry)
  }
}

/** One array per column: a parameter per value would take longer to prepare than to insert. */
function insertion(rows: readonly ReturnType<typeof chained>[]): SQL {
  const column = (of: (entry: AuditEntry) => unknown) => sql.param(rows.map(({ entry }) => of(entry)))
  return sql`insert into ${auditEntries}
    (sequence, time, actor, action, object_kind, object_id, hash, entry)
    select * from unnest(
      ${column(({ sequence }) => sequence)}::bigint[],
      ${column(({ time }) => time)}::timestamptz[],
      ${column(({ actor }) => actor.name)}::text[],
      ${column(({ action }) => action)}::text[],
      ${column(({ object }) => object?.kind ?? null)}::text[],
      ${column(({ object }) => object?.id ?? null)}::text[],
      ${column(({ hash }) => hash)}::text[],
      ${sql.param(rows.map(({ text }) => text))}::text[])`
}
