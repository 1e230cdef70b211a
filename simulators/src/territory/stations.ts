import { airStations, gridSensors } from './air-stations.ts'
import { noiseStations, soilStations, weatherStations } from './ground-stations.ts'
import { equipmentStations, stackStations } from './plant-stations.ts'
import type { SimulatedStation } from './station.ts'
import { outletStations, waterStations } from './water-stations.ts'

/** Every station of the territory. */
export const STATIONS: readonly SimulatedStation[] = [
  ...airStations(),
  ...gridSensors(),
  ...weatherStations(),
  ...waterStations(),
  ...outletStations(),
  ...noiseStations(),
  ...soilStations(),
  ...stackStations(),
  ...equipmentStations(),
]

const BY_ID = new Map(STATIONS.map((station) => [station.id, station]))

/** Throws for an id that is none: it would be a mistake in this program. */
export function stationById(id: string): SimulatedStation {
  const station = BY_ID.get(id)
  if (station === undefined) throw new Error(`no station ${id}`)
  return station
}
