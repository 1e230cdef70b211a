import type { QualityFlag } from './quality.ts'

/** The live protocol: JSON text frames on the WebSocket `/live`. Times are epoch milliseconds. */

/** `live`: reported lately; `silent`: nothing within the station's silence limit; `never`: no reading yet. */
export type StationStatus = 'live' | 'silent' | 'never'

export type StationAlert = 'none' | 'exceeding'

/** West, south, east, north in degrees (RFC 7946 clause 5). */
export type BoundingBox = readonly [number, number, number, number]

/** The most stations a client may ask details of. */
export const MAX_DETAIL_STATIONS = 50

export interface SubscribeMessage {
  type: 'subscribe'
  bbox: BoundingBox | null
  property: string | null
  stations: string[]
}

export type ClientMessage = SubscribeMessage

export interface StationState {
  id: string
  status: StationStatus
  /** 0 best … 5 worst; null when no level applies. */
  level: number | null
  alert: StationAlert
  /** Phenomenon time of the shown value. */
  time: number | null
  /** The subscribed property, else the one in the worst state. */
  property: string | null
  value: number | string | null
}

/** Value, phenomenon time, quality flag. */
export type LatestValue = [number | string | null, number, QualityFlag]

/** Station id → property id → its latest value. */
export type StationDetails = Record<string, Record<string, LatestValue>>

export interface SnapshotMessage {
  type: 'snapshot'
  time: number
  stations: StationState[]
  details: StationDetails
}

export interface DeltaMessage {
  type: 'delta'
  time: number
  stations: StationState[]
  details: StationDetails
}

/** Stations were added, changed or removed: fetch them again. */
export interface RegistryMessage {
  type: 'registry'
  time: number
}

export interface HeartbeatMessage {
  type: 'heartbeat'
  time: number
}

export type ServerMessage = SnapshotMessage | DeltaMessage | RegistryMessage | HeartbeatMessage
