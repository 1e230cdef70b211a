import type { DeviceInput, PropertyInput, PropertyView, StationInput } from '@osprey/core/api'
import type { Credentials } from '../platform/credentials.ts'
import type { PlatformClient } from '../platform/platform-client.ts'
import { provisionDevices, provisionStations } from '../platform/provision.ts'
import { stationId } from './packets.ts'
import type { LoadDevice } from './run-load.ts'

/** The custom property that carries the sequence number of each message. */
export const SEQUENCE_PROPERTY: PropertyInput = {
  id: 'load_sequence',
  name: { en: 'Load test sequence', zh: '负载测试序号' },
  media: ['air'],
  unit: '1',
  symbol: '',
  kind: 'number',
  precision: 0,
}

/** Catalogue properties for which every `loadValue` is plausible, in the order they are added. */
export const VALUE_PROPERTIES = [
  'pm25',
  'pm10',
  'so2',
  'no2',
  'o3',
  'voc',
  'temperature',
  'humidity',
  'no',
  'nox',
  'nh3',
  'h2s',
  'co',
  'pm1',
  'tsp',
  'wind_speed',
] as const

export interface FleetShape {
  /** Devices are `prefix-00001` and so on. */
  prefix: string
  devices: number
  stationsPerDevice: number
}

/** Device ids with the number of stations each speaks for. */
export function fleetOf({ prefix, devices, stationsPerDevice }: FleetShape): Omit<LoadDevice, 'secret'>[] {
  return Array.from({ length: devices }, (_, index) => ({
    id: `${prefix}-${String(index + 1).padStart(5, '0')}`,
    stations: stationsPerDevice,
  }))
}

/** The stations of one device. */
export function stationIds(device: Omit<LoadDevice, 'secret'>): string[] {
  return Array.from({ length: device.stations }, (_, index) => stationId(device.id, index, device.stations))
}

/** Registers property, stations and devices of a load test and returns the devices with their secrets. */
export async function prepareFleet(
  client: PlatformClient,
  credentials: Credentials,
  shape: FleetShape,
): Promise<LoadDevice[]> {
  const fleet = fleetOf(shape)
  await ensureProperty(client, SEQUENCE_PROPERTY)
  await provisionStations(client, fleet.flatMap(stationIds).map(station))
  const inputs: DeviceInput[] = fleet.map((device) => ({ id: device.id, stations: stationIds(device) }))
  const secrets = await provisionDevices(client, credentials, inputs)
  return fleet.map((device) => ({ ...device, secret: secrets.get(device.id) ?? '' }))
}

async function ensureProperty(client: PlatformClient, property: PropertyInput): Promise<void> {
  const known = await client.get<PropertyView[]>('/api/properties')
  if (!known.some(({ id }) => id === property.id)) await client.post('/api/properties', property)
}

/** Stations on a grid of 0.01°, a hundred to a row, off the coast where no territory of ours lies. */
function station(id: string, index: number): StationInput {
  return {
    id,
    name: `Load test ${id}`,
    latitude: round(30 + Math.floor(index / 100) * 0.01),
    longitude: round(124 + (index % 100) * 0.01),
    medium: 'air',
  }
}

function round(value: number): number {
  return Math.round(value * 1e5) / 1e5
}
