import type { AlertView, AssigneeView, BulkView } from '@osprey/core/api/alerts'
import { sql } from 'drizzle-orm'
import type { Principal } from '../access/principal.ts'
import type { Audit, AuditEvent } from '../audit/audit.ts'
import type { Database, Transaction } from '../database/database.ts'
import { alerts } from '../database/schema.ts'
import { invalid, notFound } from '../http/problem.ts'
import type { Territory } from '../territory/territory.ts'
import { type Act, type ActVerdict, AUDITED, judgeAct, refusalOf, type Touched } from './act.ts'
import { type AlertReader, storableId } from './alert-reader.ts'
import { type AlertChange, type AlertRow, holds } from './alert-row.ts'
import { type Alerts, lockAlerts, recordEvents, saveAlerts } from './alerts.ts'
import type { EvaluationPort } from './evaluation-port.ts'
import { mentionedIn, type People, type Person } from './people.ts'

export interface AlertActsOptions {
  database: Pick<Database, 'queries'>
  alerts: Alerts
  reader: AlertReader
  people: People
  audit: Audit
  evaluation: Pick<EvaluationPort, 'resolve'>
  now: () => number
}

/** Who acts, and how far they reach. */
export interface ActingPerson {
  principal: Principal
  territory: Territory
}

/** What was done with one of several alerts. */
type Outcome = { id: string; row: AlertRow } | { id: string; failed: Error; title: string }

/** What people do with alerts: each act with its event, its entry in the audit log and the hooks in one transaction. */
export class AlertActs {
  constructor(private readonly options: AlertActsOptions) {}

  /** @throws ProblemException 404, 409 with what stands against it, 400 for somebody it cannot be assigned to. */
  async act(id: string, act: Act, by: ActingPerson): Promise<AlertView> {
    const [outcome] = await this.perform([id], act, by, 'all or nothing')
    if (!outcome || 'failed' in outcome) throw outcome?.failed ?? notFound('alert', id)
    return this.options.reader.viewOf(outcome.row, by.territory)
  }

  /** The same act on many: what can be done is done, in one transaction; the rest is listed with the reason. */
  async actOnMany(ids: readonly string[], act: Act, by: ActingPerson): Promise<BulkView> {
    const outcomes = await this.perform([...new Set(ids)], act, by, 'what can be done')
    return {
      done: outcomes.flatMap((outcome) => ('failed' in outcome ? [] : outcome.id)),
      failed: outcomes.flatMap((outcome) =>
        'failed' in outcome ? { id: outcome.id, title: outcome.title } : [],
      ),
    }
  }

  /** Whom somebody may assign alerts to. */
  assignees(by: Principal): Promise<AssigneeView[]> {
    return this.options.people.assignees(this.options.database.queries, by)
  }

  private async perform(
    ids: readonly string[],
    act: Act,
    { principal, territory }: ActingPerson,
    mode: 'all or nothing' | 'what can be done',
  ): Promise<Outcome[]> {
    const { audit, evaluation } = this.options
    let outcomes: Outcome[] = []
    const entries: AuditEvent[] = []
    const changes = await this.options.alerts.change(
      async (transaction) => {
        entries.length = 0
        const now = new Date(this.options.now())
        const people = await this.peopleIn(transaction, act)
        const rows = await lockAlerts(
          transaction,
          sql`${alerts.id} = any(${sql.param(ids.map(storableId))}::text[])`,
        )
        const inReach = new Map(rows.filter((row) => holds(territory, row)).map((row) => [row.id, row]))
        const done: AlertChange[] = []
        outcomes = ids.map((id) => {
          const row = inReach.get(id)
          if (!row) return failure(id, notFound('alert', id), 'there is no such alert')
          const outcome = this.decide(act, row, principal.username, people, now)
          if ('failed' in outcome) return outcome
          if (outcome.change) {
            done.push(outcome.change)
            entries.push(outcome.entry)
          }
          return { id, row }
        })
        const [first] = outcomes
        if (mode === 'all or nothing' && first && 'failed' in first) throw first.failed
        await saveAlerts(
          transaction,
          done.map(({ alert }) => alert),
        )
        await recordEvents(
          transaction,
          done.map(({ alert, kind, actor, detail }) => ({ alert: alert.id, at: now, kind, actor, detail })),
        )
        return done
      },
      (transaction) => audit.record(transaction, ...entries),
    )
    if (act.action === 'resolve') {
      for (const { alert } of changes) evaluation.resolve(alert.rule, alert.target, alert.id)
    }
    return outcomes
  }

  /** Applies the act to the row. */
  private decide(act: Act, row: AlertRow, by: string, people: readonly Person[], now: Date) {
    if (act.action === 'assign' && act.assignee !== null && !this.reachable(people, row)) {
      const expected = 'the name of somebody who works on alerts and whose territory holds this one'
      const problem = invalid('assignee', act.assignee, expected)
      return failure(row.id, problem, `${act.assignee} cannot be assigned to it`)
    }
    const verdict = judgeAct(act, row, by, now)
    if (!verdict.allowed) return failure(row.id, refusalOf(verdict), verdict.title)
    if (verdict.set === null) return { change: null }
    const before = pick(row, verdict.set)
    const mentions = people.filter((person) => this.options.people.reaches(person, row))
    const called = act.action !== 'assign' && mentions.length > 0
    const detail = {
      ...verdict.detail,
      ...(called && { mentions: mentions.map(({ username }) => username) }),
    }
    Object.assign(row, verdict.set, { updatedAt: now > row.updatedAt ? now : row.updatedAt })
    return {
      change: { alert: row, kind: verdict.kind, actor: by, detail },
      entry: entryOf(act, row, before, verdict),
    }
  }

  /** The person it is assigned to, or those the text mentions. */
  private async peopleIn(transaction: Transaction, act: Act): Promise<Person[]> {
    const { people } = this.options
    if (act.action === 'assign') {
      return act.assignee === null
        ? []
        : people.named(transaction, [storableId(act.assignee)], 'alerts:write')
    }
    if (!('text' in act)) return []
    return people.named(transaction, mentionedIn(act.text), 'alerts:read')
  }

  private reachable(people: readonly Person[], row: AlertRow): boolean {
    return people.some((person) => this.options.people.reaches(person, row))
  }
}

function failure(id: string, failed: Error, title: string) {
  return { id, failed, title }
}

function entryOf(
  act: Act,
  row: AlertRow,
  before: Record<string, unknown>,
  { set, detail }: Extract<ActVerdict, { allowed: true; kind: unknown }>,
): AuditEvent {
  const text = typeof detail['text'] === 'string' ? { text: detail['text'] } : {}
  return {
    action: AUDITED[act.action],
    object: { kind: 'alert', id: row.id },
    before,
    after: { ...pick(row, set), ...text },
  }
}

/** The members of the row that are set. */
function pick(row: AlertRow, set: Partial<Touched>): Record<string, unknown> {
  return Object.fromEntries((Object.keys(set) as (keyof Touched)[]).map((name) => [name, row[name]]))
}
