import { isDeepStrictEqual } from 'node:util'
import type { Medium, ObservedProperty, PropertyKind } from '@osprey/core/properties'
import { type Conversion, conversion } from '@osprey/core/units'

export interface StationRegistration {
  id: string
  latitude: number
  longitude: number
  medium: Medium
  /** Seconds without any reading after which the station counts as silent. */
  silentAfterSeconds?: number | undefined
}

export interface DeviceRegistration {
  id: string
  stations: readonly string[]
  /** Unit the device reports a property in (UCUM code), where it differs from the property's own. */
  units?: Readonly<Record<string, string>> | undefined
  disabled: boolean
}

export interface DatastreamRegistration {
  /** Positive 32-bit integer. */
  id: number
  station: string
  property: string
}

/** A station as the hot path sees it. Devices may name it before it is registered. */
export interface Station {
  readonly id: string
  /** Dense index, for typed arrays by station; a station removed and registered again gets a new one. */
  readonly slot: number
  /** Whether it is registered now. */
  present: boolean
  latitude: number
  longitude: number
  medium: Medium
  /** Milliseconds. */
  silentAfter: number
  /** Property id → series slot. */
  readonly series: Map<string, number>
}

export interface Device {
  readonly id: string
  readonly disabled: boolean
  readonly stations: Map<string, Station>
  /** The station of a report that names none. */
  sole: Station | undefined
  readonly units: Readonly<Record<string, string>> | undefined
  /** Property id → conversion from the device's unit; undefined when the device uses the catalogue's units. */
  conversions: ReadonlyMap<string, Conversion> | undefined
  /** Slot of its account in the ledger; -1 until its first message. */
  account: number
  /** Conversions worked out for this device outside the cache, see `convert`. */
  conversionsTried: number
}

export interface Property {
  readonly id: string
  readonly slot: number
  /** Undefined until the property is registered. */
  definition: ObservedProperty | undefined
  kind: PropertyKind
  minimum: number
  maximum: number
}

export type StationProblem = 'station_missing' | 'station_not_allowed' | 'unknown_station'

/** A registration as it was before it changed. */
interface FormerDevice {
  /** Undefined while the device was not registered. */
  device: Device | undefined
  /** Epoch milliseconds of the change. */
  until: number
}

/** Former registrations kept per device: as many changes as can matter while messages wait in the journal. */
const FORMER_DEVICES = 16
const DEFAULT_SILENT_AFTER = 900_000
const FIRST_CAPACITY = 1024
/** Conversions kept for unit names sent in messages. */
const CONVERSION_CACHE = 8192
/** A device inventing ever new unit names may not buy processor time with them: working one out is slow. */
const CONVERSIONS_PER_DEVICE = 1024

/**
 * The registry as the pipeline needs it: in memory, by slots. A series slot stands for one property at one
 * station, whether or not its datastream has been created yet. Registrations may arrive in any order.
 */
export class Resolver {
  readonly stations: Station[] = []
  readonly properties: Property[] = []
  seriesCount = 0
  /** By series slot: the datastream id, 0 while there is none. */
  seriesDatastream = new Int32Array(FIRST_CAPACITY)
  /** By series slot: station slot and property slot. */
  seriesStation = new Int32Array(FIRST_CAPACITY)
  seriesProperty = new Int32Array(FIRST_CAPACITY)
  /** Changes whenever a datastream or station comes or goes. */
  version = 0
  readonly #stationById = new Map<string, Station>()
  readonly #propertyById = new Map<string, Property>()
  readonly #devices = new Map<string, Device>()
  /** Oldest first. A message that waits in the journal is judged by what held when it was acknowledged. */
  readonly #former = new Map<string, FormerDevice[]>()
  /** Of the newest change in `#former`. */
  #changedAt = Number.NEGATIVE_INFINITY
  readonly #seriesByDatastream = new Map<number, number>()
  readonly #conversionCache = new Map<string, Conversion>()
  readonly #convert: typeof conversion
  readonly #now: () => number

  /** `now` (epoch milliseconds) tells when a registration changes. */
  constructor(convert: typeof conversion = conversion, now: () => number = Date.now) {
    this.#convert = convert
    this.#now = now
  }

  setStation(registration: StationRegistration): void {
    const station = this.#stationEntry(registration.id)
    station.present = true
    station.latitude = registration.latitude
    station.longitude = registration.longitude
    station.medium = registration.medium
    station.silentAfter =
      registration.silentAfterSeconds === undefined
        ? DEFAULT_SILENT_AFTER
        : registration.silentAfterSeconds * 1000
    this.version++
  }

