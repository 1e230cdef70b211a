import { ALERT_STATES, type AlertState, type AlertsQuery } from '@osprey/core/api/alerts'
import { SEVERITIES } from '@osprey/core/api/rules'
import { parseIsoTime } from '@osprey/core/time'
import { and, eq, gte, inArray, isNotNull, isNull, lt, or, type SQL, sql } from 'drizzle-orm'
import { alerts, rules } from '../database/schema.ts'
import { invalid, notFound } from '../http/problem.ts'
import type { Registry } from '../registry/registry.ts'
import type { Territories } from '../territory/territories.ts'
import type { Territory } from '../territory/territory.ts'
import { type AlertPlace, holds } from './alert-row.ts'
import { type AlertBounds, amongst } from './bounds.ts'
import type { PendingAlert } from './evaluation-port.ts'

/** Where a page ends: time of firing (of a pending alert: since when its condition holds) and id. */
export interface Place {
  time: number
  id: string
}

/** What is asked for, for alerts in the database and for those that are only pending. */
export interface Wanted {
  /** Undefined: none in the database are. */
  stored: SQL | undefined
  pending: (alert: PendingAlert) => boolean
  before: Place | undefined
  limit: number
}

interface Around {
  registry: Pick<Registry, 'stations'>
  territories: Pick<Territories, 'of'>
  bounds: AlertBounds
  territory: Territory
  /** Who `me` is. */
  username: string
  now: Date
}

/**
 * Reads a query. @throws ProblemException 400 naming what cannot be read, 404 for a jurisdiction, site or station outside the own ones.
 */
export function wantedBy(query: AlertsQuery, around: Around): Wanted {
  const states = listOf('state', query.state, ALERT_STATES)
  const severities = listOf('severity', query.severity, SEVERITIES)
  const from = timeOf('from', query.from)
  const to = timeOf('to', query.to)
  const before = query.before === undefined ? undefined : placeOf(query.before)
  const areas = [around.territory, ...jurisdictionOf(query, around)]
  if (query.station !== undefined && !around.territory.hasStation(query.station)) {
    throw notFound('station', query.station)
  }
  const siteStations = query.site === undefined ? undefined : stationsOf(query.site, around)
  const called = query.text === undefined || query.text === '' ? undefined : callOf(query.text, around)
  const stored = and(
    sql`true`,
    storedStates(states),
    severities && inArray(alerts.severity, severities),
    query.station === undefined ? undefined : ofStation(query.station),
    siteStations && or(eq(alerts.site, query.site as string), amongst(alerts.station, siteStations)),
    query.rule === undefined ? undefined : eq(alerts.rule, clean(query.rule)),
    query.assignee === undefined ? undefined : assignedTo(query.assignee, around.username),
    query.acknowledged && (query.acknowledged === 'true' ? acknowledged : isNull(alerts.acknowledgedAt)),
    query.silenced && (query.silenced === 'true' ? quiet(around.now) : sql`not ${quiet(around.now)}`),
    called &&
      or(called.rules, amongst(alerts.station, called.stations), amongst(alerts.other, called.stations)),
    from && or(isNull(alerts.resolvedAt), gte(alerts.resolvedAt, from)),
    to && lt(alerts.firedAt, to),
    before && sql`(${alerts.firedAt}, ${idBytes}) < (${new Date(before.time)}, ${before.id})`,
    ...areas.map((area) => around.bounds.of(area)),
  )
  return {
    stored: states && !states.some((state) => state !== 'pending') ? undefined : stored,
    pending: (alert) =>
      (states?.includes('pending') ?? true) &&
      (severities?.includes(alert.severity) ?? true) &&
      (query.station === undefined || alert.station === query.station || alert.other === query.station) &&
      (siteStations === undefined ||
        alert.site === query.site ||
        siteStations.includes(alert.station ?? '')) &&
      (query.rule === undefined || alert.rule === query.rule) &&
      // Nobody has had anything to do with it yet.
      (query.assignee ?? 'none') === 'none' &&
      query.acknowledged !== 'true' &&
      query.silenced !== 'true' &&
      (called?.pending(alert) ?? true) &&
      (to === undefined || alert.since < to.getTime()) &&
      areas.every((area) => holds(area, alert)),
    before,
    limit: Number(query.limit),
  }
}

