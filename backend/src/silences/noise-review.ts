import {
  hasSettled,
  type Inhibits,
  inhibitions,
  isFlapping,
  type NoisyAlert,
  silencesOf,
} from '@osprey/core/alerting/noise'
import type { StationFacts } from '@osprey/core/alerting/types'
import { and, inArray, type SQL, sql } from 'drizzle-orm'
import type { AlertChange, AlertEventKind, AlertRow } from '../alerts/alert-row.ts'
import { type Alerts, lockAlerts, recordEvents } from '../alerts/alerts.ts'
import type { Transaction } from '../database/database.ts'
import { alerts } from '../database/schema.ts'
import type { Rules } from '../rules/rules.ts'
import type { StationFactsBook } from '../rules/station-facts.ts'
import type { SilenceRecord } from './silence-record.ts'
import type { Silences } from './silences.ts'

export interface NoiseReviewOptions {
  alerts: Pick<Alerts, 'change'>
  silences: Pick<Silences, 'active'>
  rules: Pick<Rules, 'get'>
  stationFacts: Pick<StationFactsBook, 'of' | 'all'>
  parentOf: (jurisdiction: string) => string | null
  now: () => number
}

/** What these decisions need of an alert, and may change. */
type OpenAlert = Pick<
  AlertRow,
  | 'id'
  | 'rule'
  | 'target'
  | 'station'
  | 'site'
  | 'severity'
  | 'trigger'
  | 'state'
  | 'firedAt'
  | 'recordedAt'
  | 'silencedBy'
  | 'inhibitedBy'
  | 'flapping'
  | 'snoozedUntil'
  | 'muted'
  | 'falseAlarm'
>
type Noise = Pick<AlertRow, 'silencedBy' | 'inhibitedBy' | 'flapping' | 'snoozedUntil'>

/** What one look at the alerts goes by. */
interface Look {
  now: number
  active: readonly SilenceRecord[]
  /** The stations of a site, gathered once for all that ask. */
  membersOf: (site: string | null) => readonly StationFacts[]
}

/** Firings further back say nothing about flapping now. */
const FLAPPING_MEMORY = '24 hours'
const ROWS_PER_STATEMENT = 1000

/**
 * Keeps right which alerts are silenced, inhibited or flapping: of those that fire in the transaction in which they do,
 * of all that are open every few seconds. What changes is in the timeline of the alert.
 */
export class NoiseReview {
  constructor(private readonly options: NoiseReviewOptions) {}

  /** Decides for the alerts that fire or get worse; a hook of the alerts. */
  async decide(transaction: Transaction, changes: readonly AlertChange[]): Promise<void> {
    const fired = changes.filter(({ kind }) => kind === 'fired' || kind === 'raised')
    if (fired.length === 0) return
    const rows = [...new Map(fired.map(({ alert }) => [alert.id, alert])).values()]
    const now = this.options.now()
    const others = await this.inhibitingOf(
      transaction,
      rows.map(({ id }) => id),
    )
    const look = this.look(now)
    const open = [...rows.filter(({ state }) => state === 'firing'), ...others]
    const inhibited = this.inhibitions(open, look)
    const flapping = await flappingOf(transaction, rows)
    const wanted = rows.map((row) => ({
      row,
      noise: this.noiseOf({ ...row, flapping: flapping.has(row.id) }, inhibited, look),
    }))
    await apply(transaction, wanted, look)
  }

  /** Looks at all open alerts; what changes is told to whoever listens to alerts. */
  async review(): Promise<void> {
    await this.options.alerts.change(async (transaction) => {
      const open = await transaction.select(OPEN).from(alerts).where(sql`${alerts.state} = 'firing'`)
      const look = this.look(this.options.now())
      const inhibited = this.inhibitions(open, look)
      const wanted = new Map(open.map((row) => [row.id, this.noiseOf(row, inhibited, look)]))
      const changing = open.filter((row) => differs(row, wanted.get(row.id) as Noise)).map(({ id }) => id)
      if (changing.length === 0) return []
      const rows = await lockAlerts(
        transaction,
        and(inArray(alerts.id, changing), sql`${alerts.state} = 'firing'`) as SQL,
      )
      const decided = rows.map((row) => ({ row, noise: wanted.get(row.id) as Noise }))
      return apply(transaction, decided, look)
    })
  }

