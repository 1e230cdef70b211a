import { SEVERITIES } from '@osprey/core/api/rules'
import { and, asc, desc, eq, gt, inArray, isNull, or, sql } from 'drizzle-orm'
import type { Logger } from 'pino'
import type { Database } from '../database/database.ts'
import { alerts, capMessages, rules } from '../database/schema.ts'
import { storable } from '../database/storable.ts'
import { placeOf } from '../notifications/places.ts'
import { type LoadedAlert, loadAlerts, toldAlert, type Wording } from '../notifications/told-alerts.ts'
import { capXml, type PublicAlert, type Sender } from './cap-message.ts'
import {
  type Issued,
  type NextMessage,
  nextMessage,
  type PublicState,
  SHOWN_AFTER_MS,
  VALID_MS,
} from './cap-thread.ts'

export interface CapPublisherOptions extends Sender {
  database: Pick<Database, 'queries'>
  words: Wording
  now: () => number
  log: Pick<Logger, 'error'>
}

type NewMessage = typeof capMessages.$inferInsert
/** The newest message of an alert that has not expired. */
type Standing = Issued & { alert: string; title: string }

const MOST_PER_RUN = 500
const ROWS_PER_STATEMENT = 100
/** An alert that cannot be put into words is left alone for so long. */
const LATER_MS = 60_000

/**
 * Issues what the public is told. A message that is issued stays as it is: it is compared what stands published and
 * what is so now, and what differs is issued as a new one. So nothing that was published vanishes without a Cancel.
 */
export class CapPublisher {
  /** Not to be tried before. */
  private readonly troubled = new Map<string, number>()

  constructor(private readonly options: CapPublisherOptions) {}

  /** Issues what is due: what is cancelled first, then the most severe. */
  async work(): Promise<void> {
    const now = this.options.now()
    for (const [id, until] of this.troubled) if (until <= now) this.troubled.delete(id)
    const standing = await this.standing()
    const published = [...standing.values()].flatMap(({ alert, msgType }) =>
      msgType === 'Cancel' ? [] : alert,
    )
    const due = (await this.states(published)).flatMap(({ id, ...state }) => {
      const next = this.troubled.has(id) ? null : nextMessage(standing.get(id), state, now)
      return next ? [{ id, next }] : []
    })
    due.sort((one, other) => urgency(other.next) - urgency(one.next))
    await this.issue(due.slice(0, MOST_PER_RUN), now)
  }

  /** By alert. */
  async standing(): Promise<Map<string, Standing>> {
    const { database, now } = this.options
    const rows = await database.queries
      .selectDistinctOn([capMessages.alert], {
        alert: capMessages.alert,
        title: capMessages.title,
        ...ISSUED,
      })
      .from(capMessages)
      .where(gt(capMessages.expires, new Date(now())))
      .orderBy(capMessages.alert, desc(capMessages.number))
    return new Map(rows.map((row) => [row.alert, { ...row, ...times(row) }]))
  }

  /** Of those that fire by rules that are public, and of those named. */
  private async states(named: readonly string[]): Promise<(PublicState & { id: string })[]> {
    const isPublic = sql<boolean>`(${rules.definition} -> 'public' = 'true'::jsonb and ${rules.removedAt} is null)`
    const rows = await this.options.database.queries
      .select({
        id: alerts.id,
        state: alerts.state,
        severity: alerts.severity,
        falseAlarm: sql<boolean>`${alerts.falseAlarm} is not null`,
        public: isPublic,
        held: sql<boolean>`(cardinality(${alerts.silencedBy}) > 0 or ${alerts.inhibitedBy} is not null)`,
      })
      .from(alerts)
      .innerJoin(rules, eq(rules.id, alerts.rule))
      .where(
        or(
          and(eq(alerts.state, 'firing'), isPublic, isNull(alerts.falseAlarm)),
          sql`${alerts.id} = any(${sql.param([...named])}::text[])`,
        ),
      )
    return rows.map(({ state, ...row }) => ({ ...row, firing: state === 'firing' }))
  }

  private async issue(due: readonly { id: string; next: NextMessage }[], now: number): Promise<void> {
    if (due.length === 0) return
    const { queries } = this.options.database
    const ids = due.map(({ id }) => id)
    const loaded = await loadAlerts(queries, ids)
    const earlier = await queries
      .select({ alert: capMessages.alert, number: capMessages.number, ...ISSUED })
      .from(capMessages)
      .where(inArray(capMessages.alert, ids))
      .orderBy(asc(capMessages.number))
    const byAlert = Map.groupBy(earlier, ({ alert }) => alert)
    const rows = due.flatMap(({ id, next }) => {
      const one = loaded.get(id)
      const before = (byAlert.get(id) ?? []).map((row) => ({ ...row, ...times(row) }))
      return one ? (this.message(one, next, before, now) ?? []) : []
    })
    for (let at = 0; at < rows.length; at += ROWS_PER_STATEMENT) {
      await queries
        .insert(capMessages)
        .values(rows.slice(at, at + ROWS_PER_STATEMENT))
        .onConflictDoNothing()
    }
  }

  private message(
    one: LoadedAlert,
    { msgType, severity, reason }: NextMessage,
    before: readonly (Issued & { number: number })[],
    now: number,
  ): NewMessage | undefined {
    const { words, log } = this.options
    const last = before.at(-1)
    const number = (last?.number ?? 0) + 1
    // A receiver tells messages of one thread apart by the second.
    const sent = Math.max(now, (last?.sent ?? 0) + 1000)
    const expires = sent + (msgType === 'Cancel' ? SHOWN_AFTER_MS : VALID_MS)
    const since = before.findLastIndex((message) => message.msgType === 'Cancel') + 1
    const references =
      msgType === 'Alert' ? [] : before.slice(since).filter((message) => message.expires > now)
    const identifier = number === 1 ? one.row.id : `${one.row.id}.${number}`
    try {
      const alert = publicAlert(one, reason === 'over', words)
      const message = { identifier, msgType, sent, expires, severity, references, reason }
      const { ruleName, placeName } = alert.told
      const title = `${ruleName} · ${placeName}`
      return {
        identifier,
        alert: one.row.id,
        number,
        msgType,
        sent: new Date(sent),
        expires: new Date(expires),
        severity,
        title: storable(title, title.length),
        xml: capXml(message, alert, this.options),
      }
    } catch (error) {
      this.troubled.set(one.row.id, now + LATER_MS)
      log.error(
        { err: error, alert: one.row.id, event: 'cap_unpublished' },
        'an alert could not be published',
      )
      return undefined
    }
  }
}

const ISSUED = {
  identifier: capMessages.identifier,
  msgType: capMessages.msgType,
  sent: capMessages.sent,
  expires: capMessages.expires,
  severity: capMessages.severity,
}

function times({ sent, expires }: { sent: Date; expires: Date }): { sent: number; expires: number } {
  return { sent: sent.getTime(), expires: expires.getTime() }
}

function urgency({ msgType, severity }: NextMessage): number {
  return msgType === 'Cancel' ? SEVERITIES.length : SEVERITIES.indexOf(severity)
}

function publicAlert(one: LoadedAlert, isOver: boolean, words: Wording): PublicAlert {
  const { latitude, longitude } = placeOf(one.row, words.around)
  return { told: toldAlert(one, isOver ? 'resolved' : 'firing', words), latitude, longitude }
}
