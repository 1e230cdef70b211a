import { SEVERITIES, type Severity } from '@osprey/core/api/rules'
import { and, asc, desc, eq, gt, inArray, isNull, or, sql } from 'drizzle-orm'
import type { Database } from '../database/database.ts'
import { alertEvents, alerts, rules } from '../database/schema.ts'
import { placeOf } from '../notifications/places.ts'
import { type LoadedAlert, loadAlerts, toldAlert, type Wording } from '../notifications/told-alerts.ts'
import { type CapMessage, capMessagesOf, type PublicAlert, type Sender } from './cap-message.ts'
import { element, root } from './xml.ts'

export interface CapFeedOptions extends Sender {
  database: Pick<Database, 'queries'>
  words: Wording
  /** What the addresses in the feed begin with: https://osprey.example.org */
  origin: string
  now: () => number
}

/** The newest of those that fire, and of what is over lately. */
const MOST_ALERTS = 200
const SHOWN_AFTER_MS = 48 * 3_600_000
/** Whoever asks, and however often, the database is asked no more than this often. */
const KEPT_MS = 5000

export interface CapSnapshot {
  madeAt: number
  atom: string
  /** By identifier. */
  messages: ReadonlyMap<string, CapMessage>
}

/** The public alerts: those of rules that are public, unless silenced or inhibited. */
export class CapFeed {
  private kept: CapSnapshot | undefined
  private making: Promise<CapSnapshot> | undefined

  constructor(private readonly options: CapFeedOptions) {}

  /** At most a few seconds old. */
  async snapshot(): Promise<CapSnapshot> {
    const { now } = this.options
    if (this.kept && now() - this.kept.madeAt < KEPT_MS) return this.kept
    this.making ??= this.make().finally(() => {
      this.making = undefined
    })
    return this.making
  }

  private async make(): Promise<CapSnapshot> {
    const madeAt = this.options.now()
    const found = await this.publicAlerts(madeAt)
    const threads = found.map((alert) => ({ alert, messages: capMessagesOf(alert, this.options) }))
    const messages = new Map(
      threads.flatMap((thread) => thread.messages.map((one) => [one.identifier, one] as const)),
    )
    this.kept = { madeAt, messages, atom: atomOf(threads, this.options, madeAt) }
    return this.kept
  }

  private async publicAlerts(now: number): Promise<PublicAlert[]> {
    const { queries } = this.options.database
    const ids = await queries
      .select({ id: alerts.id })
      .from(alerts)
      .innerJoin(rules, eq(rules.id, alerts.rule))
      .where(
        and(
          sql`${rules.definition} -> 'public' = 'true'::jsonb`,
          isNull(rules.removedAt),
          or(eq(alerts.state, 'firing'), gt(alerts.resolvedAt, new Date(now - SHOWN_AFTER_MS))),
          sql`cardinality(${alerts.silencedBy}) = 0`,
          isNull(alerts.inhibitedBy),
        ),
      )
      .orderBy(desc(alerts.firedAt), desc(alerts.id))
      .limit(MOST_ALERTS)
    if (ids.length === 0) return []
    const loaded = await loadAlerts(
      queries,
      ids.map(({ id }) => id),
    )
    const events = await queries
      .select()
      .from(alertEvents)
      .where(
        and(
          inArray(alertEvents.alert, [...loaded.keys()]),
          inArray(alertEvents.kind, ['fired', 'raised', 'resolved']),
        ),
      )
      .orderBy(asc(alertEvents.id))
    const byAlert = Map.groupBy(events, ({ alert }) => alert)
    return ids.flatMap(({ id }) => {
      const one = loaded.get(id)
      return one ? [publicAlert(one, byAlert.get(id) ?? [], this.options.words)] : []
    })
  }
}

function publicAlert(
  one: LoadedAlert,
  events: readonly (typeof alertEvents.$inferSelect)[],
  words: Wording,
): PublicAlert {
  const { row } = one
  const { latitude, longitude } = placeOf(row, words.around)
  const fired = events.find(({ kind }) => kind === 'fired')
  const raised = events.flatMap(({ id, kind, at, detail }) => {
    const severity = severityIn(detail)
    return kind === 'raised' && severity ? [{ event: id, at: at.getTime(), severity }] : []
  })
  return {
    told: toldAlert(one, row.state === 'resolved' ? 'resolved' : 'firing', words),
    recordedAt: row.recordedAt.getTime(),
    firstSeverity:
      severityIn(fired?.detail) ?? (raised.length > 0 ? (one.definition?.severity ?? 'minor') : row.severity),
    raised,
    over: overOf(row, events),
    latitude,
    longitude,
  }
}

/** By when the platform knew: messages follow each other in the order in which they were sent. */
function overOf(
  { falseAlarm, state, resolvedAt, recordedAt, updatedAt }: LoadedAlert['row'],
  events: readonly (typeof alertEvents.$inferSelect)[],
): PublicAlert['over'] {
  const ended = events.findLast(({ kind }) => kind === 'resolved')?.at ?? resolvedAt ?? updatedAt
  const times = [
    ...(state === 'resolved' ? [ended.getTime()] : []),
    ...(falseAlarm ? [Date.parse(falseAlarm.at)] : []),
  ]
  if (times.length === 0) return null
  return { at: Math.max(recordedAt.getTime(), Math.min(...times)), falseAlarm: falseAlarm !== null }
}

function severityIn(detail: Record<string, unknown> | undefined): Severity | undefined {
  return SEVERITIES.find((severity) => severity === detail?.['severity'])
}

/** RFC 4287. One entry per alert, which leads to its newest message. */
function atomOf(
  threads: readonly { alert: PublicAlert; messages: readonly CapMessage[] }[],
  { origin }: CapFeedOptions,
  now: number,
): string {
  const self = `${origin}/cap/alerts.atom`
  const newest = Math.max(...threads.flatMap(({ messages }) => messages.map(({ sent }) => sent)))
  return root('feed', { xmlns: 'http://www.w3.org/2005/Atom' }, [
    element('id', self),
    element('title', 'Osprey: public alerts / 公开告警'),
    element('updated', new Date(Number.isFinite(newest) ? newest : now).toISOString()),
    element('author', [element('name', 'Osprey')]),
    element('link', [], { rel: 'self', type: 'application/atom+xml', href: self }),
    ...threads.flatMap(({ alert, messages }) => {
      const last = messages.at(-1)
      if (!last) return []
      const href = `${origin}/cap/alerts/${encodeURIComponent(last.identifier)}`
      const { told } = alert
      return [
        element('entry', [
          element('id', `${origin}/cap/alerts/${encodeURIComponent(told.id)}`),
          element('title', `${told.ruleName} · ${told.placeName}`),
          element('updated', new Date(last.sent).toISOString()),
          element('published', new Date(alert.recordedAt).toISOString()),
          element('link', [], { rel: 'alternate', type: 'application/cap+xml', href }),
          element('category', [], { term: last.msgType }),
          element('summary', `${last.msgType}: ${last.severity}`),
        ]),
      ]
    }),
  ])
}
