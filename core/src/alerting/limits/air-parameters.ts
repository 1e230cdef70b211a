import type { LimitParameter } from './limit.ts'

/**
 * Pollutants of ambient air as the standards name them. `decimals` is set by `chinese` alone: HJ 663 clause 5
 * and HJ 633 have concentrations rounded by GB/T 8170 before they are compared, µg/m³ to integers and CO in
 * mg/m³ to one decimal. The WHO and the EU compare what was measured.
 */
const microgram = (parameter: string, property: string | null): LimitParameter => ({
  parameter,
  property,
  unit: 'ug/m3',
  decimals: null,
})

export const SO2 = microgram('SO2', 'so2')
export const NO2 = microgram('NO2', 'no2')
export const O3 = microgram('O3', 'o3')
export const O3_TARGET = microgram('O3 target', 'o3')
export const PM10 = microgram('PM10', 'pm10')
export const PM25 = microgram('PM2.5', 'pm25')
export const TSP = microgram('TSP', 'tsp')
export const NOX = microgram('NOx', 'nox')
export const BENZENE = microgram('benzene', 'benzene')
/** Measured in the laboratory: no observed property of the catalogue. */
export const LEAD = microgram('Pb', null)
export const BENZOPYRENE = microgram('BaP', null)
export const CO: LimitParameter = { parameter: 'CO', property: 'co', unit: 'mg/m3', decimals: null }

/** With the rounding of the Chinese standards. */
export function chinese(parameter: LimitParameter): LimitParameter {
  return { ...parameter, decimals: parameter === CO ? 1 : 0 }
}
