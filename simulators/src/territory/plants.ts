import { DONGGANG_PARK, HEYANG_PARK, inFrame } from './frames.ts'
import type { Point } from './plane.ts'

/** When a plant produces: always without a stop, always but for maintenance, as electricity is asked for, by shifts, or a batch at a time. */
export type Pattern = 'always' | 'continuous' | 'demand' | 'two-shift' | 'day-shift' | 'batch'

/** mg/m³ of dry gas at 273.15 K, at the reference oxygen content where there is one. */
export type StackGas = Partial<Record<StackComponent, number>>
export type StackComponent =
  | 'emission_pm'
  | 'emission_so2'
  | 'emission_nox'
  | 'emission_co'
  | 'emission_hcl'
  | 'emission_nmhc'

export interface Stack {
  at: Point
  /** m */
  height: number
  /** Inner diameter, m. */
  diameter: number
  /** °C and m/s at full load. */
  temperature: number
  velocity: number
  /** Percent by volume. */
  humidity: number
  /** Percent of oxygen measured at full load, and that to which results are converted. */
  oxygen: number
  referenceOxygen?: number
  treated: StackGas
  untreated: StackGas
}

export interface Plant {
  id: string
  site: string
  pattern: Pattern
  /** kW at full load. */
  production: number
  treatment: number
  /** m³/h of waste water or gas through treatment at full load. */
  treatmentFlow: number
  stack?: Stack
}

const heyang = (x: number, y: number) => inFrame(HEYANG_PARK, [x, y])
const donggang = (x: number, y: number) => inFrame(DONGGANG_PARK, [x, y])