/** Compared by its bytes, as pending ids are. */
export const idBytes = sql`${alerts.id} collate "C"`

/** Silenced, inhibited, snoozed or muted. */
export function quiet(now: Date): SQL {
  return sql`(${alerts.silencedBy} <> '{}' or ${alerts.inhibitedBy} is not null
    or coalesce(${alerts.snoozedUntil} > ${now}, false) or ${alerts.muted})`
}

export function writePlace({ time, id }: Place): string {
  return `${time}~${id}`
}

const acknowledged = isNotNull(alerts.acknowledgedAt)

function placeOf(text: string): Place {
  const [, time, id] = /^(-?\d{1,16})~([\x20-\x7e]{1,180})$/.exec(text) ?? []
  if (time === undefined || id === undefined || Number.isNaN(new Date(Number(time)).getTime())) {
    throw invalid('before', text, 'next of the previous page')
  }
  return { time: Number(time), id }
}

function listOf<Value extends string>(
  field: string,
  text: string | undefined,
  allowed: readonly Value[],
): Value[] | undefined {
  if (text === undefined || text === '') return undefined
  return text.split(',').map((one) => {
    const known = allowed.find((value) => value === one)
    if (known === undefined) throw invalid(field, one, `one or several of ${allowed.join(', ')}`)
    return known
  })
}

function storedStates(states: AlertState[] | undefined): SQL | undefined {
  return (
    states &&
    inArray(
      alerts.state,
      states.filter((state) => state !== 'pending'),
    )
  )
}

function ofStation(id: string): SQL | undefined {
  return or(eq(alerts.station, clean(id)), eq(alerts.other, clean(id)))
}

function assignedTo(assignee: string, username: string): SQL {
  if (assignee === 'none') return isNull(alerts.assignee)
  return eq(alerts.assignee, assignee === 'me' ? username : clean(assignee))
}

function jurisdictionOf({ jurisdiction }: AlertsQuery, { territory, territories }: Around): Territory[] {
  if (jurisdiction === undefined) return []
  const area = territories.of([jurisdiction])
  if (!territory.hasJurisdiction(jurisdiction) || !area.hasJurisdiction(jurisdiction)) {
    throw notFound('jurisdiction', jurisdiction)
  }
  return [area]
}

function stationsOf(site: string, { registry, territory }: Around): string[] {
  if (!territory.hasSite(site)) throw notFound('site', site)
  return [...registry.stations.values()].flatMap((station) =>
    station.site === site && territory.hasStation(station.id) ? station.id : [],
  )
}

/** What has `text` in its name. */
function callOf(text: string, { registry, territory }: Around) {
  const sought = text.toLowerCase()
  const stations = [...registry.stations.values()].flatMap(({ id, name }) =>
    territory.hasStation(id) && (name.toLowerCase().includes(sought) || id.toLowerCase().includes(sought))
      ? id
      : [],
  )
  const pattern = `%${clean(text).replace(/[\\%_]/g, '\\$&')}%`
  const inside = new Set(stations)
  return {
    stations,
    rules: sql`${alerts.rule} in (
      select ${rules.id} from ${rules} where ${rules.definition} ->> 'name' ilike ${pattern})`,
    pending: ({ ruleName, station, other }: PendingAlert & AlertPlace) =>
      ruleName.toLowerCase().includes(sought) || inside.has(station ?? '') || inside.has(other ?? ''),
  }
}

function timeOf(field: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined
  // An unescaped + of the offset arrives as a space.
  const time = parseIsoTime(text.replace(' ', '+'))
  if (time === undefined) throw invalid(field, text, 'ISO 8601 with offset, such as 2026-11-22T08:00:00Z')
  return new Date(time)
}

/** No id has a character that PostgreSQL cannot hold. */
function clean(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD')
}
