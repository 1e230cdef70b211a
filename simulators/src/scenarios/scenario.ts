import type { Value } from '@osprey/core/report'
import type { Effluent } from '../territory/outlets.ts'
import type { Point } from '../territory/plane.ts'
import type { StackComponent } from '../territory/plants.ts'

/** What happens to a plant while a scenario runs. */
export interface PlantDisturbance {
  /** Share of the treatment still working, 0 to 1. */
  treatment?: number
  /** The stack's components it fails to hold back; all unless given. */
  passing?: readonly StackComponent[]
  /** The plant produces at this share of full load, whatever its pattern says. */
  load?: number
  bypassOpen?: boolean
  doorOpen?: boolean
}

/** What comes out of an outlet besides, or instead of, its usual water. */
export interface OutletDisturbance {
  /** m³/s more than usual. */
  flow?: number
  /** Replaces the usual quality, wholly or in part. */
  quality?: Partial<Effluent>
}

/** A true value and what the instrument would read; what it reports instead. */
export type ReadingFault = (reading: { station: string; property: string; value: Value }) => Value

/** Everything a scenario does at one instant. */
export interface Effects {
  plants?: Readonly<Record<string, PlantDisturbance>>
  outlets?: Readonly<Record<string, OutletDisturbance>>
  /** µg/m³ of PM10 from outside at a place, and m/s of wind with it. */
  dust?: { at: (place: Point) => number; wind: number }
  /** Sound sources beside stations, dB(A) at the microphone. */
  noise?: Readonly<Record<string, number>>
  /** Added to the concentration at stations. */
  air?: Readonly<Record<string, Readonly<Record<string, number>>>>
  fault?: ReadingFault
  /** Stations whose readings are lost. */
  silent?: readonly string[]
  /** Devices that keep their reports until later. */
  holding?: readonly string[]
}

/** What an observer must find in the data: the ground truth. */
export interface Truth {
  stations: readonly string[]
  properties: readonly string[]
  /** ms after the start of the scenario. */
  from: number
  to: number
  effect:
    | 'rise'
    | 'fall'
    | 'flat'
    | 'spikes'
    | 'drift'
    | 'noise'
    | 'absent'
    | 'late'
    | 'implausible'
    | 'mismatch'
  note: string
}

export interface Scenario {
  id: string
  title: { en: string; zh: string }
  summary: string
  /** ms from the start until the last effect has passed, travel downstream included. */
  duration: number
  /** On which share of days it happens, and around which local hour. */
  schedule: { share: number; hour: number; spread: number }
  truth: readonly Truth[]
  /** `elapsed` ms since the start, at least 0 and below `duration`. `draw(n)` is uniform in 0..1, one per run and n. */
  effects(elapsed: number, draw: (index: number) => number): Effects
}