  private look(now: number): Look {
    let bySite: Map<string | null, StationFacts[]> | undefined
    return {
      now,
      active: this.options.silences.active(),
      membersOf: (site) => {
        bySite ??= Map.groupBy(this.options.stationFacts.all(), (facts) => facts.site)
        return bySite.get(site) ?? []
      },
    }
  }

  private noiseOf(alert: OpenAlert, inhibited: ReadonlyMap<string, string>, look: Look): Noise {
    const { snoozedUntil, flapping, recordedAt } = alert
    const { active, now } = look
    return {
      silencedBy: active.length === 0 ? [] : silencesOf(this.noisy(alert, look), active).sort(),
      inhibitedBy: inhibited.get(alert.id) ?? null,
      flapping: flapping && !hasSettled(recordedAt.getTime(), now),
      snoozedUntil: isSnoozed(alert, now) ? snoozedUntil : null,
    }
  }

  private inhibitions(open: readonly OpenAlert[], look: Look): Map<string, string> {
    if (!open.some(({ rule }) => this.inhibitsOf(rule) !== null)) return new Map()
    const noisy = open.map((alert) => {
      const one = this.noisy(alert, look)
      // Asked only of what could inhibit.
      return this.inhibitsOf(alert.rule) === null ? one : { ...one, heldBack: isHeldBack(alert, one, look) }
    })
    return inhibitions(noisy, (rule) => this.inhibitsOf(rule))
  }

  private inhibitsOf(rule: string): Inhibits | null {
    return this.options.rules.get(rule)?.definition.inhibits ?? null
  }

  /** Open alerts, besides these, of rules that inhibit. */
  private async inhibitingOf(transaction: Transaction, except: readonly string[]): Promise<OpenAlert[]> {
    const open = await transaction
      .select(OPEN)
      .from(alerts)
      .where(sql`${alerts.state} = 'firing' and ${alerts.id} <> all(${sql.param([...except])}::text[])`)
    return open.filter(({ rule }) => this.inhibitsOf(rule) !== null)
  }

  private noisy(alert: OpenAlert, { membersOf }: Look): NoisyAlert {
    const { id, rule, severity, trigger, firedAt, station, inhibitedBy } = alert
    const facts = station === null ? undefined : this.options.stationFacts.of(station)
    const stations = station === null ? membersOf(alert.site) : facts ? [facts] : []
    return {
      id,
      rule,
      severity,
      trigger,
      firedAt: firedAt.getTime(),
      station,
      site: alert.site ?? stations[0]?.site ?? null,
      stations,
      innermost: this.innermost(stations),
      inhibitedBy,
      heldBack: false,
    }
  }

  private innermost(stations: readonly StationFacts[]): string[] {
    const around = new Set(stations.flatMap(({ jurisdictions }) => jurisdictions))
    const parents = new Set([...around].map((id) => this.options.parentOf(id)))
    return [...around].filter((id) => !parents.has(id))
  }
}

const { id, rule, target, station, site, severity, trigger, state } = alerts
const { firedAt, recordedAt, silencedBy, inhibitedBy, flapping, snoozedUntil, muted, falseAlarm } = alerts
const OPEN = {
  id,
  rule,
  target,
  station,
  site,
  severity,
  trigger,
  state,
  firedAt,
  recordedAt,
  silencedBy,
  inhibitedBy,
  flapping,
  snoozedUntil,
  muted,
  falseAlarm,
}

/** Whether nobody is told of it, whatever it inhibits. */
function isHeldBack(alert: OpenAlert, noisy: NoisyAlert, { active, now }: Look): boolean {
  if (alert.muted || alert.falseAlarm !== null || isSnoozed(alert, now)) return true
  return silencesOf(noisy, active).length > 0
}

function isSnoozed({ snoozedUntil }: OpenAlert, now: number): boolean {
  return snoozedUntil !== null && snoozedUntil.getTime() > now
}

/**
 * The alerts among these whose target flapped when they fired: by the times they fired at, not those at which they
 * were recorded. After an outage the alerts of a day are recorded within a minute.
 */
