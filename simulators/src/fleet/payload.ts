import { propertyById } from '@osprey/core/properties'
import type { Value } from '@osprey/core/report'
import { conversion } from '@osprey/core/units'
import type { Readings } from '../environment/world.ts'
import type { SimulatedDevice } from '../territory/devices.ts'

/** What one station reports at one time. */
export interface StationReport {
  station: string
  /** Epoch ms. */
  time: number
  readings: Readings
}

/** The message a device sends for some reports, in the protocol and units it speaks. At least one report. */
export function payloadOf(device: SimulatedDevice, reports: readonly StationReport[]): string {
  return device.protocol === 'senml' ? senml(device, reports) : observations(device, reports)
}

function observations(device: SimulatedDevice, reports: readonly StationReport[]): string {
  const list = reports.map(({ station, time, readings }) => ({
    ...(device.stations.length > 1 ? { station } : {}),
    ...(device.clockless ? {} : { time }),
    values: inDeviceUnits(device, readings),
  }))
  return JSON.stringify(list.length === 1 ? list[0] : list)
}

/** SenML JSON (RFC 8428): a base name and time per report, a record per reading. Missing readings are left out. */
function senml(device: SimulatedDevice, reports: readonly StationReport[]): string {
  const pack: Record<string, unknown>[] = []
  for (const { station, time, readings } of reports) {
    // 32473 is the enterprise number for documentation (RFC 5612).
    const name = device.stations.length > 1 ? `${station}/` : `urn:dev:ops:32473-sim-${station}:`
    let base: Record<string, unknown> = { bn: name, bt: time / 1000 }
    for (const [property, value] of Object.entries(readings)) {
      if (value === null) continue
      pack.push({ ...base, n: property, ...senmlValue(property, value) })
      base = {}
    }
  }
  return JSON.stringify(pack)
}

function senmlValue(property: string, value: Exclude<Value, null>): Record<string, unknown> {
  if (typeof value === 'boolean') return { vb: value }
  if (typeof value === 'string') return { vs: value }
  const unit = propertyById(property)?.unit ?? ''
  if (unit === 'uS/cm') return { u: 'S/m', v: significant(value / 10_000) }
  const name = property === 'humidity' ? '%RH' : SENML_NAMES[unit]
  return name === undefined ? { v: value } : { u: name, v: value }
}

/** SenML unit names by UCUM code; other units are left to the catalogue. */
const SENML_NAMES: Readonly<Record<string, string>> = {
  Cel: 'Cel',
  '%': '/100',
  hPa: 'hPa',
  'm/s': 'm/s',
  deg: 'deg',
  mm: 'mm',
  m: 'm',
  'W/m2': 'W/m2',
  '[pH]': 'pH',
  'mg/L': 'mg/l',
  'ug/L': 'ug/l',
  'ug/m3': 'ug/m3',
  '{NTU}': 'NTU',
}

function inDeviceUnits(device: SimulatedDevice, readings: Readings): Readings {
  if (Object.keys(device.units).length === 0) return readings
  const converted: Readings = {}
  for (const [property, value] of Object.entries(readings)) {
    const unit = device.units[property]
    converted[property] =
      unit === undefined || typeof value !== 'number' ? value : convert(property, unit, value)
  }
  return converted
}

function convert(property: string, unit: string, value: number): number {
  const target = propertyById(property)
  const found = target === undefined ? undefined : conversion(unit, target)
  if (found === undefined || !found.ok)
    throw new Error(`${property} in ${unit}: ${found?.detail ?? 'unknown property'}`)
  return decimals((value - found.offset) / found.factor, unit === '[ppm]' ? 2 : 1)
}

function decimals(value: number, count: number): number {
  const scale = 10 ** count
  return Math.round(value * scale) / scale
}

/** Four digits and what stands before the decimal point: as much as an instrument's display shows. */
function significant(value: number): number {
  return Number(value.toPrecision(Math.max(4, Math.ceil(Math.log10(Math.abs(value) + 1)) + 1)))
}
