import type { DeliveriesQuery, DeliveriesView, DeliveryView } from '@osprey/core/api/notifications'
import { and, desc, eq, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../database/database.ts'
import { deliveries } from '../database/schema.ts'
import { invalid } from '../http/problem.ts'
import type { DeliveryRow } from './deliveries.ts'

/** What was sent, what waits and what was given up. */
export class DeliveryLog {
  constructor(private readonly database: Pick<Database, 'queries'>) {}

  /** Newest first, page by page: `before` is the `next` of the page before. */
  async list({ state, channel, alert, before, limit }: DeliveriesQuery): Promise<DeliveriesView> {
    const size = Number(limit)
    const conditions: (SQL | undefined)[] = [
      state && eq(deliveries.state, state),
      channel === undefined ? undefined : eq(deliveries.channel, channel),
      alert === undefined ? undefined : sql`${alert} = any(${deliveries.alerts})`,
      before === undefined ? undefined : await this.olderThan(before),
    ]
    const rows = await this.database.queries
      .select()
      .from(deliveries)
      .where(and(...conditions))
      .orderBy(desc(deliveries.createdAt), desc(deliveries.id))
      .limit(size + 1)
    const page = rows.slice(0, size)
    return { deliveries: page.map(view), next: rows.length > size ? (page.at(-1)?.id ?? null) : null }
  }

  private async olderThan(id: string): Promise<SQL> {
    const [found] = await this.database.queries
      .select({ id: deliveries.id })
      .from(deliveries)
      .where(eq(deliveries.id, id))
    if (!found) throw invalid('before', id, 'the next of the previous page')
    return sql`(${deliveries.createdAt}, ${deliveries.id}) < (
      select of_page.created_at, of_page.id from ${deliveries} of_page where of_page.id = ${id})`
  }
}

function view(row: DeliveryRow): DeliveryView {
  const { id, key, channel, route, recipient, subject, alerts, state, attempts, lastError } = row
  return {
    id,
    key,
    channel,
    route,
    recipient,
    subject,
    alerts,
    state,
    attempts,
    createdAt: row.createdAt.toISOString(),
    nextAttemptAt: row.nextAttemptAt?.toISOString() ?? null,
    deliveredAt: row.deliveredAt?.toISOString() ?? null,
    lastError,
  }
}
