import { NO_LEVEL, type StationStore } from '../stations/station-store.ts'

const LIVE = 0
const SILENT = 1

/** The worst of the members' states, and how many are in it. */
export interface ClusterState {
  /** Worst level of the live members; of all members when none is live; NO_LEVEL when none has one. */
  level: number
  exceeding: number
  silent: number
  live: number
  count: number
  /** Members with an alert that fires, and the rank of the worst severity among them. */
  firing: number
  worstAlert: number
}

/** Reduces the members' present states. Reads flat columns: a whole screen of clusters takes well under 1 ms. */
export function clusterState(store: StationStore, rows: Int32Array): ClusterState {
  const { status, level, exceeding, firing } = store
  let worstLive = NO_LEVEL
  let worstAny = NO_LEVEL
  let alerts = 0
  let silent = 0
  let live = 0
  let withAlert = 0
  let worstAlert = 0
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] as number
    const own = level[row] as number
    if (own > worstAny) worstAny = own
    if (exceeding[row] === 1) alerts++
    const rank = firing[row] as number
    if (rank > 0) withAlert++
    if (rank > worstAlert) worstAlert = rank
    if (status[row] === LIVE) {
      live++
      if (own > worstLive) worstLive = own
    } else if (status[row] === SILENT) silent++
  }
  return {
    level: live > 0 ? worstLive : worstAny,
    exceeding: alerts,
    silent,
    live,
    count: rows.length,
    firing: withAlert,
    worstAlert,
  }
}
