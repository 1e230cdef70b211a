import type { DecodeResult, RejectedPart, Report, Value } from './decoding.ts'
import { conclude, EXPECTED_VALUE, isValue, MAX_REPORTS, MAX_VALUES, reject, show } from './decoding.ts'
import type { RejectionReason } from './rejections.ts'
import { senmlUnitToUcum } from './senml-units.ts'
import { EARLIEST_TIME, LATEST_TIME } from './time.ts'
import { isId } from './topics.ts'

/**
 * SenML JSON (RFC 8428) as reports.
 *
 * Names. The name of a record, base name included, says where and what:
 * - `property`: at the device's own station
 * - `station/property`: at that station
 * - `urn:dev:…:property`, `urn:dev:…_property` (RFC 9039 component) or `urn:dev:…/property`: at the device's
 *   own station, since the URN names the hardware; `urn:dev:…:station/property` names a station too.
 *
 * Records of the same station and time become one report. A sum `s` becomes a reading of the property
 * `{property}.sum` in unit·s. Binary values `vd` are rejected; `ut` and unknown fields are ignored, as the
 * RFC asks, but a field ending in `_` or an unknown version rejects the pack (clauses 4.4 and 12.3.1).
 */
export function decodeSenml(pack: unknown, receivedAt: number): DecodeResult {
  if (!Array.isArray(pack) || pack.length === 0) {
    return refuse(`pack: ${show(pack)}, expected an array of at least one record`)
  }
  const base: Base = { name: '', time: 0, unit: '', value: undefined, sum: undefined, version: undefined }
  const gathered = new Gathered()
  for (let index = 0; index < pack.length; index++) {
    const record: unknown = pack[index]
    const at = `[${index}]`
    if (typeof record !== 'object' || record === null || Array.isArray(record)) {
      return refuse(`${at}: ${show(record)}, expected a record`)
    }
    const problem = applyBase(record as Fields, base)
    if (problem !== undefined) return refuse(`${at}.${problem}`)
    if (hasRegularField(record)) readRecord(record as Fields, base, at, receivedAt, gathered)
  }
  if (gathered.reports.length > MAX_REPORTS) {
    const detail = `pack: ${gathered.reports.length} stations and times, expected at most ${MAX_REPORTS}`
    return { ok: false, reason: 'too_many_reports', detail }
  }
  if (gathered.reports.length === 0 && gathered.rejected.length === 0) {
    return refuse('pack: base fields only, expected a record with a value')
  }
  return conclude(gathered.reports, gathered.rejected)
}

/** Times below this many seconds are relative to now (RFC 8428 clause 4.5.3). */
const RELATIVE_TIME_LIMIT = 2 ** 28
/** Version 10 of RFC 8428; 26 adds the feature secondary units (RFC 9100 clause 3). */
const DEFAULT_VERSION = 10
const SECONDARY_UNITS_VERSION = 26
const NAME = /^[A-Za-z0-9][A-Za-z0-9:./_-]*$/
const REGULAR_FIELDS = ['n', 'u', 'v', 'vs', 'vb', 'vd', 's', 't', 'ut'] as const
const VALUE_FIELDS = ['v', 'vs', 'vb', 'vd'] as const
const TYPE_OF_FIELD = { v: 'number', vs: 'string', vb: 'boolean' } as const

/** A record's fields as they stand in the JSON. */
type Fields = Record<string, unknown>

/** The base fields in force (RFC 8428 clause 4.1). */
interface Base {
  name: string
  time: number
  unit: string
  value: number | undefined
  sum: number | undefined
  version: number | undefined
}

/** Where, what and when: the part of a resolved record that its value and its sum share. */
interface Context {
  station: string | undefined
  property: string
  time: number
  timeSource: Report['timeSource']
  /** As it stands in the pack; empty for none. */
  unit: string
}

interface Problem {
  reason: RejectionReason
  detail: string
}

/** The reports made so far and what could not be taken. */
class Gathered {
  readonly reports: Report[] = []
  readonly rejected: RejectedPart[] = []
  readonly #open = new Map<string, { report: Report; count: number }>()

  /** Puts a reading into the report of its station and time, or a new one when it is there already or full. */
  add(
    { station, time, timeSource }: Context,
    property: string,
    value: Value,
    ucum: string | undefined,
  ): void {
    const key = `${station ?? ''} ${time}`
    let open = this.#open.get(key)
    if (open === undefined || open.count >= MAX_VALUES || Object.hasOwn(open.report.values, property)) {
      open = { report: { station, time, timeSource, values: {} }, count: 0 }
      this.#open.set(key, open)
      this.reports.push(open.report)
    }
    open.count++
    open.report.values[property] = value
    if (ucum !== undefined) {
      open.report.units ??= {}
      open.report.units[property] = ucum
    }
  }

