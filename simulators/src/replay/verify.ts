import { MAX_OBSERVATIONS, type ObservationsView } from '@osprey/core/api'
import type { Value } from '@osprey/core/report'
import { forEachLimited } from '../platform/concurrency.ts'
import { type PlatformClient, PlatformError } from '../platform/platform-client.ts'
import type { MappedValue, Mapping } from './mapping.ts'
import type { ReplayFile } from './read-rows.ts'

/** One datastream as the file has it: time → value in the unit of the property. A later row of one time wins. */
export interface ExpectedSeries {
  station: string
  property: string
  values: Map<number, number | string>
}

export interface SeriesCheck {
  station: string
  property: string
  fileCount: number
  storedCount: number
  fileSum: number
  storedSum: number
  /** Times whose stored value is absent or not bit for bit that of the file. */
  different: number
  firstDifference:
    | { time: string; file: number | string; stored: number | string | null | undefined }
    | undefined
}

/** What the platform has to hold once the file is replayed. */
export function expectedSeries(file: ReplayFile, mapping: Mapping): ExpectedSeries[] {
  const series = new Map<string, ExpectedSeries>()
  for (const row of file.rows) {
    const station = file.stations[row.station]?.id ?? ''
    for (let index = 0; index < mapping.values.length; index++) {
      const sent = row.values[index]
      if (sent === undefined) continue
      const value = mapping.values[index] as MappedValue
      const key = `${station} ${value.property.id}`
      let entry = series.get(key)
      if (entry === undefined) {
        entry = { station, property: value.property.id, values: new Map() }
        series.set(key, entry)
      }
      entry.values.set(row.time, storedValue(sent, value))
    }
  }
  return [...series.values()]
}

/** The value as the platform stores it: numbers in the property's unit, true as 1, words as they are. */
export function storedValue(sent: Value, { stored }: MappedValue): number | string {
  if (typeof sent === 'boolean') return sent ? 1 : 0
  if (typeof sent === 'number')
    return stored.factor === 1 && stored.offset === 0 ? sent : sent * stored.factor + stored.offset
  return sent ?? ''
}

/** Reads every series back and compares it value by value. Sums are added in order of time on both sides. */
export async function verify(
  client: PlatformClient,
  series: readonly ExpectedSeries[],
): Promise<SeriesCheck[]> {
  const checks: SeriesCheck[] = []
  await forEachLimited(series, 4, async (expected) => {
    checks.push(compare(expected, await readStored(client, expected)))
  })
  return checks.sort((a, b) => a.station.localeCompare(b.station) || a.property.localeCompare(b.property))
}

export function compare(
  expected: ExpectedSeries,
  stored: ReadonlyMap<number, number | string | null>,
): SeriesCheck {
  const { station, property, values } = expected
  const check: SeriesCheck = {
    station,
    property,
    fileCount: values.size,
    storedCount: 0,
    fileSum: 0,
    storedSum: 0,
    different: 0,
    firstDifference: undefined,
  }
  for (const time of [...values.keys()].sort((a, b) => a - b)) {
    const wanted = values.get(time) as number | string
    const found = stored.get(time)
    if (found !== undefined && found !== null) check.storedCount++
    if (typeof wanted === 'number') check.fileSum += wanted
    if (typeof found === 'number') check.storedSum += found
    if (Object.is(found, wanted) || found === wanted) continue
    check.different++
    check.firstDifference ??= { time: new Date(time).toISOString(), file: wanted, stored: found }
  }
  return check
}

/** What the store holds between the first and the last time of the series. */
async function readStored(
  client: PlatformClient,
  { station, property, values }: ExpectedSeries,
): Promise<Map<number, number | string | null>> {
  let from = Number.POSITIVE_INFINITY
  let to = Number.NEGATIVE_INFINITY
  for (const time of values.keys()) {
    from = Math.min(from, time)
    to = Math.max(to, time)
  }
  const stored = new Map<number, number | string | null>()
  let after: string | undefined
  do {
    const page = await readPage(client, {
      station,
      property,
      from,
      to: to + 1,
      limit: MAX_OBSERVATIONS,
      after,
    })
    for (const { time, value } of page?.observations ?? []) stored.set(Date.parse(time), value)
    after = page?.next ?? undefined
  } while (after !== undefined)
  return stored
}

async function readPage(client: PlatformClient, query: Record<string, string | number | undefined>) {
  try {
    return await client.get<ObservationsView>('/api/observations', query)
  } catch (error) {
    // A datastream comes into being with its first observation.
    if (error instanceof PlatformError && error.status === 404) return undefined
    throw error
  }
}
