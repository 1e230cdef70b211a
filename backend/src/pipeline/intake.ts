import type { ObservedProperty } from '@osprey/core/properties'
import { checkQuality, numberQuality, QUALITY, type QualityFlag } from '@osprey/core/quality'
import type { RejectionReason } from '@osprey/core/rejections'
import { decodeReport, type Report, type Value } from '@osprey/core/report'
import type { JournalEntry } from '@osprey/journal/journal'
import type { BatchBuilder } from './batch.ts'
import type { DatastreamCreation } from './creation.ts'
import type { Judge } from './judging.ts'
import type { Latest } from './latest.ts'
import type { Ledger } from './ledger.ts'
import type { RejectedNotice } from './notices.ts'
import type { RecentMessages } from './recent-messages.ts'
import type { Device, Property, Resolver, Station, StationProblem } from './resolver.ts'
import { MinuteShare } from './share.ts'

/** A reading that was not taken, named as the message names it. */
export interface RejectedReading {
  station: string | null
  property: string
  value: Value
  reason: RejectionReason
}

export interface IntakeParts {
  resolver: Resolver
  ledger: Pick<Ledger, 'slotOf' | 'heard' | 'accepted' | 'rejected'>
  latest: { record(...reading: Parameters<Latest['record']>): unknown }
  creation: Pick<DatastreamCreation, 'want'>
  /** Judges rules on every accepted reading; told when a report is at its end. */
  judge?: Judge
  rejected: (notice: Omit<RejectedNotice, 'id'>) => void
  /** Told of every rejected reading by itself, where somebody wants to know. */
  rejectedReading?: (reading: RejectedReading) => void
  /** Keeps messages for people to see. */
  recent: Pick<RecentMessages, 'offer'>
  /** A message could not be taken because of a fault in this software. */
  faulted: (entry: JournalEntry, error: Error) => void
  /** False when a message is only looked at: its device's account is not to be touched. */
  keepsAccounts?: boolean
}

/** Where readings are written. */
export type Rows = Pick<BatchBuilder, 'rows' | 'mark' | 'rollback' | 'beginRun' | 'add' | 'addText'>

/** Rejections of one device that are kept with their payload per minute of receive time; all are counted. */
const KEPT_PER_MINUTE = 20
const EXCERPT_BYTES = 512
const NONE: readonly Rejection[] = Object.freeze([])
const NOT_JUDGED: Judge = { observe: () => {}, settle: () => {} }

/** Rejected readings of the message in hand, by reason. */
interface Rejection {
  reason: RejectionReason
  readings: number
  detail: string
}

/**
 * Takes one message in: decode, resolve, judge, record. Everything happens in memory, for the caller to
 * commit. The way of a reading allocates nothing: numbers go from the parsed message into columns.
 */
export class Intake {
  /** Messages since start, for the cursor. */
  decoded = 0
  undecoded = 0
  readonly #parts: IntakeParts
  readonly #judge: Judge
  #builder: Rows
  readonly #rejections: Rejection[] = []
  readonly #kept = new MinuteShare<number>(KEPT_PER_MINUTE)
  #notKept = 0

  constructor(parts: IntakeParts, builder: Rows) {
    this.#parts = parts
    this.#judge = parts.judge ?? NOT_JUDGED
    this.#builder = builder
  }

  /** Later readings go into another builder. */
  use(builder: Rows): void {
    this.#builder = builder
  }

  /** Rejections counted but not kept, because their device had sent too many. */
  get notKept(): number {
    return this.#notKept
  }

