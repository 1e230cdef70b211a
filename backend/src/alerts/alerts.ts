import type { AlertView } from '@osprey/core/api/alerts'
import { getTableColumns, inArray, type SQL, sql } from 'drizzle-orm'
import type { Database, Transaction } from '../database/database.ts'
import { retrying } from '../database/retrying.ts'
import { alertEvents, alerts, rules } from '../database/schema.ts'
import type { Log } from '../pipeline/retry.ts'
import type { AlertNotice } from './alert-notice.ts'
import {
  type AlertChange,
  type AlertEventRow,
  type AlertHook,
  type AlertRow,
  alertView,
} from './alert-row.ts'
import { type Fold, fold, type Known } from './alerts-fold.ts'
import { insertMany, updateMany } from './many-rows.ts'
import type { RuleTexts } from './rule-texts.ts'

/** Told after the commit, in order. `views` are of whoever reaches everything. */
export type AlertListener = (ids: readonly string[], views: readonly AlertView[]) => void
/** Told after the commit what people did. */
export type ActListener = (acts: readonly AlertChange[]) => void

export interface AlertsOptions {
  database: Pick<Database, 'queries'>
  texts: RuleTexts
  /** Epoch milliseconds. */
  now: () => number
  log: Log
}

const COUNTER = {
  unknown_rule: 'unknownRule',
  unknown_alert: 'unknownAlert',
  already_resolved: 'alreadyResolved',
} as const

export interface AlertsStats {
  fired: number
  raised: number
  resolved: number
  /** Notices that could not be followed. */
  unknownRule: number
  unknownAlert: number
  /** Firings of alerts that are resolved. */
  alreadyResolved: number
}

/**
 * The alerts in the database, and the one way to change them: one change at a time, in a transaction with its events
 * and hooks; then whoever listens is told.
 */
export class Alerts {
  private readonly hooks: AlertHook[] = []
  private readonly listeners: AlertListener[] = []
  private readonly actListeners: ActListener[] = []
  /** Rules that are there: they may be switched off, but are never deleted. */
  private readonly rules = new Set<string>()
  private turn: Promise<unknown> = Promise.resolve()
  private readonly counted: AlertsStats = {
    fired: 0,
    raised: 0,
    resolved: 0,
    unknownRule: 0,
    unknownAlert: 0,
    alreadyResolved: 0,
  }

  constructor(private readonly options: AlertsOptions) {}

  /** `hook` runs inside every transaction that changes alerts, after the hooks that were given before. */
  within(hook: AlertHook): void {
    this.hooks.push(hook)
  }

  /** `listener` is called after alerts changed, with those that did, each once. */
  onChanged(listener: AlertListener): void {
    this.listeners.push(listener)
  }

  /** `listener` is called after people acted on alerts: who, and with which text, mentions or assignee. */
  onActed(listener: ActListener): void {
    this.actListeners.push(listener)
  }

  stats(): AlertsStats {
    return { ...this.counted }
  }

  /** Follows what the evaluation tells. Notices told again change nothing. */
  async take(notices: readonly AlertNotice[]): Promise<void> {
    const last: { fold?: Fold } = {}
    await this.change(async (transaction) => {
      const known = await this.knownOf(transaction, notices)
      const folded = fold(notices, known, new Date(this.options.now()))
      await write(transaction, folded)
      last.fold = folded
      return folded.changes
    })
    if (last.fold) this.count(last.fold)
  }

  /**
   * Changes alerts: `work` writes rows and events (`recordEvents`) and answers what it did; the hooks run in the same
   * transaction, `last` after them. An empty answer tells nobody. All of it runs again when PostgreSQL undid it in
   * favour of another transaction.
   */
  change(
    work: (transaction: Transaction) => Promise<readonly AlertChange[]>,
    last?: (transaction: Transaction) => Promise<void>,
  ): Promise<readonly AlertChange[]> {
    const next = this.turn.then(async () => {
      const changes = await retrying(() =>
        this.options.database.queries.transaction(async (transaction) => {
          const made = await work(transaction)
          if (made.length > 0) for (const hook of this.hooks) await hook(transaction, made)
          await last?.(transaction)
          return made
        }),
      )
      await this.tell(changes)
      return changes
    })
    this.turn = next.catch(() => {})
    return next
  }

