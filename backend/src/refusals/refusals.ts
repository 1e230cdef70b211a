import { desc, eq, sql } from 'drizzle-orm'
import type { Database } from '../database/database.ts'
import { quarantine, refusedConnections, rejectedMessages } from '../database/schema.ts'
import { storable } from '../database/storable.ts'
import type { QuarantinedNotice, RefusedNotice, RejectedNotice } from '../pipeline/notices.ts'

/** Newest kept; the ledger counts them all. */
const MAX_REJECTED_PER_DEVICE = 200
const MAX_REJECTED = 50_000
/** One address that hammers must not push the others out of the list. */
const MAX_REFUSED_PER_ADDRESS = 200
const MAX_REFUSED = 20_000
const MAX_QUARANTINED = 100_000
const MAX_TEXT = 1000

/** What was not accepted, bounded, for people to see why. Deliveries may repeat: ids make them harmless. */
export class Refusals {
  constructor(private readonly database: Database) {}

  async rejected(notices: readonly RejectedNotice[]): Promise<void> {
    const { queries } = this.database
    const rows = notices.map(({ id, device, topic, receivedAt, reason, detail, readings, payload }) => ({
      id,
      device: storable(device, MAX_TEXT),
      topic: storable(topic, MAX_TEXT),
      receivedAt: new Date(receivedAt),
      reason,
      detail: storable(detail, MAX_TEXT),
      readings,
      payload: storable(payload, MAX_TEXT),
    }))
    await queries.insert(rejectedMessages).values(rows).onConflictDoNothing()
    for (const device of new Set(rows.map((row) => row.device))) {
      await this.trim(rejectedMessages, eq(rejectedMessages.device, device), MAX_REJECTED_PER_DEVICE)
    }
    await this.trim(rejectedMessages, undefined, MAX_REJECTED)
  }

  async refused(notices: readonly RefusedNotice[]): Promise<void> {
    const rows = notices.map(({ id, device, clientId, address, reason, detail, receivedAt }) => ({
      id,
      device: storable(device, MAX_TEXT),
      clientId: storable(clientId, MAX_TEXT),
      address: storable(address, 100),
      reason: storable(reason, 100),
      detail: storable(detail, MAX_TEXT),
      at: new Date(receivedAt),
    }))
    await this.database.queries.insert(refusedConnections).values(rows).onConflictDoNothing()
    for (const address of new Set(rows.map((row) => row.address))) {
      await this.trim(refusedConnections, eq(refusedConnections.address, address), MAX_REFUSED_PER_ADDRESS)
    }
    await this.trim(refusedConnections, undefined, MAX_REFUSED)
  }

  async quarantined(notices: readonly QuarantinedNotice[]): Promise<void> {
    const rows = notices.map(
      ({ id, device, datastream, phenomenonTime, resultTime, value, quality, reason }) => ({
        id,
        device: storable(device, MAX_TEXT),
        datastream,
        phenomenonTime,
        resultTime,
        value: value === null ? null : storable(String(value), MAX_TEXT),
        quality,
        reason: storable(reason, MAX_TEXT),
      }),
    )
    await this.database.queries.insert(quarantine).values(rows).onConflictDoNothing()
    await this.trim(quarantine, undefined, MAX_QUARANTINED)
  }

  listRejected(device: string | undefined, limit: number) {
    return this.database.queries
      .select()
      .from(rejectedMessages)
      .where(device === undefined ? undefined : eq(rejectedMessages.device, storable(device, MAX_TEXT)))
      .orderBy(desc(rejectedMessages.id))
      .limit(limit)
  }

  listRefused(limit: number) {
    return this.database.queries
      .select()
      .from(refusedConnections)
      .orderBy(desc(refusedConnections.id))
      .limit(limit)
  }

  listQuarantined(limit: number) {
    return this.database.queries.select().from(quarantine).orderBy(desc(quarantine.id)).limit(limit)
  }

  /** Keeps the `keep` newest of the rows that `condition` selects. */
  private async trim(
    table: typeof rejectedMessages | typeof refusedConnections | typeof quarantine,
    condition: ReturnType<typeof eq> | undefined,
    keep: number,
  ): Promise<void> {
    const { queries } = this.database
    const [last] = await queries
      .select({ id: table.id })
      .from(table)
      .where(condition)
      .orderBy(desc(table.id))
      .offset(keep)
      .limit(1)
    if (!last) return
    const older = sql`${table.id} <= ${last.id}`
    await queries.delete(table).where(condition ? sql`${condition} and ${older}` : older)
  }
}
