import type { Registry } from '../registry/registry.ts'
import type { Territory } from './territory.ts'

/**
 * The reason of a rejection as a territory shows it. With less than the whole, a station that belongs to others reads
 * like one that was never there: else a device could be made to ask which stations exist.
 */
export function reasonWithin<Reason extends string | null>(reason: Reason, { whole }: Territory) {
  return reason === 'station_not_allowed' && !whole ? 'unknown_station' : reason
}

/** The devices a territory holds, for a query; undefined asks for no filter: everything, removed devices too. */
export function devicesWithin(
  registry: Pick<Registry, 'devices'>,
  territory: Territory,
): string[] | undefined {
  if (territory.whole) return undefined
  return [...registry.devices.keys()].filter((id) => territory.hasDevice(id))
}

/** The numbers of the datastreams of a territory's stations, likewise. */
export function datastreamsWithin(
  registry: Pick<Registry, 'stations' | 'datastreamsOf'>,
  territory: Territory,
): number[] | undefined {
  if (territory.whole) return undefined
  const stations = [...registry.stations.keys()].filter((id) => territory.hasStation(id))
  return stations.flatMap((id) => registry.datastreamsOf(id).map((datastream) => datastream.id))
}