  reject({ reason, detail }: Problem, readings: number): void {
    reject(this.rejected, reason, readings, detail)
  }
}

function refuse(detail: string): DecodeResult {
  return { ok: false, reason: 'bad_senml', detail }
}

/** Takes over the base fields of a record. Answers a problem: a wrong base would falsify all that follows. */
function applyBase(record: Fields, base: Base): string | undefined {
  for (const field in record) {
    const value = record[field]
    switch (field) {
      case 'bn':
        if (typeof value !== 'string') return `bn: ${show(value)}, expected a string`
        base.name = value
        break
      case 'bu':
        if (typeof value !== 'string') return `bu: ${show(value)}, expected a string`
        base.unit = value
        break
      case 'bt':
        if (!isNumber(value)) return `bt: ${show(value)}, expected a number of seconds`
        base.time = value
        break
      case 'bv':
        if (!isNumber(value)) return `bv: ${show(value)}, expected a number`
        base.value = value
        break
      case 'bs':
        if (!isNumber(value)) return `bs: ${show(value)}, expected a number`
        base.sum = value
        break
      case 'bver': {
        const problem = checkVersion(value, base)
        if (problem !== undefined) return problem
        break
      }
      default:
        if (field.endsWith('_')) return `${show(field)}: a field that must be understood and is not`
    }
  }
  return undefined
}

/** All records of a pack have the same version (RFC 8428 clause 4.4). */
function checkVersion(value: unknown, base: Base): string | undefined {
  const understood =
    Number.isInteger(value) &&
    (((value as number) >= 1 && (value as number) <= DEFAULT_VERSION) || value === SECONDARY_UNITS_VERSION)
  if (!understood) return `bver: ${show(value)}, expected ${DEFAULT_VERSION} or ${SECONDARY_UNITS_VERSION}`
  if (base.version !== undefined && base.version !== value) {
    return `bver: ${show(value)}, expected ${base.version} as in the records before`
  }
  base.version = value as number
  return undefined
}

function hasRegularField(record: object): boolean {
  for (const field of REGULAR_FIELDS) if (Object.hasOwn(record, field)) return true
  return false
}

/** Resolves one record (RFC 8428 clause 4.6) and gathers its readings, or what is wrong with them. */
function readRecord(record: Fields, base: Base, at: string, receivedAt: number, gathered: Gathered): void {
  const fields = VALUE_FIELDS.filter((field) => Object.hasOwn(record, field))
  const hasSum = Object.hasOwn(record, 's') || base.sum !== undefined
  const hasValue = fields.length > 0 || (base.value !== undefined && !hasSum)
  const readings = Math.max(1, Number(hasValue) + Number(hasSum))
  const context = readContext(record, base, at, receivedAt)
  if ('reason' in context) {
    gathered.reject(context, readings)
    return
  }
  if (fields.length > 1) {
    const detail = `${at}: fields ${fields.join(', ')}, expected one value field`
    gathered.reject({ reason: 'bad_senml', detail }, readings)
    return
  }
  if (!hasValue && !hasSum) {
    const detail = `${at}: no value, expected one of v, vs, vb or s`
    gathered.reject({ reason: 'bad_senml', detail }, readings)
    return
  }
  if (hasValue) takeValue(context, readValue(record, fields[0], base, at), at, gathered)
  if (hasSum) takeSum(context, readSum(record['s'], base, at), at, gathered)
}

function readContext(record: Fields, base: Base, at: string, receivedAt: number): Context | Problem {
  const { n: name = '', t: time = 0, u: unit = '' } = record
  if (typeof name !== 'string' || !NAME.test(base.name + name)) {
    const shown = typeof name === 'string' ? base.name + name : name
    return { reason: 'bad_senml', detail: `${at}.n: ${show(shown)}, expected a SenML name` }
  }
  const place = splitName(base.name + name)
  if (place === undefined) {
    const detail = `${at}.n: ${show(base.name + name)}, expected property or station/property`
    return { reason: 'bad_id', detail }
  }
  if (typeof unit !== 'string') {
    return { reason: 'bad_unit', detail: `${at}.u: ${show(unit)}, expected a string` }
  }
  const instant = readTime(time, base.time, receivedAt)
  if (instant === undefined) {
    return { reason: 'bad_time', detail: `${at}.t: ${show(time)} after ${base.time}, expected seconds` }
  }
  return {
    ...place,
    time: instant.time,
    timeSource: instant.relative ? 'received' : 'device',
    unit: unit === '' ? base.unit : unit,
  }
}

