import { QUALITY } from '@osprey/core/quality'
import type { InfluxSeries } from './influx-client.ts'
import { columnsQuery } from './influx-queries.ts'
import { type DatastreamDescription, EMPTY_COLUMNS, type ObservationColumns } from './store.ts'

/** Points per answer: some megabytes of JSON. */
const POINTS_PER_PAGE = 50_000

/** Every point of a series in [from, to), page after page, in columns. */
export async function readInfluxColumns(
  query: (statement: string) => Promise<InfluxSeries[]>,
  description: DatastreamDescription,
  from: number,
  to: number,
): Promise<ObservationColumns> {
  const pages: Page[] = []
  for (let next = from; next < to; ) {
    const [series] = await query(columnsQuery(description, { from: next, to, limit: POINTS_PER_PAGE }))
    if (!series) break
    const page = pageOf(series)
    pages.push(page)
    if (page.length < POINTS_PER_PAGE) break
    next = (page.phenomenonTime[page.length - 1] as number) + 1
  }
  return joined(pages)
}

interface Page extends ObservationColumns {
  length: number
  text: Map<number, string>
}

function pageOf({ columns, values }: InfluxSeries): Page {
  const [time, value, text, quality] = ['time', 'value', 'text', 'quality'].map((name) =>
    columns.indexOf(name),
  )
  const page: Page = {
    length: values.length,
    phenomenonTime: new Float64Array(values.length),
    value: new Float64Array(values.length).fill(Number.NaN),
    quality: new Uint8Array(values.length),
    text: new Map(),
  }
  values.forEach((point, row) => {
    const flag = point[quality as number] as number
    page.phenomenonTime[row] = point[time as number] as number
    page.quality[row] = flag
    // Fields of an earlier write stay when a later one lacks them: a missing result hides them.
    if (flag === QUALITY.missing) return
    const number = point[value as number]
    const category = point[text as number]
    if (typeof number === 'number') page.value[row] = number
    else if (typeof category === 'string') page.text.set(row, category)
  })
  return page
}

function joined(pages: readonly Page[]): ObservationColumns {
  const [only] = pages
  if (!only) return EMPTY_COLUMNS
  const total = pages.reduce((sum, { length }) => sum + length, 0)
  const all = {
    phenomenonTime: new Float64Array(total),
    value: new Float64Array(total),
    quality: new Uint8Array(total),
  }
  const texts = new Map<number, string>()
  let start = 0
  for (const { length, phenomenonTime, value, quality, text } of pages) {
    all.phenomenonTime.set(phenomenonTime, start)
    all.value.set(value, start)
    all.quality.set(quality, start)
    for (const [row, category] of text) texts.set(start + row, category)
    start += length
  }
  return texts.size > 0 ? { ...all, text: texts } : all
}
