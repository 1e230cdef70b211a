import { INFLUX_TIME, MEASUREMENT, tagValue } from './influx-lines.ts'
import type { AggregateQuery, DatastreamDescription, SeriesQuery } from './store.ts'

/*
 * InfluxQL, the one query language that InfluxDB 1.x, 2.x and 3.x serve. Names are written as escaped literals:
 * 2.x ignores bound parameters on /query.
 */

const FIELDS = '"value", "text", "quality", "result_time"'

/** Columns time, value, text, quality, result_time. */
export function seriesQuery(description: DatastreamDescription, query: SeriesQuery): string {
  const from = query.after === undefined ? query.from : Math.max(query.after + 1, query.from)
  return `SELECT ${FIELDS} FROM "${MEASUREMENT}" WHERE ${ofSeries(description)} AND ${within(from, query.to)} LIMIT ${query.limit}`
}

/** Columns time, value, text and quality, from an instant on. */
export function columnsQuery(
  description: DatastreamDescription,
  { from, to, limit }: { from: number; to: number; limit: number },
): string {
  return `SELECT "value", "text", "quality" FROM "${MEASUREMENT}"
    WHERE ${ofSeries(description)} AND ${within(from, to)} LIMIT ${limit}`
}

/** Per series (tags station and property): columns time and number of points in [from, to). */
export function countsQuery(
  descriptions: readonly DatastreamDescription[],
  from: number,
  to: number,
): string {
  const any = descriptions.map((description) => `(${ofSeries(description)})`).join(' OR ')
  return `SELECT count("quality") FROM "${MEASUREMENT}"
    WHERE (${any}) AND ${within(from, to)} GROUP BY "station", "property"`
}

/** Columns time, result and count. */
export function aggregateQuery(description: DatastreamDescription, query: AggregateQuery): string {
  const { every, statistic, from, to } = query
  const offset = (((query.offset ?? 0) % every) + every) % every
  return `SELECT ${statistic}("value"), count("value") FROM "${MEASUREMENT}"
    WHERE ${ofSeries(description)} AND ${within(from, to)} AND "quality" <> 4 AND "quality" <> 9
    GROUP BY time(${every}ms, ${offset}ms) fill(none)`
}

/** Per series (tags station and property): columns time, quality, value, text, result_time of its newest point. */
export const LATEST = `SELECT last("quality") AS "quality", "value", "text", "result_time" FROM "${MEASUREMENT}"
  WHERE ${within(INFLUX_TIME.min, INFLUX_TIME.max)} GROUP BY "station", "property"`

/** Points of a series that have a result, newest first, before an instant; columns as seriesQuery. */
export function newestBefore(description: DatastreamDescription, before: number, limit: number): string {
  return `SELECT ${FIELDS} FROM "${MEASUREMENT}"
    WHERE ${ofSeries(description)} AND ${within(INFLUX_TIME.min, before)} AND "quality" <> 9
    ORDER BY time DESC LIMIT ${limit}`
}

/** Columns time (start of a day that holds points) and their number. */
export const POINTS_PER_DAY = `SELECT count("quality") FROM "${MEASUREMENT}"
  WHERE ${within(INFLUX_TIME.min, INFLUX_TIME.max)} GROUP BY time(1d) fill(none)`

/** Per series (tags station and property): columns time and number of points in [from, to). */
export function pointsPerSeries(from = INFLUX_TIME.min, to = INFLUX_TIME.max): string {
  return `SELECT count("quality") FROM "${MEASUREMENT}" WHERE ${within(from, to)} GROUP BY "station", "property"`
}

/** Per series: columns time, number and sum of the numbers that are not missing. */
export const NUMBERS_PER_SERIES = `SELECT count("value"), sum("value") FROM "${MEASUREMENT}"
  WHERE ${within(INFLUX_TIME.min, INFLUX_TIME.max)} AND "quality" <> 9 GROUP BY "station", "property"`

export const ANY_POINT = `SELECT "quality" FROM "${MEASUREMENT}"
  WHERE ${within(INFLUX_TIME.min, INFLUX_TIME.max)} LIMIT 1`

export function createDatabase(name: string): string {
  return `CREATE DATABASE ${identifier(name)}`
}

function ofSeries({ station, property }: DatastreamDescription): string {
  return `"station" = ${literal(tagValue(station))} AND "property" = ${literal(tagValue(property))}`
}

/** [from, to), cut to what InfluxDB can hold: it fails on a literal beyond. */
function within(from: number, to: number): string {
  const first = Math.max(from, INFLUX_TIME.min)
  const last = Math.min(to, INFLUX_TIME.max)
  return `time >= ${first}ms AND time < ${last}ms`
}

function literal(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`
}

function identifier(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&')}"`
}
