import type { RuleDefinition } from '@osprey/core/api/rules'
import { and, asc, eq, inArray, isNull, lte, or, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import type { Logger } from 'pino'
import type { AlertChange } from '../alerts/alert-row.ts'
import type { Alerts } from '../alerts/alerts.ts'
import { lockAlerts, recordEvents } from '../alerts/alerts.ts'
import type { Database, Queries, Transaction } from '../database/database.ts'
import { isUndone } from '../database/retrying.ts'
import { alerts, ruleVersions } from '../database/schema.ts'
import type { Territories } from '../territory/territories.ts'
import { mailOf } from './content.ts'
import {
  addDeliveries,
  done,
  failed,
  keyOf,
  type NewDelivery,
  PEOPLE_BY_MAIL,
  PEOPLE_IN_APP,
  waiting,
} from './deliveries.ts'
import { type Message, titleOf } from './message.ts'
import { everybody, isTold, type Person } from './people.ts'
import { type AddressedNotice, addNotices } from './personal-notices.ts'
import { shortValue } from './round.ts'
import { type LoadedAlert, loadAlerts, toldAlert, type Wording } from './told-alerts.ts'

export type Steps = RuleDefinition['escalation']

/** How many steps of an escalation are due; those taken stay taken. Pure. */
export function stepsDue(
  steps: Steps,
  alert: { recordedAt: number; acknowledged: boolean; state: 'firing' | 'resolved'; escalated: number },
  now: number,
): Steps {
  if (alert.acknowledged || alert.state !== 'firing') return []
  return stepsLeft(steps, alert).filter(({ afterSeconds }) => alert.recordedAt + afterSeconds * 1000 <= now)
}

/** Those not taken, in the order of their times. */
function stepsLeft(steps: Steps, { escalated }: { escalated: number }): Steps {
  return [...steps].sort((one, other) => one.afterSeconds - other.afterSeconds).slice(escalated)
}

export interface EscalationOptions {
  database: Pick<Database, 'queries'>
  alerts: Pick<Alerts, 'change'>
  words: Wording
  territories: Pick<Territories, 'of'>
  mailConfigured: boolean
  now: () => number
  log: Pick<Logger, 'info' | 'error'>
}

const MOST_PER_RUN = 200
/** An alert that cannot be escalated is left alone for so long. */
const LATER_MS = 60_000
/** A flapping target escalates no more often than that, unless it gets worse. */
const FLAPPING_PAUSE = '1 hour'
const SEVERITY_RANK = (severity: unknown) =>
  sql`array_position(array['minor', 'moderate', 'severe', 'extreme'], ${severity})`

/** Tells the next role when nobody has acknowledged an alert in time, each step once. */
export class Escalation {
  /** Not to be tried before. */
  private readonly troubled = new Map<string, number>()

  constructor(private readonly options: EscalationOptions) {}

  /** Takes the steps that are due. Answers the notices to be shown live. */
  async work(): Promise<AddressedNotice[]> {
    const { database, territories, now } = this.options
    for (const [id, until] of this.troubled) if (until <= now()) this.troubled.delete(id)
    const ids = await this.due(database.queries)
    let notices: AddressedNotice[] = []
    if (ids.length === 0) return notices
    await this.options.alerts.change(async (transaction) => {
      notices = []
      // Locked: an acknowledgement either comes before and counts, or after and finds the step taken.
      await lockAlerts(transaction, inArray(alerts.id, ids))
      const loaded = await loadAlerts(transaction, await this.due(transaction, inArray(alerts.id, ids)))
      const people = await everybody(transaction, territories)
      const changes: AlertChange[] = []
      for (const one of loaded.values()) {
        const done = await this.escalateAlone(transaction, one, people)
        notices.push(...done.notices)
        changes.push(...done.changes)
      }
      return changes
    })
    return notices
  }

  /** Alerts with a step that is due, oldest first; those that are held back are passed over until that ends. */
  private async due(queries: Queries | Transaction, among?: SQL): Promise<string[]> {
    const now = new Date(this.options.now())
    const before = alias(alerts, 'before')
    const rows = await queries
      .select({ id: alerts.id })
      .from(alerts)
      .innerJoin(
        ruleVersions,
        and(eq(ruleVersions.rule, alerts.rule), eq(ruleVersions.version, alerts.ruleVersion)),
      )
      .where(
        and(
          among,
          eq(alerts.state, 'firing'),
          isNull(alerts.acknowledgedAt),
          eq(alerts.muted, false),
          isNull(alerts.inhibitedBy),
          sql`cardinality(${alerts.silencedBy}) = 0`,
          or(isNull(alerts.snoozedUntil), lte(alerts.snoozedUntil, now)),
          sql`${alerts.id} <> all(${sql.param([...this.troubled.keys()])}::text[])`,
          sql`${alerts.escalated} < (
            select count(*) from jsonb_array_elements(coalesce(${ruleVersions.definition} -> 'escalation', '[]')) step
            where ${alerts.recordedAt} + (step ->> 'afterSeconds')::float8 * interval '1 second'
              <= ${now.toISOString()}::timestamptz)`,
          sql`not (${alerts.flapping} and exists (
            select from ${alerts} as ${before}
            where ${before.rule} = ${alerts.rule} and ${before.target} = ${alerts.target}
              and ${before.firedAt} < ${alerts.firedAt}
              and ${before.firedAt} >= ${alerts.firedAt} - ${FLAPPING_PAUSE}::interval
              and ${before.flapping} and ${before.escalated} > 0
              and ${SEVERITY_RANK(before.severity)} >= ${SEVERITY_RANK(alerts.severity)}))`,
        ),
      )
      .orderBy(asc(alerts.recordedAt), asc(alerts.id))
      .limit(MOST_PER_RUN)
    return rows.map(({ id }) => id)
  }

  /** What fails with one alert does not undo the others. */
  private async escalateAlone(
    transaction: Transaction,
    one: LoadedAlert,
    people: readonly Person[],
  ): Promise<{ notices: AddressedNotice[]; changes: AlertChange[] }> {
    const changes: AlertChange[] = []
    try {
      const notices = await transaction.transaction((inner) => this.escalate(inner, one, people, changes))
      return { notices, changes }
    } catch (error) {
      if (isUndone(error)) throw error
      const { log, now } = this.options
      this.troubled.set(one.row.id, now() + LATER_MS)
      log.error(
        { err: error, alert: one.row.id, event: 'escalation_failed' },
        'an alert could not be escalated',
      )
      return { notices: [], changes: [] }
    }
  }

  private async escalate(
    transaction: Transaction,
    one: LoadedAlert,
    people: readonly Person[],
    changes: AlertChange[],
  ): Promise<AddressedNotice[]> {
    const { words, mailConfigured, now, log } = this.options
    const time = now()
    const at = new Date(time)
    const { row } = one
    const left = stepsLeft(one.definition?.escalation ?? [], row)
    const facts = { ...row, recordedAt: row.recordedAt.getTime(), acknowledged: row.acknowledgedAt !== null }
    let taken = stepsDue(left, { ...facts, escalated: 0 }, time).length
    if (taken === 0) return []
    const told = toldAlert(one, 'still', words)
    const message: Message = { route: null, alerts: [told] }
    const deliveries: NewDelivery[] = []
    const notices: AddressedNotice[] = []
    const events = []
    for (const [index, step] of left.entries()) {
      if (index >= taken) break
      const number = row.escalated + index + 1
      const meant = people.filter((person) => person.role === step.role && isTold(person, row))
      if (meant.length === 0) {
        const subject = titleOf(message, 'en')
        const nobody = { route: null, recipient: null, alerts: [row.id], subject, channel: PEOPLE_IN_APP }
        const key = keyOf('escalation', row.id, number, 'nobody')
        deliveries.push(failed({ ...nobody, key }, `nobody to tell: no ${step.role} within reach`, at))
        // Waiting for the next step would be waiting for nobody.
        if (index + 1 === taken && taken < left.length) taken++
      }
      for (const person of meant) {
        const base = {
          route: null,
          recipient: person.username,
          alerts: [row.id],
          subject: titleOf(message, 'en'),
        }
        const key = keyOf('escalation', row.id, number, person.id)
        notices.push({
          username: person.username,
          row: {
            id: key,
            user: person.id,
            at,
            kind: 'escalated',
            title: `${told.ruleName} · ${told.placeName}`,
            text: shortValue(told),
            alert: row.id,
            severity: row.severity,
            readAt: null,
          },
        })
        deliveries.push(done({ ...base, key: keyOf(key, PEOPLE_IN_APP), channel: PEOPLE_IN_APP }, at))
        if (!mailConfigured || person.email === null) continue
        deliveries.push(
          waiting({ ...base, key: keyOf(key, PEOPLE_BY_MAIL), channel: PEOPLE_BY_MAIL }, mailOf(message), at),
        )
      }
      const detail = {
        step: number,
        role: step.role,
        afterSeconds: step.afterSeconds,
        people: meant.map(({ username }) => username).slice(0, 50),
      }
      events.push({
        alert: row.id,
        at,
        kind: 'escalated' as const,
        actor: '',
        detail,
        key: `escalated ${row.id} ${number}`,
      })
      changes.push({ alert: row, kind: 'escalated', actor: '', detail })
    }
    row.escalated += taken
    row.updatedAt = at
    await transaction
      .update(alerts)
      .set({ escalated: row.escalated, updatedAt: at })
      .where(eq(alerts.id, row.id))
    await recordEvents(transaction, events)
    await addDeliveries(transaction, deliveries)
    log.info({ event: 'alert_escalated', alert: row.id, steps: row.escalated }, 'nobody acknowledged in time')
    return addNotices(transaction, notices)
  }
}