  /** Forgets the station and its datastreams. Readings of it that wait in the outbox are still stored. */
  removeStation(id: string): void {
    const removed = this.#stationById.get(id)
    if (!removed?.present) return
    removed.present = false
    this.#stationById.delete(id)
    const placeholder = this.#stationEntry(id)
    for (const device of this.#devices.values()) {
      if (!device.stations.has(id)) continue
      device.stations.set(id, placeholder)
      if (device.sole === removed) device.sole = placeholder
    }
    this.version++
  }

  setDevice(registration: DeviceRegistration): void {
    const stations = new Map<string, Station>()
    for (const id of registration.stations) stations.set(id, this.#stationEntry(id))
    const [sole] = stations.size === 1 ? stations.values() : []
    this.#keepFormer(registration)
    this.#devices.set(registration.id, {
      id: registration.id,
      disabled: registration.disabled,
      stations,
      sole,
      units: registration.units,
      conversions: this.#deviceConversions(registration.units),
      account: -1,
      conversionsTried: 0,
    })
  }

  removeDevice(id: string): void {
    const device = this.#devices.get(id)
    if (device === undefined) return
    this.#keep(id, device)
    this.#devices.delete(id)
  }

  /** Drops the former registrations that no message received from `receivedAt` (epoch milliseconds) on needs. */
  forgetFormer(receivedAt: number): void {
    for (const [id, former] of this.#former) {
      if ((former.at(-1) as FormerDevice).until <= receivedAt) this.#former.delete(id)
    }
    if (this.#former.size === 0) this.#changedAt = Number.NEGATIVE_INFINITY
  }

  setProperty(definition: ObservedProperty): void {
    const property = this.#propertyEntry(definition.id)
    const [minimum, maximum] = plausibleRange(definition)
    property.definition = definition
    property.kind = definition.kind
    property.minimum = minimum
    property.maximum = maximum
    this.#conversionCache.clear()
    for (const device of this.#devices.values()) {
      if (device.units !== undefined && Object.hasOwn(device.units, definition.id)) {
        device.conversions = this.#deviceConversions(device.units)
      }
    }
  }

  setDatastream(registration: DatastreamRegistration): void {
    const station = this.#stationEntry(registration.station)
    const slot = this.#seriesEntry(station, this.#propertyEntry(registration.property))
    this.seriesDatastream[slot] = registration.id
    this.#seriesByDatastream.set(registration.id, slot)
    this.version++
  }

  /** The device as registered now or, with `receivedAt` (epoch milliseconds), when its message was received. */
  device(id: string, receivedAt = Number.POSITIVE_INFINITY): Device | undefined {
    if (receivedAt < this.#changedAt) {
      const former = this.#former.get(id)?.find(({ until }) => receivedAt < until)
      if (former !== undefined) return former.device
    }
    return this.#devices.get(id)
  }

  station(id: string): Station | undefined {
    const station = this.#stationById.get(id)
    return station?.present ? station : undefined
  }

  property(id: string): Property | undefined {
    return this.#propertyById.get(id)
  }

  /** The station a report of this device belongs to, or why it belongs to none. */
  resolveStation(device: Device, named: string | undefined): Station | StationProblem {
    if (named === undefined) {
      if (device.sole === undefined) return 'station_missing'
      return device.sole.present ? device.sole : 'unknown_station'
    }
    const station = device.stations.get(named)
    if (station === undefined) {
      return this.#stationById.get(named)?.present ? 'station_not_allowed' : 'unknown_station'
    }
    return station.present ? station : 'unknown_station'
  }

  /** The series of a property at a station, or -1 when no such property is registered. */
  resolveSeries(station: Station, property: string): number {
    const slot = station.series.get(property)
    if (slot !== undefined) return slot
    const known = this.#propertyById.get(property)
    return known?.definition === undefined ? -1 : this.#seriesEntry(station, known)
  }

  /** The series of a property at a station by their ids, registered or not; for readings kept across a restart. */
  seriesOf(station: string, property: string): number {
    return this.#seriesEntry(this.#stationEntry(station), this.#propertyEntry(property))
  }

  seriesOfDatastream(id: number): number | undefined {
    return this.#seriesByDatastream.get(id)
  }

  stationOfSeries(slot: number): Station {
    return this.stations[this.seriesStation[slot] as number] as Station
  }

  propertyOfSeries(slot: number): Property {
    return this.properties[this.seriesProperty[slot] as number] as Property
  }

  /** What a store needs to know of a datastream. Also answers for datastreams of removed stations. */
  describeDatastream(id: number): { station: string; property: string; unit: string } | undefined {
    const slot = this.#seriesByDatastream.get(id)
    if (slot === undefined) return undefined
    const property = this.propertyOfSeries(slot)
    return {
      station: this.stationOfSeries(slot).id,
      property: property.id,
      unit: property.definition?.unit ?? '1',
    }
  }

  /** Converts from a unit named in a message of this device. Answers come from a bounded cache. */
  convert(device: Device, unit: string, property: Property): Conversion {
    const key = `${property.id} ${unit}`
    const cached = this.#conversionCache.get(key)
    if (cached !== undefined) return cached
    if (device.conversionsTried >= CONVERSIONS_PER_DEVICE) {
      return {
        ok: false,
        detail: `unit ${JSON.stringify(unit)}: the device has named too many different units`,
      }
    }
    device.conversionsTried++
    const found = this.#work(unit, property)
    const [oldest] = this.#conversionCache.keys()
    if (this.#conversionCache.size >= CONVERSION_CACHE) this.#conversionCache.delete(oldest as string)
    this.#conversionCache.set(key, found)
    return found
  }

  /** A device registered for the first time has no former registration: nobody else can have sent in its name. */
  #keepFormer(registration: DeviceRegistration): void {
    const device = this.#devices.get(registration.id)
    if (device === undefined ? this.#former.has(registration.id) : !isSame(device, registration))
      this.#keep(registration.id, device)
  }

  #keep(id: string, device: Device | undefined): void {
    const until = this.#now()
    const former = this.#former.get(id) ?? []
    former.push({ device, until })
    if (former.length > FORMER_DEVICES) former.shift()
    this.#former.set(id, former)
    this.#changedAt = Math.max(this.#changedAt, until)
  }

  #work(unit: string, property: Property): Conversion {
    if (property.definition === undefined)
      return { ok: false, detail: `property ${property.id} is not registered` }
    try {
      return this.#convert(unit, property.definition)
    } catch (error) {
      return { ok: false, detail: `unit ${JSON.stringify(unit)}: ${(error as Error).message}` }
    }
  }

  #deviceConversions(units: DeviceRegistration['units']): ReadonlyMap<string, Conversion> | undefined {
    if (units === undefined) return undefined
    const conversions = new Map<string, Conversion>()
    for (const [id, unit] of Object.entries(units)) {
      conversions.set(id, this.#work(unit, this.#propertyEntry(id)))
    }
    return conversions.size === 0 ? undefined : conversions
  }

  #stationEntry(id: string): Station {
    let station = this.#stationById.get(id)
    if (station === undefined) {
      station = {
        id,
        slot: this.stations.length,
        present: false,
        latitude: 0,
        longitude: 0,
        medium: 'air',
        silentAfter: DEFAULT_SILENT_AFTER,
        series: new Map(),
      }
      this.stations.push(station)
      this.#stationById.set(id, station)
    }
    return station
  }

  #propertyEntry(id: string): Property {
    let property = this.#propertyById.get(id)
    if (property === undefined) {
      property = {
        id,
        slot: this.properties.length,
        definition: undefined,
        kind: 'number',
        minimum: Number.NEGATIVE_INFINITY,
        maximum: Number.POSITIVE_INFINITY,
      }
      this.properties.push(property)
      this.#propertyById.set(id, property)
    }
    return property
  }

  #seriesEntry(station: Station, property: Property): number {
    const known = station.series.get(property.id)
    if (known !== undefined) return known
    const slot = this.seriesCount++
    if (slot === this.seriesDatastream.length) this.#grow()
    this.seriesStation[slot] = station.slot
    this.seriesProperty[slot] = property.slot
    station.series.set(property.id, slot)
    return slot
  }

  #grow(): void {
    this.seriesDatastream = doubled(this.seriesDatastream)
    this.seriesStation = doubled(this.seriesStation)
    this.seriesProperty = doubled(this.seriesProperty)
  }
}

function isSame(device: Device, { stations, units, disabled }: DeviceRegistration): boolean {
  const sameStations = device.stations.size === new Set(stations).size
  return (
    device.disabled === disabled &&
    sameStations &&
    stations.every((id) => device.stations.has(id)) &&
    isDeepStrictEqual(device.units ?? {}, units ?? {})
  )
}

function doubled(column: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const wider = new Int32Array(column.length * 2)
  wider.set(column)
  return wider
}

/** Booleans are stored as 0 and 1, so that is their range. */
function plausibleRange(definition: ObservedProperty): readonly [number, number] {
  if (definition.kind === 'boolean') return [0, 1]
  return definition.range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
}
