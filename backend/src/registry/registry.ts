import type { StationInput } from '@osprey/core/api'
import { OBSERVED_PROPERTIES, type ObservedProperty } from '@osprey/core/properties'
import { asc } from 'drizzle-orm'
import type { Database, Transaction } from '../database/database.ts'
import { datastreams, deviceStations, devices, properties, sites, stations } from '../database/schema.ts'

export type Station = Omit<typeof stations.$inferSelect, 'medium'> & Pick<StationInput, 'medium'>
export type Site = typeof sites.$inferSelect
export type Device = typeof devices.$inferSelect & { stations: string[] }
export interface Datastream {
  id: number
  station: string
  property: string
}

/** What the pipeline needs to resolve a reading, told after every committed change. */
export interface ResolverFeed {
  setDevice(device: {
    id: string
    stations: string[]
    units: Record<string, string>
    disabled: boolean
  }): void
  removeDevice(id: string): void
  setStation(station: {
    id: string
    latitude: number
    longitude: number
    medium: Station['medium']
    silentAfterSeconds: number
  }): void
  removeStation(id: string): void
  setProperty(property: ObservedProperty): void
  setDatastream(datastream: Datastream): void
}

/** A station that reports nothing for this long is silent, unless it has a limit of its own. */
export const SILENT_AFTER_SECONDS = 900

/**
 * Everything registered, in memory. PostgreSQL holds the truth: a change is committed there first and applied
 * here after, one at a time, so memory never shows what a crash would take back.
 */
export class Registry {
  readonly stations = new Map<string, Station>()
  readonly sites = new Map<string, Site>()
  readonly devices = new Map<string, Device>()
  /** The catalogue and the custom properties. */
  readonly properties = new Map<string, ObservedProperty>(OBSERVED_PROPERTIES.map((p) => [p.id, p]))
  readonly datastreams = new Map<number, Datastream>()
  private readonly byStation = new Map<string, Map<string, Datastream>>()
  private readonly listeners: (() => void)[] = []
  private turn: Promise<unknown> = Promise.resolve()

  constructor(
    private readonly database: Database,
    private readonly resolver: ResolverFeed,
  ) {}

  /** Loads everything. Devices come last: they refer to the rest. */
  async load(): Promise<void> {
    const { queries } = this.database
    for (const row of await queries.select().from(properties)) {
      this.applyProperty(row.definition as ObservedProperty)
    }
    for (const property of OBSERVED_PROPERTIES) this.resolver.setProperty(property)
    for (const row of await queries.select().from(sites).orderBy(asc(sites.id))) this.sites.set(row.id, row)
    const stationRows = await queries.select().from(stations).orderBy(asc(stations.id))
    for (const row of stationRows) this.applyStation(row as Station)
    for (const row of await queries.select().from(datastreams)) this.applyDatastream(row)
    const assigned = new Map<string, string[]>()
    const links = await queries
      .select()
      .from(deviceStations)
      .orderBy(asc(deviceStations.device), asc(deviceStations.position))
    for (const { device, station } of links) {
      const list = assigned.get(device)
      if (list) list.push(station)
      else assigned.set(device, [station])
    }
    for (const row of await queries.select().from(devices).orderBy(asc(devices.id))) {
      this.applyDevice({ ...row, stations: assigned.get(row.id) ?? [] })
    }
  }

  /** Runs one change at a time: `commit` in a transaction, then `apply` with its result, in memory. */
  change<Result>(
    commit: (transaction: Transaction) => Promise<Result>,
    apply: (result: Result) => void,
  ): Promise<Result> {
    const next = this.turn.then(async () => {
      const result = await this.database.queries.transaction(commit)
      apply(result)
      return result
    })
    this.turn = next.catch(() => {})
    return next
  }

  /** `listener` is called after stations, sites or properties changed. */
  onChange(listener: () => void): void {
    this.listeners.push(listener)
  }

  announce(): void {
    for (const listener of this.listeners) listener()
  }

  datastreamOf(station: string, property: string): Datastream | undefined {
    return this.byStation.get(station)?.get(property)
  }

  datastreamsOf(station: string): Datastream[] {
    return [...(this.byStation.get(station)?.values() ?? [])]
  }

  applyProperty(property: ObservedProperty): void {
    this.properties.set(property.id, property)
    this.resolver.setProperty(property)
  }

  applyStation(station: Station): void {
    const returned = !this.stations.has(station.id)
    this.stations.set(station.id, station)
    const { id, latitude, longitude, medium, silentAfterSeconds } = station
    this.resolver.setStation({
      id,
      latitude,
      longitude,
      medium,
      silentAfterSeconds: silentAfterSeconds ?? SILENT_AFTER_SECONDS,
    })
    if (returned) for (const datastream of this.datastreamsOf(id)) this.resolver.setDatastream(datastream)
  }

  /** The database took the station off its devices; so does memory. Its datastreams keep their numbers. */
  applyStationRemoval(id: string): void {
    this.stations.delete(id)
    this.resolver.removeStation(id)
    for (const device of this.devices.values()) {
      if (!device.stations.includes(id)) continue
      this.applyDevice({ ...device, stations: device.stations.filter((station) => station !== id) })
    }
  }

  applyDevice(device: Device): void {
    this.devices.set(device.id, device)
    const { id, units, disabled } = device
    this.resolver.setDevice({ id, stations: device.stations, units, disabled })
  }

  applyDeviceRemoval(id: string): void {
    this.devices.delete(id)
    this.resolver.removeDevice(id)
  }

  applyDatastream({ id, station, property }: Datastream): void {
    const datastream = { id, station, property }
    this.datastreams.set(id, datastream)
    const known = this.byStation.get(station)
    if (known) known.set(property, datastream)
    else this.byStation.set(station, new Map([[property, datastream]]))
    this.resolver.setDatastream(datastream)
  }
}
