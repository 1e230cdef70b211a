import { Controller, Get, Query, Req, Res } from '@nestjs/common'
import {
  MAX_OBSERVATIONS,
  type ObservationsQuery,
  type ObservationsView,
  observationsQuery,
  observationsView,
} from '@osprey/core/api'
import { QUALITY } from '@osprey/core/quality'
import { formatIsoTime, parseDuration, parseIsoTime } from '@osprey/core/time'
import type { Request, Response } from 'express'
import { Endpoint } from '../http/endpoint.ts'
import { invalid, notFound, unavailable } from '../http/problem.ts'
import { sendText } from '../http/send-text.ts'
import { Registry } from '../registry/registry.ts'
import { Stations } from '../registry/stations.ts'
import type { Territory } from '../territory/territory.ts'
import { Within } from '../territory/within.ts'
import { type ObservationStore, StoreUnavailableError } from './store.ts'

const SHORTEST_WINDOW_MS = 1000
const LONGEST_WINDOW_MS = 366 * 86_400_000

/** The part of the store that HTTP reads. */
export class ObservationReader {
  constructor(
    readonly series: ObservationStore['series'],
    readonly aggregate: ObservationStore['aggregate'],
  ) {}
}

interface Range {
  from: number
  to: number
  limit: number
  after: number | undefined
}

@Controller('api/observations')
export class ObservationsController {
  constructor(
    private readonly reader: ObservationReader,
    private readonly registry: Registry,
    private readonly stations: Stations,
  ) {}

  @Get()
  @Endpoint({
    summary: 'Observations of one property at one station, or an aggregate of them',
    answer: observationsView,
    problems: [404, 503],
  })
  async find(
    @Query({ schema: observationsQuery }) query: ObservationsQuery,
    @Within() territory: Territory,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const station = this.stations.get(query.station, territory)
    const property = this.registry.properties.get(query.property)
    if (!property) throw notFound('property', query.property)
    const range = rangeOf(query)
    const datastream = this.registry.datastreamOf(station.id, property.id)
    const page = datastream
      ? await this.read(datastream.id, query, range, property.kind)
      : { ...aggregateOf(query, property.kind), observations: [], next: null }
    const view: ObservationsView = {
      station: station.id,
      property: property.id,
      unit: property.unit,
      ...page,
    }
    await sendText(request, response, 'application/json', JSON.stringify(view))
  }

  private async read(datastream: number, query: ObservationsQuery, range: Range, kind: string) {
    const aggregate = aggregateOf(query, kind)
    try {
      return aggregate
        ? { ...aggregate, ...(await this.aggregate(datastream, aggregate, range)) }
        : await this.series(datastream, range)
    } catch (error) {
      if (error instanceof StoreUnavailableError) throw unavailable('the observation store does not answer')
      throw error
    }
  }

  private async series(datastream: number, range: Range) {
    const rows = await this.reader.series({ datastream, ...range })
    const last = rows.length === range.limit ? rows.at(-1) : undefined
    const observations = rows.map(({ phenomenonTime, value, quality }) => ({
      time: formatIsoTime(phenomenonTime),
      value,
      quality,
    }))
    return { observations, next: last ? formatIsoTime(last.phenomenonTime) : null }
  }

  /** Only usable observations are in an aggregate, so its quality is good; `next` is its last window's start. */
  private async aggregate(datastream: number, { every, statistic }: Aggregate, range: Range) {
    const width = windowOf(every)
    const from = range.after === undefined ? range.from : Math.max(range.from, range.after + width)
    if ((range.to - from) / width > MAX_OBSERVATIONS) {
      throw invalid(
        'every',
        every,
        `windows so wide that the range holds at most ${MAX_OBSERVATIONS} of them`,
      )
    }
    const points =
      from < range.to
        ? await this.reader.aggregate({ datastream, from, to: range.to, every: width, statistic })
        : []
    const page = points.slice(0, range.limit)
    const last = points.length > page.length ? page.at(-1) : undefined
    const observations = page.map(({ time, value, count }) => ({
      time: formatIsoTime(time),
      value,
      quality: QUALITY.good,
      count,
    }))
    return { observations, next: last ? formatIsoTime(last.time) : null }
  }
}

interface Aggregate {
  every: string
  statistic: NonNullable<ObservationsQuery['statistic']>
}

function aggregateOf({ every, statistic }: ObservationsQuery, kind: string): Aggregate | undefined {
  if (every === undefined) {
    if (statistic !== undefined) throw invalid('every', null, 'a window such as 1h beside a statistic')
    return undefined
  }
  windowOf(every)
  if (kind === 'category') throw invalid('every', every, 'no window: categories have no statistics')
  return { every, statistic: statistic ?? 'mean' }
}

function windowOf(every: string): number {
  const width = parseDuration(every)
  if (width === undefined || width < SHORTEST_WINDOW_MS || width > LONGEST_WINDOW_MS) {
    throw invalid('every', every, 'a window from 1s to 366d such as 15m, 1h or 1d')
  }
  return width
}

function rangeOf(query: ObservationsQuery): Range {
  const from = instantOf('from', query.from)
  const to = instantOf('to', query.to)
  if (from >= to) throw invalid('to', query.to, `an instant after from (${query.from})`)
  const after = query.after === undefined ? undefined : instantOf('after', query.after)
  return { from, to, limit: Number(query.limit), after }
}

function instantOf(field: string, text: string): number {
  // A plus sign that was not escaped arrives as a space.
  const time = /^-?\d{1,15}$/.test(text) ? Number(text) : parseIsoTime(text.replace(' ', '+'))
  if (time !== undefined && Math.abs(time) <= 8.64e15) return time
  throw invalid(field, text, 'ISO 8601 with offset such as 2026-11-22T08:00:00Z, or epoch milliseconds')
}