async function flappingOf(transaction: Transaction, rows: readonly AlertRow[]): Promise<Set<string>> {
  const ids = sql.param(rows.map((row) => row.id))
  const { rows: found } = await transaction.execute<{ id: string; firings: number[] }>(sql`
    select one.id,
      jsonb_agg((extract(epoch from other.fired_at) * 1000)::float8 order by other.fired_at) as firings
    from alerts one join alerts other
      on other.rule = one.rule and other.target = one.target
      and other.fired_at between one.fired_at - ${FLAPPING_MEMORY}::interval and one.fired_at
    where one.id = any(${ids}::text[])
    group by one.id`)
  const flapping = found.filter(({ firings }) => isFlapping(firings, firings.at(-1) ?? 0))
  return new Set(flapping.map((one) => one.id))
}

function differs(row: OpenAlert, noise: Noise): boolean {
  return (
    row.inhibitedBy !== noise.inhibitedBy ||
    row.flapping !== noise.flapping ||
    row.snoozedUntil?.getTime() !== noise.snoozedUntil?.getTime() ||
    row.silencedBy.length !== noise.silencedBy.length ||
    row.silencedBy.some((silence) => !noise.silencedBy.includes(silence))
  )
}

/** Writes what differs, into the rows too, with events; answers what was done. */
async function apply(
  transaction: Transaction,
  wanted: readonly { row: AlertRow; noise: Noise }[],
  { active, now }: Look,
): Promise<AlertChange[]> {
  const at = new Date(now)
  const differing = wanted.filter(({ row, noise }) => differs(row, noise))
  const changes = differing.flatMap(({ row, noise }) => {
    const made = changesOf(row, noise, active)
    Object.assign(row, noise, { updatedAt: at > row.updatedAt ? at : row.updatedAt })
    return made
  })
  await save(
    transaction,
    differing.map(({ row }) => row),
  )
  await recordEvents(
    transaction,
    changes.map(({ alert, kind, actor, detail }) => ({ alert: alert.id, at, kind, actor, detail })),
  )
  return changes
}

function changesOf(row: AlertRow, noise: Noise, active: readonly SilenceRecord[]): AlertChange[] {
  const made: AlertChange[] = []
  const add = (kind: AlertEventKind, detail: Record<string, unknown> = {}) =>
    made.push({ alert: row, kind, actor: '', detail })
  for (const silence of noise.silencedBy) {
    if (row.silencedBy.includes(silence)) continue
    const { author, reason } = active.find((one) => one.id === silence) ?? {}
    add('silenced', { silence, author, reason })
  }
  for (const silence of row.silencedBy) {
    if (!noise.silencedBy.includes(silence)) add('unsilenced', { silence })
  }
  if (row.inhibitedBy !== noise.inhibitedBy) {
    if (noise.inhibitedBy === null) add('uninhibited', { by: row.inhibitedBy })
    else add('inhibited', { by: noise.inhibitedBy })
  }
  if (row.flapping !== noise.flapping) add(noise.flapping ? 'flapping' : 'settled')
  if (row.snoozedUntil !== null && noise.snoozedUntil === null) add('snoozed', { until: null })
  return made
}

async function save(transaction: Transaction, rows: readonly AlertRow[]): Promise<void> {
  for (let start = 0; start < rows.length; start += ROWS_PER_STATEMENT) {
    const written = rows.slice(start, start + ROWS_PER_STATEMENT).map((row) => ({
      id: row.id,
      silenced_by: row.silencedBy,
      inhibited_by: row.inhibitedBy,
      flapping: row.flapping,
      snoozed_until: row.snoozedUntil,
      updated_at: row.updatedAt,
    }))
    await transaction.execute(sql`
      update ${alerts} set
        silenced_by = noise.silenced_by, inhibited_by = noise.inhibited_by, flapping = noise.flapping,
        snoozed_until = noise.snoozed_until, updated_at = noise.updated_at
      from jsonb_to_recordset(${JSON.stringify(written)}::jsonb) as noise
        (id text, silenced_by text[], inhibited_by text, flapping boolean, snoozed_until timestamptz,
         updated_at timestamptz)
      where ${alerts.id} = noise.id`)
  }
}
