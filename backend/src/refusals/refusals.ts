import { and, desc, eq, type SQL, sql } from 'drizzle-orm'
import type { AnyPgColumn } from 'drizzle-orm/pg-core'
import type { Database } from '../database/database.ts'
import {
  quarantine,
  refusedConnections,
  devices as registered,
  rejectedMessages,
} from '../database/schema.ts'
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

type NoticeTable = typeof rejectedMessages | typeof refusedConnections | typeof quarantine

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
    await this.trim(rejectedMessages, MAX_REJECTED)
    await this.trimEach(
      rejectedMessages,
      rejectedMessages.device,
      MAX_REJECTED_PER_DEVICE,
      rows.map((row) => row.device),
    )
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
    await this.trim(refusedConnections, MAX_REFUSED)
    await this.trimEach(
      refusedConnections,
      refusedConnections.address,
      MAX_REFUSED_PER_ADDRESS,
      rows.map((row) => row.address),
    )
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
    await this.trim(quarantine, MAX_QUARANTINED)
  }

  /** Of `device`, and of no others than `devices`, where these are given. */
  listRejected(device: string | undefined, limit: number, devices?: readonly string[]) {
    const ofDevice =
      device === undefined ? undefined : eq(rejectedMessages.device, storable(device, MAX_TEXT))
    return this.database.queries
      .select()
      .from(rejectedMessages)
      .where(and(ofDevice, amongst(rejectedMessages.device, devices)))
      .orderBy(desc(rejectedMessages.id))
      .limit(limit)
  }

  /** With `sinceRegistration`, of registered devices only, and nothing of who had the id of one before. */
  listRefused(limit: number, devices?: readonly string[], sinceRegistration = false) {
    return this.database.queries
      .select()
      .from(refusedConnections)
      .where(
        and(
          amongst(refusedConnections.device, devices),
          sinceRegistration
            ? sql`exists (
                select from ${registered}
                where ${registered.id} = ${refusedConnections.device}
                  and ${registered.createdAt} <= ${refusedConnections.at})`
            : undefined,
        ),
      )
      .orderBy(desc(refusedConnections.id))
      .limit(limit)
  }

  listQuarantined(limit: number, datastreams?: readonly number[]) {
    return this.database.queries
      .select()
      .from(quarantine)
      .where(amongst(quarantine.datastream, datastreams))
      .orderBy(desc(quarantine.id))
      .limit(limit)
  }

  /** Keeps the `keep` newest rows. */
  private async trim(table: NoticeTable, keep: number): Promise<void> {
    await this.database.queries.execute(sql`
      delete from ${table} where id <= (select id from ${table} order by id desc offset ${keep} limit 1)`)
  }

  /** Keeps the `keep` newest rows of each of these values of `column`. */
  private async trimEach(
    table: NoticeTable,
    column: typeof rejectedMessages.device | typeof refusedConnections.address,
    keep: number,
    values: readonly string[],
  ): Promise<void> {
    const name = sql.identifier(column.name)
    await this.database.queries.execute(sql`
      delete from ${table} where id in (
        select old.id
        from (select distinct jsonb_array_elements_text(${JSON.stringify(values)}::jsonb) as value) wanted
        cross join lateral (
          select id from ${table} where ${name} = wanted.value order by id desc offset ${keep}
        ) old
      )`)
  }
}

/** One parameter however many values there are; no filter where none are given. */
function amongst(column: AnyPgColumn, values: readonly (string | number)[] | undefined): SQL | undefined {
  return values && sql`${column} = any(${sql.param(values)})`
}