/** Production units with the treatment that belongs to each. */
export const PLANTS: readonly Plant[] = [
  {
    id: 'power-1',
    site: 'donggang-power',
    pattern: 'demand',
    production: 3850,
    treatment: 1420,
    treatmentFlow: 11_800,
    stack: {
      at: donggang(0.7, 0.62),
      height: 150,
      diameter: 5.2,
      temperature: 52,
      velocity: 13.5,
      humidity: 12.8,
      oxygen: 5.3,
      referenceOxygen: 6,
      treated: { emission_pm: 3.1, emission_so2: 17, emission_nox: 34 },
      untreated: { emission_pm: 24, emission_so2: 760, emission_nox: 34 },
    },
  },
  {
    id: 'power-2',
    site: 'donggang-power',
    pattern: 'demand',
    production: 3920,
    treatment: 1460,
    treatmentFlow: 12_100,
    stack: {
      at: donggang(0.9, 0.58),
      height: 150,
      diameter: 5.2,
      temperature: 51,
      velocity: 13.2,
      humidity: 12.5,
      oxygen: 5.1,
      referenceOxygen: 6,
      treated: { emission_pm: 2.8, emission_so2: 15, emission_nox: 37 },
      untreated: { emission_pm: 22, emission_so2: 720, emission_nox: 240 },
    },
  },
  {
    id: 'sinter',
    site: 'xinyuan',
    pattern: 'continuous',
    production: 8200,
    treatment: 2650,
    treatmentFlow: 3300,
    stack: {
      at: donggang(2.4, 0.6),
      height: 100,
      diameter: 6,
      temperature: 61,
      velocity: 14.5,
      humidity: 11,
      oxygen: 15.4,
      referenceOxygen: 16,
      treated: { emission_pm: 7.4, emission_so2: 21, emission_nox: 39 },
      untreated: { emission_pm: 64, emission_so2: 410, emission_nox: 215 },
    },
  },
  {
    id: 'kiln',
    site: 'hongda',
    pattern: 'continuous',
    production: 6400,
    treatment: 780,
    treatmentFlow: 640,
    stack: {
      at: donggang(1.1, 1.7),
      height: 95,
      diameter: 4,
      temperature: 98,
      velocity: 12,
      humidity: 8.4,
      oxygen: 9.3,
      referenceOxygen: 10,
      treated: { emission_pm: 8.2, emission_so2: 24, emission_nox: 82 },
      untreated: { emission_pm: 460, emission_so2: 60, emission_nox: 310 },
    },
  },
  {
    id: 'incinerator',
    site: 'chengtai',
    pattern: 'continuous',
    production: 960,
    treatment: 430,
    treatmentFlow: 180,
    stack: {
      at: donggang(2.3, 1.72),
      height: 80,
      diameter: 2.1,
      temperature: 146,
      velocity: 15,
      humidity: 19,
      oxygen: 8.9,
      referenceOxygen: 11,
      treated: { emission_pm: 5.6, emission_so2: 13, emission_nox: 71, emission_hcl: 8.6, emission_co: 11 },
      untreated: {
        emission_pm: 210,
        emission_so2: 190,
        emission_nox: 240,
        emission_hcl: 340,
        emission_co: 60,
      },
    },
  },
  {
    id: 'boiler',
    site: 'ruihe',
    pattern: 'continuous',
    production: 2100,
    treatment: 165,
    treatmentFlow: 46,
    stack: {
      at: heyang(0.62, 0.5),
      height: 45,
      diameter: 1.6,
      temperature: 118,
      velocity: 10.5,
      humidity: 14.5,
      oxygen: 4.3,
      referenceOxygen: 3.5,
      treated: { emission_pm: 3.9, emission_so2: 6, emission_nox: 41, emission_co: 14 },
      untreated: { emission_pm: 6, emission_so2: 8, emission_nox: 165, emission_co: 30 },
    },
  },
  {
    id: 'fermenters',
    site: 'lantian',
    pattern: 'batch',
    production: 640,
    treatment: 122,
    treatmentFlow: 38_000,
    stack: {
      at: heyang(1, 1.46),
      height: 30,
      diameter: 1.1,
      temperature: 84,
      velocity: 11,
      humidity: 4.2,
      oxygen: 19.6,
      treated: { emission_nmhc: 13, emission_pm: 3.2, emission_nox: 17 },
      untreated: { emission_nmhc: 390, emission_pm: 9, emission_nox: 5 },
    },
  },
  {
    id: 'coating-line',
    site: 'jinmao',
    pattern: 'two-shift',
    production: 520,
    treatment: 96,
    treatmentFlow: 42_000,
    stack: {
      at: heyang(2.1, 1.44),
      height: 25,
      diameter: 1.2,
      temperature: 92,
      velocity: 12,
      humidity: 3.6,
      oxygen: 19.9,
      treated: { emission_nmhc: 17, emission_pm: 4.1, emission_nox: 21 },
      untreated: { emission_nmhc: 560, emission_pm: 16, emission_nox: 4 },
    },
  },
  {
    id: 'dyehouse',
    site: 'huasheng',
    pattern: 'two-shift',
    production: 760,
    treatment: 142,
    treatmentFlow: 64,
  },
  {
    id: 'heyang-works',
    site: 'heyang-wwtp',
    pattern: 'always',
    production: 96,
    treatment: 318,
    treatmentFlow: 900,
  },
  {
    id: 'donggang-works',
    site: 'donggang-wwtp',
    pattern: 'always',
    production: 84,
    treatment: 286,
    treatmentFlow: 1120,
  },
  {
    id: 'echeng-works',
    site: 'echeng-wwtp',
    pattern: 'always',
    production: 240,
    treatment: 840,
    treatmentFlow: 4320,
  },
  { id: 'digester', site: 'caoxi', pattern: 'day-shift', production: 86, treatment: 25, treatmentFlow: 9 },
]

const BY_ID = new Map(PLANTS.map((plant) => [plant.id, plant]))

/** Throws for an id that is none: it would be a mistake in this program. */
export function plantById(id: string): Plant {
  const plant = BY_ID.get(id)
  if (plant === undefined) throw new Error(`no plant ${id}`)
  return plant
}
