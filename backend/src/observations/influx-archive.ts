import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Adopted, type Archived, type ArchiveSteps, addTally, type Census } from './archivable.ts'
import { ArchiveReader, archivedDays, GrowingBatch } from './archive-files.ts'
import { DAY, dayOf } from './days.ts'
import { DuckDbStore } from './duckdb-store.ts'
import type { InfluxSeries } from './influx-client.ts'
import { NUMBERS_PER_SERIES, POINTS_PER_DAY, pointsPerSeries } from './influx-queries.ts'
import {
  type AppendResult,
  type ObservationBatch,
  type SeriesQuery,
  type StoredObservation,
  StoreUnavailableError,
} from './store.ts'

/** What InfluxStore lends of itself. */
export interface InfluxParts {
  query(statement: string): Promise<InfluxSeries[]>
  series(query: SeriesQuery): Promise<StoredObservation[]>
  append(batch: ObservationBatch): Promise<AppendResult>
  datastreamOf(series: InfluxSeries): number | undefined
}

/** Points fetched before they are sorted into files: bounds the disk this takes beside the archive. */
const STAGED_POINTS = 5_000_000
const PAGE = 20_000
const BATCH_ROWS = 131_072
/** Lines of one request to InfluxDB are fewer; larger batches only hold memory. */
const ADOPTED_ROWS = 50_000
const REASONS_KEPT = 5

interface DayRange {
  from: number
  to: number
  points: number
}

/**
 * InfluxDB answers series by series, the archive is kept day by day: neighbouring days are fetched into an
 * embedded store beside the archive, which sorts them, and is thrown away.
 */
export async function archiveInflux(
  parts: InfluxParts,
  directory: string,
  { signal, progress }: ArchiveSteps,
): Promise<Archived> {
  const leftOut: Archived['leftOut'] = new Map()
  for (const range of joinDays(await daysWithPoints(parts))) {
    const staging = join(directory, 'staging')
    const store = new DuckDbStore({ directory: staging })
    try {
      await store.start()
      await fetchRange(parts, store, range, leftOut, signal)
      await store.archive(directory, { signal, progress })
    } finally {
      await store.stop()
      await rm(staging, { recursive: true, force: true })
    }
  }
  return { leftOut }
}

async function daysWithPoints(parts: InfluxParts): Promise<{ day: number; points: number }[]> {
  const [series] = await parts.query(POINTS_PER_DAY)
  return (series?.values ?? []).map(([time, points]) => ({
    day: dayOf(time as number),
    points: points as number,
  }))
}

/** Runs of days that together hold few enough points; a single day may hold more. */
function joinDays(days: readonly { day: number; points: number }[]): DayRange[] {
  const ranges: DayRange[] = []
  for (const { day, points } of days) {
    const last = ranges.at(-1)
    if (last && last.points + points <= STAGED_POINTS) {
      last.to = (day + 1) * DAY
      last.points += points
    } else ranges.push({ from: day * DAY, to: (day + 1) * DAY, points })
  }
  return ranges
}

async function fetchRange(
  parts: InfluxParts,
  store: DuckDbStore,
  { from, to }: DayRange,
  leftOut: Archived['leftOut'],
  signal: AbortSignal,
): Promise<void> {
  let sequence = 0
  let batch = new GrowingBatch(BATCH_ROWS)
  const flush = async () => {
    if (batch.length > 0) await store.append(batch.numbered(++sequence))
    batch = new GrowingBatch(BATCH_ROWS)
  }
  for (const series of await parts.query(pointsPerSeries(from, to))) {
    const datastream = parts.datastreamOf(series)
    if (datastream === undefined) {
      const { station, property } = series.tags ?? {}
      const name = `${station}/${property}`
      leftOut.set(name, (leftOut.get(name) ?? 0) + Number(series.values[0]?.[1]))
      continue
    }
    for (let after: number | undefined; ; ) {
      signal.throwIfAborted()
      const page = await parts.series({ datastream, from, to, limit: PAGE, after })
      for (const observation of page) {
        batch.add(datastream, observation)
        if (batch.length === BATCH_ROWS) await flush()
      }
      if (page.length < PAGE) break
      after = page.at(-1)?.phenomenonTime
    }
  }
  await flush()
}

/** Writes an archive's observations and reads back what the server then counts. */
export async function adoptInflux(
  parts: InfluxParts,
  directory: string,
  { signal, progress }: ArchiveSteps,
): Promise<Adopted> {
  const refused: Adopted['refused'] = { count: 0, reasons: [] }
  const reader = await ArchiveReader.open()
  let sequence = 0
  try {
    for (const { name, parts: files } of await archivedDays(directory)) {
      for (const { path } of files) {
        for await (const batch of reader.batches(path, ADOPTED_ROWS, () => ++sequence)) {
          signal.throwIfAborted()
          const result = await parts.append(batch)
          refused.count += result.refused.length
          for (const { reason } of result.refused) {
            if (refused.reasons.length < REASONS_KEPT) refused.reasons.push(reason)
          }
        }
      }
      progress(name)
    }
  } finally {
    reader.close()
  }
  return { census: await census(parts), refused }
}

async function census(parts: InfluxParts): Promise<Census> {
  const census: Census = new Map()
  for (const series of await parts.query(pointsPerSeries())) {
    const count = Number(series.values[0]?.[1])
    addTally(census, registered(parts, series), { count, numbers: 0, sum: 0, absolute: 0 })
  }
  for (const series of await parts.query(NUMBERS_PER_SERIES)) {
    const [, numbers, sum] = series.values[0] ?? []
    const tally = { count: 0, numbers: Number(numbers ?? 0), sum: Number(sum ?? 0), absolute: 0 }
    addTally(census, registered(parts, series), tally)
  }
  return census
}

function registered(parts: InfluxParts, series: InfluxSeries): number {
  const datastream = parts.datastreamOf(series)
  if (datastream !== undefined) return datastream
  throw new StoreUnavailableError(`InfluxDB holds a series of somebody else: ${JSON.stringify(series.tags)}`)
}
