import { createHash, randomUUID } from 'node:crypto'
import type { Queries, Transaction } from '../database/database.ts'
import { deliveries } from '../database/schema.ts'
import { storable, storableJson } from '../database/storable.ts'
import type { Content } from './content.ts'

/** The rows that are both the queue of what is to be sent and the log of what was. */

export type DeliveryRow = typeof deliveries.$inferSelect
export type NewDelivery = typeof deliveries.$inferInsert

/** Stand for a channel in what goes to people by their role; no channel can have such an id. */
export const PEOPLE_BY_MAIL = '@mail'
export const PEOPLE_IN_APP = '@app'
/** All mail queues up together: it goes to one server. */
export const MAIL_LANE = '@mail server'

/** The same parts give the same key: what is decided twice is stored, and so sent, once. */
export function keyOf(...parts: readonly (string | number)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url')
}

export interface Telling {
  key: string
  channel: string
  route: string | null
  recipient: string | null
  alerts: readonly string[]
  subject: string
}

/** To be sent as soon as it can be. */
export function waiting(telling: Telling, content: Content, at: Date): NewDelivery {
  const sent = storableJson(content) as Record<string, unknown>
  const lane = content.kind === 'mail' ? MAIL_LANE : telling.channel
  return { ...base(telling, at), lane, content: sent, state: 'waiting', nextAttemptAt: at }
}

/** Done with the transaction that writes it, as notices in the app are. */
export function done(telling: Telling, at: Date): NewDelivery {
  return { ...base(telling, at), content: {}, state: 'delivered', deliveredAt: at }
}

/** It cannot be sent, and the log shall say so. */
export function failed(telling: Telling, reason: string, at: Date): NewDelivery {
  return { ...base(telling, at), content: {}, state: 'failed', lastError: reason }
}

function base({ key, channel, route, recipient, alerts, subject }: Telling, createdAt: Date) {
  const shown = storable(subject, subject.length)
  return {
    id: randomUUID(),
    key,
    channel,
    lane: channel,
    route,
    recipient,
    alerts: [...alerts],
    subject: shown,
    createdAt,
  }
}

export async function addDeliveries(
  queries: Queries | Transaction,
  rows: readonly NewDelivery[],
): Promise<void> {
  for (let at = 0; at < rows.length; at += 200) {
    await queries
      .insert(deliveries)
      .values(rows.slice(at, at + 200))
      .onConflictDoNothing({ target: deliveries.key })
  }
}
