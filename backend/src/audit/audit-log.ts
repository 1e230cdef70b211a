import type { AuditEntry, AuditQuery } from '@osprey/core/api/audit'
import { AUDIT_ACTIONS } from '@osprey/core/api/audit'
import { parseIsoTime } from '@osprey/core/time'
import { and, asc, desc, eq, gt, gte, ilike, inArray, like, lt, lte, or, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../database/database.ts'
import { auditChain, auditEntries } from '../database/schema.ts'
import { invalid } from '../http/problem.ts'
import type { Audit } from './audit.ts'
import { type ChainHead, GENESIS } from './chain.ts'
import type { Contradiction } from './chain-check.ts'
import { ColumnCheck, readEntry, type StoredEntry } from './stored-entry.ts'

/** Entries read from the database at a time during an export. */
const ENTRIES_PER_PAGE = 500

/** What is known of the chain without reading all of it. */
export interface ChainState {
  /** Where the chain is stated to end and its last entry, of one moment. */
  ends(): Promise<{ stated: ChainHead; last: ChainHead }>
  /** The first `limit` rows after `after` up to `to`, in order. */
  stored(after: number, to: number, limit: number): Promise<StoredEntry[]>
  /** The rows of these entries, those that are there. */
  storedAt(sequences: readonly number[]): Promise<StoredEntry[]>
}

export interface AuditExport {
  from: number
  to: number
  /** Canonical entries, one a line, oldest first, many lines a piece. */
  pieces: AsyncGenerator<string>
}

/** Reads the audit log: search, export, and where it stands. */
export class AuditLog implements ChainState {
  constructor(
    private readonly database: Pick<Database, 'queries'>,
    private readonly audit: Audit,
  ) {}

  head(): Promise<ChainHead> {
    return this.audit.head()
  }

  async ends(): Promise<{ stated: ChainHead; last: ChainHead }> {
    const { queries } = this.database
    const newest = queries
      .select({ sequence: auditEntries.sequence, hash: auditEntries.hash })
      .from(auditEntries)
      .orderBy(desc(auditEntries.sequence))
      .limit(1)
      .as('newest')
    const { sequence, hash } = auditChain
    const [ends] = await queries
      .select({ stated: { sequence, hash }, last: { sequence: newest.sequence, hash: newest.hash } })
      .from(auditChain)
      .leftJoin(newest, sql`true`)
    if (!ends) throw new Error('the audit log has lost its chain row')
    return { stated: ends.stated, last: ends.last ?? GENESIS }
  }

  stored(after: number, to: number, limit: number): Promise<StoredEntry[]> {
    return this.database.queries
      .select()
      .from(auditEntries)
      .where(and(gt(auditEntries.sequence, after), lte(auditEntries.sequence, to)))
      .orderBy(asc(auditEntries.sequence))
      .limit(limit)
  }

  storedAt(sequences: readonly number[]): Promise<StoredEntry[]> {
    return this.database.queries
      .select()
      .from(auditEntries)
      .where(inArray(auditEntries.sequence, [...sequences]))
  }

  /** The newest entries that match, and where the next page begins. */
  async search(query: AuditQuery): Promise<{ entries: AuditEntry[]; next: number | null }> {
    const limit = Number(query.limit)
    const rows = await this.database.queries
      .select({ sequence: auditEntries.sequence, entry: auditEntries.entry })
      .from(auditEntries)
      .where(and(...conditions(query)))
      .orderBy(desc(auditEntries.sequence))
      .limit(limit + 1)
    const page = rows.slice(0, limit)
    return {
      entries: page.map(({ entry }) => JSON.parse(entry) as AuditEntry),
      next: rows.length > limit ? (page.at(-1)?.sequence ?? null) : null,
    }
  }

  /**
   * The log from entry `from` to the entry that records this export, which is its last. Columns that differ from
   * their entries are reported when all has been read.
   */
  async export(from: number, report: (found: Contradiction) => Promise<void>): Promise<AuditExport> {
    const { sequence } = await this.audit.head()
    if (from < 1 || from > Math.max(1, sequence)) {
      throw invalid('from', from, `a sequence number from 1 to ${sequence}`)
    }
    const { sequence: to } = await this.audit.noted({
      action: 'audit.exported',
      object: null,
      after: { from },
    })
    return { from, to, pieces: this.pieces(from, to, report) }
  }

  private async *pieces(
    from: number,
    to: number,
    report: (found: Contradiction) => Promise<void>,
  ): AsyncGenerator<string> {
    const columns = new ColumnCheck()
    try {
      for (let after = from - 1; after < to; ) {
        const rows = await this.stored(after, to, ENTRIES_PER_PAGE)
        const last = rows.at(-1)
        if (!last) return
        for (const row of rows) columns.add(row.sequence, readEntry(row)?.differing ?? [])
        yield rows.map(({ entry }) => `${entry}\n`).join('')
        after = last.sequence
      }
    } finally {
      const found = columns.contradiction()
      if (found) await report(found)
    }
  }
}

function conditions({ from, to, actor, action, object, text, before }: AuditQuery): SQL[] {
  const wanted: (SQL | undefined)[] = [
    from === undefined ? undefined : gte(auditEntries.time, instantOf('from', from)),
    to === undefined ? undefined : lt(auditEntries.time, instantOf('to', to)),
    actor === undefined ? undefined : eq(auditEntries.actor, searchable(actor)),
    action === undefined ? undefined : actionIs(action),
    object === undefined ? undefined : eq(auditEntries.objectId, searchable(object)),
    text === undefined || text === '' ? undefined : ilike(auditEntries.entry, `%${literal(inJson(text))}%`),
    before === undefined ? undefined : lt(auditEntries.sequence, Number(before)),
  ]
  return wanted.filter((condition) => condition !== undefined)
}

function actionIs(action: string): SQL | undefined {
  if (!AUDIT_ACTIONS.some((known) => known === action || known.startsWith(`${action}.`))) {
    const first = [...new Set(AUDIT_ACTIONS.map((known) => known.split('.')[0]))]
    throw invalid('action', action, `an action such as device.created, or one of ${first.join(', ')}`)
  }
  return or(eq(auditEntries.action, action), like(auditEntries.action, `${literal(action)}.%`))
}

function instantOf(field: string, text: string): Date {
  // An unescaped + of the offset arrives as a space.
  const time = parseIsoTime(text.replace(' ', '+'))
  if (time === undefined) throw invalid(field, text, 'ISO 8601 with offset, such as 2026-11-22T08:00:00Z')
  return new Date(time)
}

/** As such a text stands in the log (audit/canonical.ts). */
function searchable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD')
}

/** As such a text stands inside the canonical JSON of an entry. */
function inJson(text: string): string {
  return JSON.stringify(searchable(text)).slice(1, -1)
}

/** Taken literally by LIKE. */
function literal(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&')
}
