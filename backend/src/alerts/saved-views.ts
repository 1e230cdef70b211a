import { randomUUID } from 'node:crypto'
import type { SavedView, savedViewInput } from '@osprey/core/api/alerts'
import { and, asc, eq } from 'drizzle-orm'
import type { z } from 'zod'
import { lockAccount } from '../access/account-record.ts'
import type { Principal } from '../access/principal.ts'
import type { Audit } from '../audit/audit.ts'
import type { Database } from '../database/database.ts'
import { savedViews } from '../database/schema.ts'
import { notFound, ProblemException } from '../http/problem.ts'
import { storableId } from './alert-reader.ts'

export const MAX_SAVED_VIEWS = 50

/** Searches of the inbox that people keep under a name, each their own. */
export class SavedViews {
  constructor(
    private readonly database: Pick<Database, 'queries'>,
    private readonly audit: Audit,
    private readonly now: () => number,
  ) {}

  /** By name. */
  async list({ account = -1, visitor }: Principal): Promise<SavedView[]> {
    if (visitor) return []
    const { id, name, query } = savedViews
    return this.database.queries
      .select({ id, name, query })
      .from(savedViews)
      .where(eq(savedViews.user, account))
      .orderBy(asc(name), asc(id))
  }

  /** A view of the same name is replaced. @throws ProblemException 409 without an account, or with too many. */
  async save(
    { account, username }: Principal,
    { name, query }: z.infer<typeof savedViewInput>,
  ): Promise<SavedView> {
    if (account === undefined) throw new ProblemException(409, `${username} has no account of its own`)
    return this.database.queries.transaction(async (transaction) => {
      await lockAccount(transaction, account)
      const own = await transaction
        .select({ id: savedViews.id, name: savedViews.name, query: savedViews.query })
        .from(savedViews)
        .where(eq(savedViews.user, account))
      const before = own.find((view) => view.name === name)
      if (!before && own.length >= MAX_SAVED_VIEWS) {
        throw new ProblemException(409, `at most ${MAX_SAVED_VIEWS} views can be saved; remove one first`)
      }
      const view = { id: before?.id ?? randomUUID(), name, query }
      await transaction
        .insert(savedViews)
        .values({ ...view, user: account, createdAt: new Date(this.now()) })
        .onConflictDoUpdate({ target: savedViews.id, set: { query } })
      await this.audit.record(transaction, {
        action: 'view.saved',
        object: { kind: 'view', id: view.id },
        before,
        after: view,
      })
      return view
    })
  }

  /** @throws ProblemException 404 when it is none of the own. */
  async remove({ account = -1 }: Principal, id: string): Promise<void> {
    await this.database.queries.transaction(async (transaction) => {
      const [gone] = await transaction
        .delete(savedViews)
        .where(and(eq(savedViews.id, storableId(id)), eq(savedViews.user, account)))
        .returning({ id: savedViews.id, name: savedViews.name, query: savedViews.query })
      if (!gone) throw notFound('view', id)
      await this.audit.record(transaction, {
        action: 'view.removed',
        object: { kind: 'view', id },
        before: gone,
      })
    })
  }
}
