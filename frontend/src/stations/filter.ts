import { MEDIA, type Medium } from '@osprey/core/properties'
import type { StationStore } from './station-store.ts'

export const CONDITIONS = ['firing', 'exceeding', 'live', 'silent', 'never'] as const
export type Condition = (typeof CONDITIONS)[number]

/** What the map and the list show. An empty list of media or conditions means all of them. */
export interface StationFilter {
  readonly media: readonly Medium[]
  readonly conditions: readonly Condition[]
  /** Only stations that measure it, coloured by it; null for every station by its worst property. */
  readonly property: string | null
}

export const EVERYTHING: StationFilter = { media: [], conditions: [], property: null }

const LIVE = 0
const SILENT = 1

/** Whether membership can change without a change of the registry. */
export function dependsOnState(filter: StationFilter): boolean {
  return filter.conditions.length > 0 || filter.property !== null
}

/** Rows of the stations that pass the filter, ascending. */
export function matchingRows(store: StationStore, filter: StationFilter): Int32Array {
  const wanted = MEDIA.map((medium) => filter.media.length === 0 || filter.media.includes(medium))
  const rows = new Int32Array(store.size)
  let count = 0
  for (let row = 0; row < store.size; row++) {
    if (!wanted[store.medium[row] as number]) continue
    if (filter.property !== null && !store.measures(row, filter.property)) continue
    if (filter.conditions.length > 0 && !meets(store, row, filter.conditions)) continue
    rows[count++] = row
  }
  return rows.subarray(0, count)
}

function meets(store: StationStore, row: number, conditions: readonly Condition[]): boolean {
  if ((store.firing[row] as number) > 0 && conditions.includes('firing')) return true
  if (store.exceeding[row] === 1 && conditions.includes('exceeding')) return true
  const status = store.status[row]
  return conditions.includes(status === LIVE ? 'live' : status === SILENT ? 'silent' : 'never')
}
