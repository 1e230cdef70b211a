import type { Device, Registry, Site, Station } from './registry.ts'

/** What the audit log keeps of registered things: every field a person can change, named one by one, no secret. */

export function auditedStation(station: Station) {
  const { id, name, latitude, longitude, medium, site, elevation, description } = station
  const { class: functionalClass, silentAfterSeconds, attributes } = station
  return {
    id,
    name,
    latitude,
    longitude,
    medium,
    site,
    elevation,
    description,
    class: functionalClass,
    silentAfterSeconds,
    attributes,
  }
}

export function auditedSite({ id, name, latitude, longitude, description, attributes }: Site) {
  return { id, name, latitude, longitude, description, attributes }
}

export function auditedDevice({ id, stations, units, authentication, disabled, rotatedAt }: Device) {
  return { id, stations, units, authentication, disabled, rotatedAt }
}

/** The devices that report for a station, and the stations of a site: what a removal takes them from. */
export function devicesOf(registry: Registry, station: string): string[] {
  return [...registry.devices.values()]
    .filter(({ stations }) => stations.includes(station))
    .map(({ id }) => id)
}

export function stationsOf(registry: Registry, site: string): string[] {
  return [...registry.stations.values()].filter((station) => station.site === site).map(({ id }) => id)
}
