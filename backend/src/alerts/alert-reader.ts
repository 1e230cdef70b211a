import { createHmac, randomBytes } from 'node:crypto'
import type {
  AlertCounts,
  AlertDetailView,
  AlertsQuery,
  AlertsView,
  AlertView,
} from '@osprey/core/api/alerts'
import type { RuleDefinition } from '@osprey/core/api/rules'
import { and, asc, desc, eq, ne, or, sql } from 'drizzle-orm'
import type { Queries } from '../database/database.ts'
import { alertEvents, alerts } from '../database/schema.ts'
import { notFound } from '../http/problem.ts'
import type { Registry } from '../registry/registry.ts'
import type { Territories } from '../territory/territories.ts'
import type { Territory } from '../territory/territory.ts'
import { idBytes, type Place, quiet, type Wanted, wantedBy, writePlace } from './alert-filters.ts'
import {
  type AlertRow,
  alertView,
  comparisonOf,
  evidenceWithin,
  holds,
  showsValues,
  untouched,
  within,
  withoutValues,
} from './alert-row.ts'
import { AlertBounds } from './bounds.ts'
import type { EvaluationPort, PendingAlert } from './evaluation-port.ts'
import type { RuleTexts } from './rule-texts.ts'

export interface AlertReaderOptions {
  queries: () => Queries
  registry: Pick<Registry, 'stations' | 'sites'>
  territories: Pick<Territories, 'of'>
  texts: RuleTexts
  evaluation: Pick<EvaluationPort, 'pending' | 'current'>
  /** What a definition means, in words, as a territory may know it. */
  sentence: (definition: RuleDefinition, territory: Territory) => { en: string; zh: string }
  now: () => number
}

const MOST_EVENTS = 2000
const MOST_SIMILAR = 10

/** Alerts as people look at them. What lies outside the territory is as if it were not there. */
export class AlertReader {
  private readonly bounds: AlertBounds
  /** Pending ids are made with it: who knows names of stations cannot try which one an id is of. */
  private readonly secret = randomBytes(16)

  constructor(private readonly options: AlertReaderOptions) {
    this.bounds = new AlertBounds(options.registry)
  }

  /** The newest alerts that match, where the next page begins, and the counts of all open ones. */
  async list(query: AlertsQuery, territory: Territory, username: string): Promise<AlertsView> {
    const { registry, territories, evaluation } = this.options
    const now = new Date(this.options.now())
    const { bounds } = this
    const wanted = wantedBy(query, { registry, territories, bounds, territory, username, now })
    const inReach = [...evaluation.pending()].filter((alert) => holds(territory, alert))
    const [rows, counts] = await Promise.all([
      this.rows(wanted),
      this.counts(territory, username, inReach.length, now),
    ])
    const nameOf = await this.options.texts.namesOf(rows)
    const found = [
      ...rows.map((row) => ({ place: placeOf(row), view: alertView(row, nameOf(row)) })),
      ...inReach.filter(wanted.pending).map((alert) => {
        const id = this.pendingId(alert)
        return { place: { time: Math.floor(alert.since), id }, view: pendingView(id, alert) }
      }),
    ]
      .filter(({ place }) => wanted.before === undefined || order(wanted.before, place) < 0)
      .sort((one, other) => order(one.place, other.place))
    const page = found.slice(0, wanted.limit)
    const last = page.at(-1)
    return {
      alerts: page.map(({ view }) => within(territory, view)),
      next: found.length > page.length && last ? writePlace(last.place) : null,
      counts,
    }
  }

  /** One alert with all that is known of it. @throws ProblemException 404 */
  async detail(id: string, territory: Territory): Promise<AlertDetailView> {
    const row = await this.found(id, territory)
    const [view, events, next, similar, told] = await Promise.all([
      this.viewOf(row, territory),
      this.events(row, territory),
      this.next(row),
      this.similar(row, territory),
      this.toldBy(row, territory),
    ])
    return {
      ...view,
      ...told,
      evidence: evidenceWithin(territory, row.evidence),
      events,
      next,
      similar,
      now: row.state === 'resolved' ? null : this.now(row, territory),
    }
  }

  /** The alert as somebody of this territory sees it. */
  async viewOf(row: AlertRow, territory: Territory): Promise<AlertView> {
    const nameOf = await this.options.texts.namesOf([row])
    return within(territory, alertView(row, nameOf(row)))
  }

  private async found(id: string, territory: Territory): Promise<AlertRow> {
    const [row] = await this.options
      .queries()
      .select()
      .from(alerts)
      .where(eq(alerts.id, storableId(id)))
    if (!row || !holds(territory, row)) throw notFound('alert', id)
    return row
  }

  private async rows({ stored, limit }: Wanted): Promise<AlertRow[]> {
    if (!stored) return []
    return this.options
      .queries()
      .select()
      .from(alerts)
      .where(stored)
      .orderBy(desc(alerts.firedAt), desc(idBytes))
      .limit(limit + 1)
  }

