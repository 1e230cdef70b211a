import type { NoticeView } from '@osprey/core/api/notifications'
import type { NoticeMessage } from '@osprey/core/live'
import { and, count, desc, eq, inArray, isNull, sql } from 'drizzle-orm'
import type { Database, Queries, Transaction } from '../database/database.ts'
import { notices } from '../database/schema.ts'
import { storable } from '../database/storable.ts'

/** Newest kept per person. */
export const MOST_PER_PERSON = 500

export type NoticeRow = typeof notices.$inferSelect

/** A notice with whom it is for. */
export interface AddressedNotice {
  username: string
  row: NoticeRow
}

/** Notices of people, in the app. */
export class PersonalNotices {
  readonly #database: Pick<Database, 'queries'>
  readonly #now: () => number

  constructor(database: Pick<Database, 'queries'>, now: () => number = Date.now) {
    this.#database = database
    this.#now = now
  }

  /** Newest first. */
  async list(user: number): Promise<{ notices: NoticeView[]; unread: number }> {
    const { queries } = this.#database
    const rows = await queries
      .select()
      .from(notices)
      .where(eq(notices.user, user))
      .orderBy(desc(notices.at), desc(notices.id))
      .limit(MOST_PER_PERSON)
    return { notices: rows.map(noticeView), unread: rows.filter(({ readAt }) => readAt === null).length }
  }

  /** Marks as read: those named, or all. Answers how many are left unread. */
  async read(user: number, ids: readonly string[] | null): Promise<number> {
    const { queries } = this.#database
    if (ids === null || ids.length > 0) {
      const named = ids === null ? undefined : inArray(notices.id, [...ids])
      await queries
        .update(notices)
        .set({ readAt: new Date(this.#now()) })
        .where(and(eq(notices.user, user), isNull(notices.readAt), named))
    }
    const [left] = await queries
      .select({ unread: count() })
      .from(notices)
      .where(and(eq(notices.user, user), isNull(notices.readAt)))
    return left?.unread ?? 0
  }
}

/**
 * Adds notices, each once, and lets go of the oldest of those people beyond what is kept. Answers those that are
 * new, to be shown live after the commit.
 */
export async function addNotices(
  queries: Queries | Transaction,
  all: readonly AddressedNotice[],
): Promise<AddressedNotice[]> {
  const added: AddressedNotice[] = []
  for (let at = 0; at < all.length; at += 500) {
    const part = all.slice(at, at + 500)
    const rows = await queries
      .insert(notices)
      .values(part.map(({ row }) => storableRow(row)))
      .onConflictDoNothing()
      .returning({ id: notices.id })
    const ids = new Set(rows.map(({ id }) => id))
    added.push(...part.filter(({ row }) => ids.has(row.id)))
  }
  const people = [...new Set(added.map(({ row }) => row.user))]
  if (people.length > 0) {
    await queries.execute(sql`delete from ${notices} where id in (
      select id from (
        select id, row_number() over (partition by user_id order by at desc, id desc) as place
        from ${notices} where user_id = any(${sql.param(people)}::int[])) ranked
      where place > ${MOST_PER_PERSON})`)
  }
  return added
}

/** One character PostgreSQL cannot keep would undo the whole transaction. */
function storableRow(row: NoticeRow): NoticeRow {
  const { title, text } = row
  return { ...row, title: storable(title, title.length), text: storable(text, text.length) }
}

export function noticeView({ id, at, kind, title, text, alert, severity, readAt }: NoticeRow): NoticeView {
  return { id, at: at.toISOString(), kind, title, text, alert, severity, read: readAt !== null }
}

/** What the live connections of that person are told. */
export function noticeMessage({ row }: AddressedNotice, now: number): NoticeMessage {
  return { type: 'notice', time: now, notice: noticeView(row) }
}
