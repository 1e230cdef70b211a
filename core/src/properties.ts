import { AIR_PROPERTIES } from './properties/air.ts'
import { EMISSION_PROPERTIES } from './properties/emission.ts'
import { EQUIPMENT_PROPERTIES } from './properties/equipment.ts'
import { NOISE_PROPERTIES } from './properties/noise.ts'
import { SOIL_PROPERTIES } from './properties/soil.ts'
import { WATER_PROPERTIES } from './properties/water.ts'
import { WEATHER_PROPERTIES } from './properties/weather.ts'

export const MEDIA = [
  'air',
  'weather',
  'surface-water',
  'waste-water',
  'noise',
  'soil',
  'emission',
  'equipment',
] as const

export type Medium = (typeof MEDIA)[number]

export type PropertyKind = 'number' | 'boolean' | 'category'

/** What a datastream observes (SensorThings ObservedProperty) with how its results are written. */
export interface ObservedProperty {
  readonly id: string
  readonly name: { readonly en: string; readonly zh: string }
  /** The media of the stations at which it is measured; the first is where it belongs. */
  readonly media: readonly Medium[]
  /** UCUM code of the unit results are stored in; `1` for what has no unit. */
  readonly unit: string
  /** The unit as shown to people; empty for what has no unit. */
  readonly symbol: string
  readonly kind: PropertyKind
  /** Plausible range, both ends inclusive: a reading outside fails the gross range test. */
  readonly range?: readonly [number, number]
  /** Decimals shown. */
  readonly precision: number
  /** Factor code of HJ 212-2017, Annex B. */
  readonly hj212?: string
  readonly categories?: readonly string[]
  /** g/mol, where a mole fraction or a molar concentration can be turned into a mass concentration. */
  readonly molarMass?: number
  /** URI that defines the property. */
  readonly definition?: string
}

/** The catalogue. Custom properties are added in the registry. */
export const OBSERVED_PROPERTIES: readonly ObservedProperty[] = [
  ...AIR_PROPERTIES,
  ...WEATHER_PROPERTIES,
  ...WATER_PROPERTIES,
  ...NOISE_PROPERTIES,
  ...SOIL_PROPERTIES,
  ...EMISSION_PROPERTIES,
  ...EQUIPMENT_PROPERTIES,
]

const BY_ID: ReadonlyMap<string, ObservedProperty> = new Map(OBSERVED_PROPERTIES.map((p) => [p.id, p]))

/** The catalogue entry of an id, or undefined. */
export function propertyById(id: string): ObservedProperty | undefined {
  return BY_ID.get(id)
}
