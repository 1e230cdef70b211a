import { NO_LEVEL, type StationStore } from './station-store.ts'

const LIVE = 0
const SILENT = 1

/**
 * How urgently a station asks for attention, higher first: an alert that fires, by its
 * severity; exceeding a limit, by level; then silence, because
 * nobody knows what happens there; then live stations by level; last those that never reported.
 */
export function severityOf(store: StationStore, row: number): number {
  const level = (store.level[row] as number) - NO_LEVEL
  const firing = store.firing[row] as number
  if (firing > 0) return 30 + firing
  if (store.exceeding[row] === 1) return 20 + level
  const status = store.status[row]
  if (status === LIVE) return 1 + level
  return status === SILENT ? 10 : 0
}

export const ORDERS = ['severity', 'name'] as const
export type ListOrder = (typeof ORDERS)[number]

/**
 * Place of every row in the order of names. Comparing names as a language does is slow, and the list is put in order
 * again and again: so it is done once for all stations.
 */
export function nameRanks(store: StationStore, collator: Intl.Collator): Int32Array<ArrayBuffer> {
  const names = store.records.map((record) => record.name)
  const rows = names.map((_, row) => row)
  rows.sort((a, b) => collator.compare(names[a] as string, names[b] as string) || a - b)
  const ranks = new Int32Array(rows.length)
  rows.forEach((row, rank) => {
    ranks[row] = rank
  })
  return ranks
}

/** Rows in the order the list shows them; equally urgent ones by name. */
export function orderedRows(
  store: StationStore,
  rows: readonly number[],
  order: ListOrder,
  ranks: Int32Array,
): number[] {
  // One number per row to sort by: the rank decides within a severity.
  const keys = new Float64Array(rows.length)
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] as number
    const severity = order === 'severity' ? severityOf(store, row) : 0
    keys[at] = (ranks[row] as number) - severity * store.size
  }
  const rowOf = new Map<number, number>()
  for (let at = 0; at < rows.length; at++) rowOf.set(keys[at] as number, rows[at] as number)
  return Array.from(keys.sort(), (key) => rowOf.get(key) as number)
}
