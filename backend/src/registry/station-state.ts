import type { LatestValue, StationAlert, StationStatus } from '@osprey/core/live'
import type { Latest } from '../pipeline/latest.ts'
import type { Resolver } from '../pipeline/resolver.ts'

export interface StationState {
  status: StationStatus
  level: number | null
  alert: StationAlert
  /** By property id. */
  latest: Record<string, LatestValue>
}

export type StateOf = (station: string) => StationState

/** Reads a station's state and latest values out of the pipeline's memory. */
export function stateReader(resolver: Resolver, latest: Latest): StateOf {
  return (id) => {
    const station = resolver.station(id)
    if (!station) return { status: 'never', level: null, alert: 'none', latest: {} }
    return {
      status: latest.status(station),
      level: latest.level(station),
      alert: latest.alert(station),
      latest: latest.details(station),
    }
  }
}