/** The base value is added to numbers only; a missing number counts as zero (RFC 8428 clause 4.5.5). */
function readValue(
  record: Fields,
  field: (typeof VALUE_FIELDS)[number] | undefined,
  base: Base,
  at: string,
): Exclude<Value, null> | Problem {
  if (field === 'vd') {
    return { reason: 'bad_value', detail: `${at}.vd: binary data, expected one of v, vs or vb` }
  }
  const raw = field === undefined ? 0 : record[field]
  const value = typeof raw === 'number' ? raw + (base.value ?? 0) : raw
  const wanted = TYPE_OF_FIELD[field ?? 'v']
  if (value !== null && typeof value === wanted && isValue(value)) return value
  const expected = field === 'vs' ? EXPECTED_VALUE : `expected a ${wanted}`
  return { reason: 'bad_value', detail: `${at}.${field ?? 'v'}: ${show(raw)}, ${expected}` }
}

function readSum(raw: unknown, base: Base, at: string): number | Problem {
  const sum = raw === undefined ? base.sum : isNumber(raw) ? raw + (base.sum ?? 0) : undefined
  if (sum !== undefined && Number.isFinite(sum)) return sum
  return { reason: 'bad_value', detail: `${at}.s: ${show(raw)}, expected a number` }
}

function takeValue(context: Context, value: Value | Problem, at: string, gathered: Gathered): void {
  const { unit, property } = context
  const ucum = unit === '' || typeof value !== 'number' ? undefined : senmlUnitToUcum(unit)
  if (typeof value === 'object' && value !== null) gathered.reject(value, 1)
  else if (unit !== '' && typeof value === 'number' && ucum === undefined) {
    gathered.reject(unknownUnit(unit, at), 1)
  } else gathered.add(context, property, value, ucum)
}

function takeSum(context: Context, sum: number | Problem, at: string, gathered: Gathered): void {
  const { unit } = context
  const property = `${context.property}.sum`
  const ucum = unit === '' ? undefined : senmlUnitToUcum(unit)
  if (typeof sum === 'object') gathered.reject(sum, 1)
  else if (unit !== '' && ucum === undefined) gathered.reject(unknownUnit(unit, at), 1)
  else if (!isId(property)) {
    gathered.reject({ reason: 'bad_id', detail: `${at}.n: ${show(property)}, expected a shorter name` }, 1)
  } else gathered.add(context, property, sum, ucum === undefined ? undefined : timesSecond(ucum))
}

function unknownUnit(unit: string, at: string): Problem {
  return { reason: 'bad_unit', detail: `${at}.u: ${show(unit)}, expected a registered SenML unit` }
}

/** The unit of a sum: that of the value times the second. */
function timesSecond(ucum: string): string {
  return ucum === '1' ? 's' : `${ucum}.s`
}

/** Base time plus time: seconds of the Unix epoch, or relative to the time of receipt when small. */
function readTime(
  time: unknown,
  base: number,
  receivedAt: number,
): { time: number; relative: boolean } | undefined {
  if (!isNumber(time)) return undefined
  const seconds = base + time
  const relative = seconds < RELATIVE_TIME_LIMIT
  const instant = Math.round(relative ? receivedAt + seconds * 1000 : seconds * 1000)
  return instant >= EARLIEST_TIME && instant <= LATEST_TIME ? { time: instant, relative } : undefined
}

/** Station and property out of a full name, or undefined when it names none. */
export function splitName(name: string): { station: string | undefined; property: string } | undefined {
  const path = /^urn:dev:/i.test(name) ? withoutUrn(name.slice('urn:dev:'.length)) : name
  const slash = path.lastIndexOf('/')
  const station = slash < 0 ? undefined : path.slice(0, slash)
  const property = path.slice(slash + 1)
  if (!isId(property) || (station !== undefined && !isId(station))) return undefined
  return { station, property }
}

/** What follows `type:identifier` of a device URN, whichever separator is used; empty when nothing does. */
function withoutUrn(rest: string): string {
  const slash = rest.indexOf('/')
  const head = slash < 0 ? rest : rest.slice(0, slash)
  const colon = head.lastIndexOf(':')
  if (colon > head.indexOf(':')) return rest.slice(colon + 1)
  if (slash >= 0) return rest.slice(slash + 1)
  const underscore = head.indexOf('_', colon)
  return underscore < 0 ? '' : head.slice(underscore + 1)
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}
