/** Where treated (or untreated) water enters a river. */
export interface Outlet {
  id: string
  river: RiverId
  /** Along the river. */
  km: number
  /** The treatment it comes out of; without it nothing flows but in a scenario. */
  plant?: string
  /** m³/s on average. */
  flow: number
  quality: Effluent
}

/** mg/L, but conductivity in µS/cm; pH without unit. */
export interface Effluent {
  ph: number
  cod: number
  ammonia_nitrogen: number
  total_phosphorus: number
  total_nitrogen: number
  conductivity: number
  suspended_solids: number
}

export type RiverId = 'lan' | 'shuang' | 'cao'

export const OUTLETS: readonly Outlet[] = [
  {
    id: 'echeng-works',
    river: 'lan',
    km: 25.6,
    plant: 'echeng-works',
    flow: 1.2,
    quality: {
      ph: 7.2,
      cod: 24,
      ammonia_nitrogen: 0.9,
      total_phosphorus: 0.24,
      total_nitrogen: 9.2,
      conductivity: 780,
      suspended_solids: 6,
    },
  },
  {
    id: 'huasheng-storm-drain',
    river: 'lan',
    km: 29.7,
    flow: 0,
    quality: {
      ph: 7.4,
      cod: 18,
      ammonia_nitrogen: 0.4,
      total_phosphorus: 0.1,
      total_nitrogen: 1.8,
      conductivity: 320,
      suspended_solids: 12,
    },
  },
  {
    id: 'heyang-works',
    river: 'lan',
    km: 30,
    plant: 'heyang-works',
    flow: 0.25,
    quality: {
      ph: 7.6,
      cod: 41,
      ammonia_nitrogen: 2.1,
      total_phosphorus: 0.31,
      total_nitrogen: 11.5,
      conductivity: 3100,
      suspended_solids: 9,
    },
  },
  {
    id: 'donggang-works',
    river: 'lan',
    km: 43,
    plant: 'donggang-works',
    flow: 0.31,
    quality: {
      ph: 7.7,
      cod: 36,
      ammonia_nitrogen: 1.4,
      total_phosphorus: 0.22,
      total_nitrogen: 10.4,
      conductivity: 2300,
      suspended_solids: 8,
    },
  },
  {
    id: 'digester',
    river: 'cao',
    km: 17,
    plant: 'digester',
    flow: 0.004,
    quality: {
      ph: 7.9,
      cod: 210,
      ammonia_nitrogen: 42,
      total_phosphorus: 5.2,
      total_nitrogen: 68,
      conductivity: 2600,
      suspended_solids: 70,
    },
  },
]

const BY_ID = new Map(OUTLETS.map((outlet) => [outlet.id, outlet]))

/** Throws for an id that is none: it would be a mistake in this program. */
export function outletById(id: string): Outlet {
  const outlet = BY_ID.get(id)
  if (outlet === undefined) throw new Error(`no outlet ${id}`)
  return outlet
}