  /** Takes a message of an observations or senml topic. Never throws. */
  take(entry: JournalEntry, kind: 'observations' | 'senml'): void {
    const { ledger, resolver, recent } = this.#parts
    const device = resolver.device(entry.deviceId, entry.receivedAt)
    const slot = this.#accountOf(device, entry.deviceId)
    ledger.heard(slot, entry.receivedAt)
    const builder = this.#builder
    builder.mark()
    const before = builder.rows
    try {
      this.#takeMessage(slot, device, entry, kind)
    } catch (error) {
      this.#fault(slot, entry, error as Error)
      return
    }
    const accepted = builder.rows - before
    if (accepted > 0) ledger.accepted(slot, accepted)
    if (this.#rejections.length === 0) recent.offer(entry, accepted, NONE)
    else {
      recent.offer(entry, accepted, this.#rejections.slice())
      this.#tell(slot, entry)
    }
  }

  #accountOf(device: Device | undefined, id: string): number {
    if (device === undefined || this.#parts.keepsAccounts === false) return this.#parts.ledger.slotOf(id)
    if (device.account < 0) device.account = this.#parts.ledger.slotOf(id)
    return device.account
  }

  #takeMessage(
    slot: number,
    device: Device | undefined,
    entry: JournalEntry,
    kind: 'observations' | 'senml',
  ): void {
    const message = decodeReport(kind, entry.payload, entry.receivedAt)
    if (!message.ok) {
      this.#reject(message.reason, 1, message.detail)
      this.undecoded++
      return
    }
    for (const report of message.reports) this.#takeReport(slot, device, report, entry.receivedAt)
    for (const part of message.rejected) this.#reject(part.reason, part.readings, part.detail)
    this.decoded++
  }

  /** One message must not stop the others: it is counted and left, and the fault is told. */
  #fault(slot: number, entry: JournalEntry, error: Error): void {
    this.#builder.rollback()
    this.#judge.settle()
    this.#rejections.length = 0
    this.undecoded++
    this.#parts.ledger.rejected(slot, 'internal_error', 1)
    this.#parts.faulted(entry, error)
  }

