import type { DeviceAuthentication, DeviceView } from '@osprey/core/api'
import type { Medium } from '@osprey/core/properties'
import { isId } from '@osprey/core/topics'
import type { StationRecord } from '../stations/station-store.ts'
import type { BulkRow } from './bulk-text.ts'

export interface StationSelection {
  /** Empty: every medium. */
  medium: Medium | ''
  /** Empty: every site and those without one. */
  site: string
  /** Leaves out the stations that a device already speaks for. */
  onlyWithout: boolean
  /** Stands before the station's id in the id of the device. */
  prefix: string
  authentication: DeviceAuthentication
}

/** One device for each of the selected stations, in the order of the stations' ids. */
export function devicesForStations(
  stations: readonly StationRecord[],
  devices: readonly DeviceView[],
  { medium, site, onlyWithout, prefix, authentication }: StationSelection,
): BulkRow[] {
  const served = new Set(onlyWithout ? devices.flatMap((device) => device.stations) : [])
  const taken = new Set(devices.map((device) => device.id))
  return stations
    .filter((station) => medium === '' || station.medium === medium)
    .filter((station) => site === '' || station.site === site)
    .filter((station) => !served.has(station.id))
    .map((station) => station.id)
    .sort()
    .map((station, index) => {
      const id = `${prefix}${station}`
      const reason = !isId(id) ? 'bad_id' : taken.has(id) ? 'existing_id' : null
      const problem = reason === null ? null : ({ reason, value: id } as const)
      return { line: index + 1, id, stations: [station], authentication, problem }
    })
}
