import type { AlertView } from './api/alerts.ts'
import type { NoticeView } from './api/notifications.ts'
import type { QualityFlag } from './quality.ts'

/** The live protocol: JSON text frames on the WebSocket `/live`. Times are epoch milliseconds. */

/** `live`: usable readings lately; `silent`: none within the station's silence limit; `never`: none yet. */
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

/** What every message about stations, and the heartbeat, says of its currency. */
export interface Currency {
  time: number
  /**
   * While the platform is more than a minute behind: the states show what was received until then. Null when they
   * are current.
   */
  delayedSince?: number | null
}

export interface SnapshotMessage extends Currency {
  type: 'snapshot'
  stations: StationState[]
  details: StationDetails
}

export interface DeltaMessage extends Currency {
  type: 'delta'
  stations: StationState[]
  details: StationDetails
}

/** Stations were added, changed or removed: fetch them again. */
export interface RegistryMessage {
  type: 'registry'
  time: number
}

export interface HeartbeatMessage extends Currency {
  type: 'heartbeat'
}

/** Alerts that fired or changed, each as it is now; only those inside the watcher's territory. */
export interface AlertsMessage {
  type: 'alerts'
  time: number
  alerts: AlertView[]
}

/** A notice for the person who watches. */
export interface NoticeMessage {
  type: 'notice'
  time: number
  notice: NoticeView
}

export type ServerMessage =
  | SnapshotMessage
  | DeltaMessage
  | RegistryMessage
  | HeartbeatMessage
  | AlertsMessage
  | NoticeMessage
