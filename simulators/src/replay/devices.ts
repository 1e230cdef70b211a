import type { DeviceInput, StationInput } from '@osprey/core/api'
import type { MappedStation, MappedValue, Mapping } from './mapping.ts'
import type { ReplayFile, Row } from './read-rows.ts'

/** A device of a replay with the rows it sends, in order of time. */
export interface ReplayDevice {
  id: string
  stations: string[]
  rows: Row[]
}

/** Divides the rows among devices: one gateway for all, or one device per station, named like it. */
export function divide(file: ReplayFile, mapping: Mapping): ReplayDevice[] {
  if (mapping.gateway !== undefined) {
    return [{ id: mapping.gateway, stations: file.stations.map(({ id }) => id), rows: file.rows }]
  }
  const devices = file.stations.map(({ id }): ReplayDevice => ({ id, stations: [id], rows: [] }))
  for (const row of file.rows) devices[row.station]?.rows.push(row)
  return devices
}

/** What the platform has to know of a device: its stations, and units other than those of the catalogue. */
export function deviceInput(device: ReplayDevice, mapping: Mapping): DeviceInput {
  const foreign = mapping.values.filter(({ unit, property }) => unit !== property.unit)
  return {
    id: device.id,
    stations: device.stations,
    units: Object.fromEntries(foreign.map(({ property, unit }) => [property.id, unit])),
  }
}

export function stationInput(station: MappedStation, mapping: Mapping): StationInput {
  return {
    id: station.id,
    name: station.name ?? station.match ?? station.id,
    latitude: station.latitude,
    longitude: station.longitude,
    medium: station.medium ?? mapping.medium,
    elevation: station.elevation,
    description: mapping.source,
  }
}

/** One row as a report of the device protocol. The station is named only where a device has several. */
export function reportOf(
  row: Row,
  device: ReplayDevice,
  stations: readonly MappedStation[],
  values: readonly MappedValue[],
): string {
  const readings: Record<string, unknown> = {}
  for (let index = 0; index < values.length; index++) {
    const value = row.values[index]
    if (value !== undefined) readings[(values[index] as MappedValue).property.id] = value
  }
  const station = device.stations.length > 1 ? { station: stations[row.station]?.id } : {}
  return JSON.stringify({ ...station, time: row.time, values: readings })
}

export function readingsOf(row: Row): number {
  let count = 0
  for (const value of row.values) if (value !== undefined) count++
  return count
}
