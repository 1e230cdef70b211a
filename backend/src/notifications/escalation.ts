import type { RuleDefinition } from '@osprey/core/api/rules'
import { and, asc, eq, gt, inArray, isNull, sql } from 'drizzle-orm'
import type { Logger } from 'pino'
import type { AlertChange } from '../alerts/alert-row.ts'
import type { Alerts } from '../alerts/alerts.ts'
import { lockAlerts, recordEvents } from '../alerts/alerts.ts'
import type { Database, Transaction } from '../database/database.ts'
import { alerts, ruleVersions } from '../database/schema.ts'
import type { Territories } from '../territory/territories.ts'
import { mailOf } from './content.ts'
import {
  addDeliveries,
  done,
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
import { heldBack } from './telling.ts'
import { factsOf, type LoadedAlert, loadAlerts, toldAlert, type Wording } from './told-alerts.ts'

export type Steps = RuleDefinition['escalation']

/** How many steps of an escalation are due; those taken stay taken. Pure. */
export function stepsDue(
  steps: Steps,
  alert: { recordedAt: number; acknowledged: boolean; state: 'firing' | 'resolved'; escalated: number },
  now: number,
): Steps {
  if (alert.acknowledged || alert.state !== 'firing') return []
  const ordered = [...steps].sort((one, other) => one.afterSeconds - other.afterSeconds)
  return ordered
    .slice(alert.escalated)
    .filter(({ afterSeconds }) => alert.recordedAt + afterSeconds * 1000 <= now)
}

export interface EscalationOptions {
  database: Pick<Database, 'queries'>
  alerts: Pick<Alerts, 'change'>
  words: Wording
  territories: Pick<Territories, 'of'>
  mailConfigured: boolean
  now: () => number
  log: Pick<Logger, 'info'>
}

const MOST_PER_RUN = 200
const MOST_CANDIDATES = 2000

/** Tells the next role when nobody has acknowledged an alert in time, each step once. */
export class Escalation {
  constructor(private readonly options: EscalationOptions) {}

  /** Takes the steps that are due. Answers the notices to be shown live. */
  async work(): Promise<AddressedNotice[]> {
    const ids = (await this.candidates()).slice(0, MOST_PER_RUN)
    const notices: AddressedNotice[] = []
    if (ids.length === 0) return notices
    await this.options.alerts.change(async (transaction) => {
      // Locked: an acknowledgement either comes before and counts, or after and finds the step taken.
      await lockAlerts(transaction, inArray(alerts.id, ids))
      const loaded = await loadAlerts(transaction, ids)
      const people = await everybody(transaction, this.options.territories)
      const changes: AlertChange[] = []
      for (const one of loaded.values()) {
        notices.push(...(await this.escalate(transaction, one, people, changes)))
      }
      return changes
    })
    return notices
  }

  /** Alerts with a step that is due; those that are held back are passed over until that ends. */
  private async candidates(): Promise<string[]> {
    const now = this.options.now()
    const rows = await this.options.database.queries
      .select({ row: alerts, steps: sql<Steps>`${ruleVersions.definition} -> 'escalation'` })
      .from(alerts)
      .innerJoin(
        ruleVersions,
        and(eq(ruleVersions.rule, alerts.rule), eq(ruleVersions.version, alerts.ruleVersion)),
      )
      .where(
        and(
          eq(alerts.state, 'firing'),
          isNull(alerts.acknowledgedAt),
          gt(
            sql`jsonb_array_length(coalesce(${ruleVersions.definition} -> 'escalation', '[]'))`,
            alerts.escalated,
          ),
          eq(alerts.muted, false),
          isNull(alerts.inhibitedBy),
          sql`cardinality(${alerts.silencedBy}) = 0`,
          sql`${alerts.recordedAt} <= ${new Date(now - 60_000).toISOString()}::timestamptz`,
        ),
      )
      .orderBy(asc(alerts.recordedAt))
      .limit(MOST_CANDIDATES)
    return rows
      .filter(
        ({ row, steps }) =>
          this.due({ row, definition: undefined, previousFlapping: false }, steps, now).length > 0,
      )
      .map(({ row }) => row.id)
  }

  private due(one: LoadedAlert, steps: Steps, now: number): Steps {
    const facts = factsOf(one)
    if (heldBack(facts, now) !== null || (facts.flapping && facts.previousFlapping)) return []
    return stepsDue(steps, { ...facts, escalated: one.row.escalated }, now)
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
    const steps = this.due(one, one.definition?.escalation ?? [], time)
    if (steps.length === 0) return []
    const { row } = one
    const told = toldAlert(one, 'still', words)
    const message: Message = { route: null, alerts: [told] }
    const deliveries: NewDelivery[] = []
    const notices: AddressedNotice[] = []
    const events = []
    for (const [index, step] of steps.entries()) {
      const number = row.escalated + index + 1
      const meant = people.filter((person) => person.role === step.role && isTold(person, row))
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
    row.escalated += steps.length
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