  #takeReport(slot: number, device: Device | undefined, report: Report, receivedAt: number): void {
    const station = this.#stationOf(device, report)
    if (device === undefined || station === undefined) return
    this.#builder.beginRun(slot, report.time, receivedAt)
    const plain = device.conversions === undefined && report.units === undefined
    const { values } = report
    for (const name in values) {
      const value = values[name] as Value
      const series = this.#parts.resolver.resolveSeries(station, name)
      if (series < 0) {
        this.#rejectReading(
          station.id,
          name,
          value,
          'unknown_property',
          `${name}: expected an observed property`,
        )
      } else if (plain && typeof value === 'number') this.#takeNumber(series, value, report.time, receivedAt)
      else this.#takeValue(device, series, value, report, receivedAt)
    }
    this.#judge.settle()
  }

  /** The station of the report; undefined when the report was rejected. */
  #stationOf(device: Device | undefined, report: Report): Station | undefined {
    if (device === undefined) {
      this.#rejectReport(report, 'unknown_device', 'the device is not registered')
      return undefined
    }
    if (device.disabled) {
      this.#rejectReport(report, 'device_disabled', 'the device is disabled')
      return undefined
    }
    const station = this.#parts.resolver.resolveStation(device, report.station)
    if (typeof station !== 'string') return station
    this.#rejectReport(report, station, stationDetail(station, device, report.station))
    return undefined
  }

  /** The common case: a number in the property's own unit. */
  #takeNumber(series: number, value: number, time: number, receivedAt: number): void {
    const property = this.#parts.resolver.propertyOfSeries(series)
    if (property.kind === 'number' || (property.kind === 'boolean' && (value === 0 || value === 1))) {
      const quality = numberQuality(value, property.minimum, property.maximum, time, receivedAt)
      this.#record(series, time, receivedAt, value, quality)
    } else this.#rejectKind(series, value)
  }

  #takeValue(device: Device, series: number, value: Value, report: Report, receivedAt: number): void {
    const property = this.#parts.resolver.propertyOfSeries(series)
    const { time } = report
    if (value === null) {
      this.#record(series, time, receivedAt, Number.NaN, QUALITY.missing)
    } else if (typeof value === 'string') {
      this.#takeText(series, property, value, time, receivedAt)
    } else {
      const number = this.#numberOf(device, series, value, report)
      if (number === undefined) return
      const quality = numberQuality(number, property.minimum, property.maximum, time, receivedAt)
      this.#record(series, time, receivedAt, number, quality)
    }
  }

  /** The value as stored, in the property's unit; undefined when it was rejected. */
  #numberOf(device: Device, series: number, value: number | boolean, report: Report): number | undefined {
    const property = this.#parts.resolver.propertyOfSeries(series)
    if (property.kind === 'boolean') {
      if (typeof value === 'boolean' || value === 0 || value === 1) return Number(value)
    } else if (property.kind === 'number' && typeof value === 'number') {
      return this.#convert(device, series, value, report)
    }
    this.#rejectKind(series, value)
    return undefined
  }

  /** A unit stated in the message goes before the one registered for the device. */
  #convert(device: Device, series: number, value: number, report: Report): number | undefined {
    const { units } = report
    const property = this.#parts.resolver.propertyOfSeries(series)
    const unit = units !== undefined && Object.hasOwn(units, property.id) ? units[property.id] : undefined
    const conversion =
      unit === undefined
        ? device.conversions?.get(property.id)
        : this.#parts.resolver.convert(device, unit, property)
    if (conversion === undefined) return value
    if (conversion.ok) return value * conversion.factor + conversion.offset
    const station = this.#parts.resolver.stationOfSeries(series).id
    this.#rejectReading(station, property.id, value, 'bad_unit', `${property.id}: ${conversion.detail}`)
    return undefined
  }

  #takeText(series: number, property: Property, text: string, time: number, receivedAt: number): void {
    if (property.kind !== 'category') {
      this.#rejectKind(series, text)
      return
    }
    const { categories } = property.definition as ObservedProperty
    const { flag } = checkQuality({
      value: text,
      kind: 'category',
      categories,
      phenomenonTime: time,
      receivedAt,
    })
    this.#builder.addText(this.#datastreamOf(series), text, flag)
    this.#parts.latest.record(series, time, receivedAt, Number.NaN, flag, text)
    this.#judge.observe(series, time, receivedAt, categories?.indexOf(text) ?? -1, flag)
  }

  #record(series: number, time: number, receivedAt: number, value: number, quality: QualityFlag): void {
    this.#builder.add(this.#datastreamOf(series), value, quality)
    this.#parts.latest.record(series, time, receivedAt, value, quality)
    this.#judge.observe(series, time, receivedAt, value, quality)
  }

  /** The datastream of a series, or -1 - series while it does not exist. */
  #datastreamOf(series: number): number {
    const datastream = this.#parts.resolver.seriesDatastream[series] as number
    if (datastream !== 0) return datastream
    this.#parts.creation.want(series)
    return -1 - series
  }

  #rejectReport(report: Report, reason: RejectionReason, detail: string): void {
    const { values, station = null } = report
    for (const name in values) this.#rejectReading(station, name, values[name] as Value, reason, detail)
  }

  #rejectKind(series: number, value: Value): void {
    const { id, kind } = this.#parts.resolver.propertyOfSeries(series)
    const station = this.#parts.resolver.stationOfSeries(series).id
    this.#rejectReading(
      station,
      id,
      value,
      'wrong_kind',
      `${id}: ${JSON.stringify(value)}, expected a ${kind}`,
    )
  }

  #rejectReading(
    station: string | null,
    property: string,
    value: Value,
    reason: RejectionReason,
    detail: string,
  ): void {
    this.#parts.rejectedReading?.({ station, property, value, reason })
    this.#reject(reason, 1, detail)
  }

  /** Notes a rejection of the message in hand; one per reason, with the first detail. */
  #reject(reason: RejectionReason, readings: number, detail: string): void {
    for (const rejection of this.#rejections) {
      if (rejection.reason !== reason) continue
      rejection.readings += readings
      return
    }
    this.#rejections.push({ reason, readings, detail })
  }

  /** Counts the rejections of the message in hand and tells of them, within the device's share. */
  #tell(slot: number, entry: JournalEntry): void {
    for (const { reason, readings, detail } of this.#rejections) {
      this.#parts.ledger.rejected(slot, reason, readings)
      if (!this.#kept.take(slot, entry.receivedAt)) {
        this.#notKept++
        continue
      }
      this.#parts.rejected({
        device: entry.deviceId,
        topic: entry.topic,
        receivedAt: entry.receivedAt,
        reason,
        detail,
        readings,
        payload: excerpt(entry.payload),
      })
    }
    this.#rejections.length = 0
  }
}

function stationDetail(problem: StationProblem, device: Device, named: string | undefined): string {
  if (problem === 'station_missing') {
    return device.stations.size === 0
      ? 'no station is assigned to the device'
      : `station: nothing, expected one of the ${device.stations.size} stations of the device`
  }
  const station = named ?? device.sole?.id
  // The same for both: whether a station of other people's exists shows in the reason alone (see `reasonWithin`).
  return `station: ${station}, expected a registered station of the device`
}

/** The beginning of a payload as text, for people. */
export function excerpt(payload: Uint8Array): string {
  return Buffer.from(payload.buffer, payload.byteOffset, Math.min(payload.length, EXCERPT_BYTES)).toString(
    'utf8',
  )
}
