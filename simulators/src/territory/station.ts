import type { StationInput } from '@osprey/core/api'
import type { AirSite } from '../environment/air-model.ts'
import type { NoiseZone } from '../environment/noise-model.ts'
import type { WaterSite } from '../environment/river-model.ts'
import type { SoilSite } from '../environment/soil-model.ts'
import { type Point, toGeographic } from './plane.ts'

/** Which model of the environment a station observes, and where in it. */
export type Observes =
  | { model: 'air'; site: AirSite; weatherToo: boolean }
  | { model: 'weather'; shelter: number }
  | { model: 'water'; site: WaterSite }
  | { model: 'outlet'; outlet: string }
  | { model: 'noise'; zone: NoiseZone }
  | { model: 'soil'; site: SoilSite }
  | { model: 'stack'; plant: string }
  | { model: 'equipment'; plant: string }

export interface SimulatedStation extends StationInput {
  at: Point
  elevation: number
  observes: Observes
  properties: readonly string[]
}

export type Names = readonly [id: string, name: string, nameZh: string]

/** What the platform registers of a station. */
export function registration(station: SimulatedStation): StationInput {
  const { at: _at, observes: _observes, properties: _properties, ...input } = station
  return input
}

/** A station with its registration; silent after five minutes unless told otherwise. */
export function station(
  names: Names,
  medium: StationInput['medium'],
  at: Point,
  elevation: number,
  observes: Observes,
  properties: readonly string[],
  more: Partial<StationInput> = {},
): SimulatedStation {
  const [id, name, nameZh] = names
  const [longitude, latitude] = toGeographic(at)
  const { attributes, ...rest } = more
  const input = { id, name, latitude, longitude, medium, silentAfterSeconds: 300, ...rest, elevation }
  return { ...input, attributes: { name_zh: nameZh, ...attributes }, at, observes, properties }
}
