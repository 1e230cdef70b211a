import { exceeds } from '@osprey/core/levels'
import type { StationState } from '@osprey/core/live'
import { QUALITY } from '@osprey/core/quality'
import { readingLevel } from './catalogue.ts'
import type { Latest, StationRecord } from './station-store.ts'

/** Seconds without a reading after which a station counts as silent, where the registry does not say. */
const SILENT_AFTER = 900

/**
 * The state of a station outside of the subscribed area, from its latest values, which are still received while its
 * panel is open. `now` is epoch milliseconds.
 */
export function derivedState(record: StationRecord, latest: Latest, now: number): StationState {
  const state: StationState = {
    id: record.id,
    status: 'never',
    level: null,
    alert: 'none',
    time: null,
    property: null,
    value: null,
  }
  let newest = Number.NEGATIVE_INFINITY
  for (const [property, [value, time, quality]] of Object.entries(latest)) {
    newest = Math.max(newest, time)
    if (quality === QUALITY.fail || quality === QUALITY.missing) continue
    const level = readingLevel(property, value, record.medium)
    if (state.property === null || (level ?? -1) > (state.level ?? -1)) {
      Object.assign(state, { level, property, value, time })
    }
    if (typeof value === 'number' && exceeds(property, value, record.medium)) state.alert = 'exceeding'
  }
  const limit = (record.silentAfterSeconds ?? SILENT_AFTER) * 1000
  if (Number.isFinite(newest)) state.status = now - newest > limit ? 'silent' : 'live'
  return state
}