  private async counts(
    territory: Territory,
    username: string,
    pending: number,
    now: Date,
  ): Promise<AlertCounts> {
    const count = (which = sql`true`) => sql<number>`(count(*) filter (where ${which}))::int`
    const [counted] = await this.options
      .queries()
      .select({
        firing: count(),
        unacknowledged: count(sql`${alerts.acknowledgedAt} is null`),
        silenced: count(quiet(now)),
        mine: count(sql`${alerts.assignee} = ${username}`),
        minor: count(sql`${alerts.severity} = 'minor'`),
        moderate: count(sql`${alerts.severity} = 'moderate'`),
        severe: count(sql`${alerts.severity} = 'severe'`),
        extreme: count(sql`${alerts.severity} = 'extreme'`),
      })
      .from(alerts)
      .where(and(sql`${alerts.state} = 'firing'`, this.bounds.of(territory)))
    if (!counted) throw new Error('the alerts could not be counted')
    const { minor, moderate, severe, extreme, ...counts } = counted
    return { pending, ...counts, bySeverity: { minor, moderate, severe, extreme } }
  }

  private async events(row: AlertRow, territory: Territory): Promise<AlertDetailView['events']> {
    const told = showsIn(territory, row) ? (detail: Record<string, unknown>) => detail : withoutValues
    const rows = await this.options
      .queries()
      .select()
      .from(alertEvents)
      .where(eq(alertEvents.alert, row.id))
      .orderBy(desc(alertEvents.id))
      .limit(MOST_EVENTS)
    return rows.reverse().map(({ id: number, at, kind, actor, detail }) => ({
      id: number,
      at: at.toISOString(),
      kind,
      actor,
      detail: told(detail),
    }))
  }

  private async next({ id, rule, target }: AlertRow): Promise<string | null> {
    const [next] = await this.options
      .queries()
      .select({ id: alerts.id })
      .from(alerts)
      .where(and(eq(alerts.rule, rule), eq(alerts.target, target), eq(alerts.previous, id)))
      .orderBy(asc(alerts.firedAt))
      .limit(1)
    return next?.id ?? null
  }

  /** Others of the same rule or place, newest first. */
  private async similar(row: AlertRow, territory: Territory): Promise<AlertView[]> {
    const { id, rule, station, site } = row
    // A station outside has no neighbours: they would tell which alerts are of the same one.
    const place =
      station === null
        ? eq(alerts.site, site ?? '')
        : territory.hasStation(station)
          ? eq(alerts.station, station)
          : undefined
    const rows = await this.options
      .queries()
      .select()
      .from(alerts)
      .where(and(ne(alerts.id, id), or(eq(alerts.rule, rule), place), this.bounds.of(territory)))
      .orderBy(desc(alerts.firedAt), desc(idBytes))
      .limit(MOST_SIMILAR)
    const nameOf = await this.options.texts.namesOf(rows)
    return rows.map((one) => within(territory, alertView(one, nameOf(one))))
  }

  /** What the version of the rule that fired says of it. */
  private async toldBy(
    row: AlertRow,
    territory: Territory,
  ): Promise<Pick<AlertDetailView, 'sentence' | 'instruction'>> {
    const definition = await this.options.texts.definitionOf(row)
    if (!definition) return { sentence: { en: row.rule, zh: row.rule }, instruction: '' }
    return { sentence: this.options.sentence(definition, territory), instruction: definition.instruction }
  }

  /** The same while the platform runs; the rule and target are not to be read from it. */
  private pendingId({ rule, target }: PendingAlert): string {
    const hash = createHmac('sha256', this.secret).update(`${rule}\n${target}`).digest('base64url')
    return `pending ${hash.slice(0, 22)}`
  }

  private now(row: AlertRow, territory: Territory): AlertDetailView['now'] {
    if (!showsIn(territory, row)) return null
    const known = this.options.evaluation.current(row.rule, row.target)
    if (!known) return null
    const { value, at, holds: verdict } = known
    return { value, at: at === null ? null : new Date(at).toISOString(), holds: verdict }
  }
}

/** An alert that people act on, by id. No alert has a name that PostgreSQL cannot hold. */
export function storableId(id: string): string {
  return id.toWellFormed().replaceAll('\0', '\uFFFD')
}

function placeOf({ firedAt, id }: AlertRow): Place {
  return { time: firedAt.getTime(), id }
}

function showsIn(territory: Territory, row: AlertRow): boolean {
  return territory.whole || showsValues(territory, { ...row, comparison: comparisonOf(row.evidence) })
}

/** Newest first. */
function order(one: Place, other: Place): number {
  if (one.time !== other.time) return other.time - one.time
  return one.id === other.id ? 0 : one.id < other.id ? 1 : -1
}

function pendingView(id: string, alert: PendingAlert): AlertView {
  const { rule, ruleName, ruleVersion, station, other, site, property, trigger, severity, value, unit } =
    alert
  const since = new Date(alert.since).toISOString()
  return {
    id,
    rule,
    ruleName,
    ruleVersion,
    station,
    other,
    site,
    property,
    trigger,
    state: 'pending',
    severity,
    startedAt: since,
    firedAt: null,
    recordedAt: since,
    resolvedAt: null,
    resolution: null,
    value,
    unit,
    comparison: null,
    peak: null,
    peakAt: null,
    ...untouched(),
    updatedAt: since,
  }
}