  /** What is committed stands: a listener that fails, or a name that cannot be read, is logged. */
  private async tell(changes: readonly AlertChange[]): Promise<void> {
    if (changes.length === 0) return
    try {
      const rows = [...new Map(changes.map(({ alert }) => [alert.id, alert])).values()]
      const nameOf = await this.options.texts.namesOf(rows)
      const views = rows.map((row) => alertView(row, nameOf(row)))
      const ids = rows.map(({ id }) => id)
      for (const listener of this.listeners) listener(ids, views)
      const acts = changes.filter(({ actor }) => actor !== '')
      if (acts.length > 0) for (const listener of this.actListeners) listener(acts)
    } catch (error) {
      this.options.log.error({ error: (error as Error).message }, 'changed alerts could not be announced')
    }
  }

  private async knownOf(transaction: Transaction, notices: readonly AlertNotice[]): Promise<Known> {
    const rows = await lockKnown(transaction, notices)
    const unseen = new Set(notices.map(({ rule }) => rule).filter((rule) => !this.rules.has(rule)))
    if (unseen.size > 0) {
      const found = await transaction
        .select({ id: rules.id })
        .from(rules)
        .where(inArray(rules.id, [...unseen]))
      for (const { id } of found) this.rules.add(id)
    }
    return { rules: this.rules, rows }
  }

  private count({ changes, passedOver }: Fold): void {
    for (const { kind } of changes) {
      if (kind === 'fired' || kind === 'raised' || kind === 'resolved') this.counted[kind]++
    }
    for (const { notice, reason } of passedOver) {
      this.counted[COUNTER[reason]]++
      const { alert, rule, target, transition } = notice
      this.options.log.error(
        { alert, rule, target, transition: transition.kind, reason },
        'a notice about an alert could not be followed',
      )
    }
  }
}

/** Inserts events; those of a key that is there already are there already. */
export async function recordEvents(
  transaction: Transaction,
  events: readonly AlertEventRow[],
): Promise<void> {
  const members = ['alert', 'at', 'kind', 'actor', 'detail', 'key']
  await insertMany(transaction, alertEvents, members, events, 'or ignore')
}

/**
 * These alerts, locked in one order for all so that nobody waits in a circle. Their ids stay free to be referred to:
 * notifications write events while the alert changes.
 */
export function lockAlerts(transaction: Transaction, which: SQL): Promise<AlertRow[]> {
  return transaction.select().from(alerts).where(which).orderBy(alerts.id).for('no key update')
}

/** Those the notices name, those open for their rules and targets, and the newest of each of these. */
function lockKnown(transaction: Transaction, notices: readonly AlertNotice[]): Promise<AlertRow[]> {
  const ids = sql.param([...new Set(notices.map(({ alert }) => alert))])
  const pairs = new Map(notices.map(({ rule, target }) => [`${rule}\n${target}`, { rule, target }]))
  const pairRules = sql.param([...pairs.values()].map(({ rule }) => rule))
  const pairTargets = sql.param([...pairs.values()].map(({ target }) => target))
  return lockAlerts(
    transaction,
    sql`${alerts.id} in (
      select unnest(${ids}::text[])
      union select near.id
      from unnest(${pairRules}::text[], ${pairTargets}::text[]) as wanted (rule, target)
      cross join lateral (
        (select id from alerts where rule = wanted.rule and target = wanted.target and state = 'firing')
        union
        (select id from alerts where rule = wanted.rule and target = wanted.target
         order by fired_at desc, id desc limit 1)
      ) near)`,
  )
}

/** Ends before beginnings: one alert of a rule and target may be open. */
async function write(transaction: Transaction, { inserted, updated, events }: Fold): Promise<void> {
  await saveAlerts(transaction, updated)
  await insertMany(transaction, alerts, Object.keys(getTableColumns(alerts)), inserted)
  await recordEvents(transaction, events)
}

/** What of an alert changes in its life. Hooks write what is theirs. */
const LIFE = [
  'state',
  'severity',
  'resolvedAt',
  'resolution',
  'peak',
  'peakAt',
  'acknowledgedAt',
  'acknowledgedBy',
  'assignee',
  'snoozedUntil',
  'muted',
  'falseAlarm',
  'comments',
  'updatedAt',
] as const satisfies (keyof AlertRow)[]

/** Writes what of alerts changes in their lives. */
export async function saveAlerts(transaction: Transaction, rows: readonly AlertRow[]): Promise<void> {
  await updateMany(transaction, alerts, LIFE, rows)
}
