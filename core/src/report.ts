import type { DecodeResult, RejectedPart, Report, Value } from './decoding.ts'
import { clip, conclude, EXPECTED_VALUE, isValue, MAX_REPORTS, MAX_VALUES, reject, show } from './decoding.ts'
import { decodeSenml } from './senml.ts'
import { EARLIEST_TIME, LATEST_TIME, parseIsoTime } from './time.ts'
import { isId } from './topics.ts'

export type { DecodeResult, RejectedPart, Report, Value } from './decoding.ts'
export { MAX_REPORTS, MAX_TEXT, MAX_VALUES } from './decoding.ts'

/** Larger payloads are refused unread, bytes. The broker's own limit cannot be set above it. */
export const MAX_PAYLOAD_BYTES = 4_194_304

const UTF8 = new TextDecoder('utf-8', { fatal: true })
const EXPECTED_TIME = 'expected ISO 8601 with offset or epoch milliseconds'

/**
 * Decodes the payload of an `observations` or `senml` topic. Never throws. A message is taken as far as it
 * is sound: `rejected` lists what is not.
 */
export function decodeReport(
  kind: 'observations' | 'senml',
  payload: Uint8Array,
  receivedAt: number,
): DecodeResult {
  if (payload.length > MAX_PAYLOAD_BYTES) {
    const detail = `payload: ${payload.length} bytes, expected at most ${MAX_PAYLOAD_BYTES}`
    return { ok: false, reason: 'payload_too_large', detail }
  }
  let json: unknown
  try {
    json = JSON.parse(UTF8.decode(payload))
  } catch (error) {
    return { ok: false, reason: 'malformed_json', detail: `payload: ${clip((error as Error).message)}` }
  }
  return kind === 'senml' ? decodeSenml(json, receivedAt) : decodeObservations(json, receivedAt)
}

/** One report or a list of them. Members a report has beyond `station`, `time` and `values` are ignored. */
function decodeObservations(json: unknown, receivedAt: number): DecodeResult {
  const rejected: RejectedPart[] = []
  if (!Array.isArray(json)) {
    const report = readReport(json, 'report', receivedAt, rejected)
    return conclude(report === undefined ? [] : [report], rejected)
  }
  if (json.length > MAX_REPORTS) {
    const detail = `payload: ${json.length} reports, expected at most ${MAX_REPORTS}`
    return { ok: false, reason: 'too_many_reports', detail }
  }
  if (json.length === 0) {
    return { ok: false, reason: 'not_a_report', detail: 'payload: [], expected at least one report' }
  }
  const reports: Report[] = []
  for (let index = 0; index < json.length; index++) {
    const report = readReport(json[index], `[${index}]`, receivedAt, rejected)
    if (report !== undefined) reports.push(report)
  }
  return conclude(reports, rejected)
}

function readReport(
  input: unknown,
  at: string,
  receivedAt: number,
  rejected: RejectedPart[],
): Report | undefined {
  if (!isObject(input)) {
    reject(rejected, 'not_a_report', 1, `${at}: ${show(input)}, expected an object`)
    return undefined
  }
  const { station, time, values } = input
  if (!isObject(values)) {
    reject(rejected, 'not_a_report', 1, `${at}.values: ${show(values)}, expected an object of values`)
    return undefined
  }
  if (station !== undefined && !(typeof station === 'string' && isId(station))) {
    reject(rejected, 'bad_id', size(values), `${at}.station: ${show(station)}, expected an identifier`)
    return undefined
  }
  const phenomenonTime = time === undefined ? receivedAt : readTime(time)
  if (phenomenonTime === undefined) {
    reject(rejected, 'bad_time', size(values), `${at}.time: ${show(time)}, ${EXPECTED_TIME}`)
    return undefined
  }
  const checked = checkValues(values, at, rejected)
  if (checked === undefined) return undefined
  const timeSource = time === undefined ? 'received' : 'device'
  return { station, time: phenomenonTime, timeSource, values: checked }
}

function readTime(time: unknown): number | undefined {
  if (typeof time === 'string') return parseIsoTime(time)
  if (typeof time === 'number' && time >= EARLIEST_TIME && time <= LATEST_TIME) return Math.round(time)
  return undefined
}

/** The same object when all of it is sound, a copy of the sound values when some are, else undefined. */
function checkValues(
  values: Record<string, unknown>,
  at: string,
  rejected: RejectedPart[],
): Record<string, Value> | undefined {
  let count = 0
  let unsound = 0
  for (const property in values) {
    count++
    if (!isId(property) || !isValue(values[property])) unsound++
  }
  if (count === 0) {
    reject(rejected, 'not_a_report', 1, `${at}.values: {}, expected at least one value`)
    return undefined
  }
  if (count > MAX_VALUES) {
    const detail = `${at}.values: ${count} values, expected at most ${MAX_VALUES}`
    reject(rejected, 'too_many_values', count, detail)
    return undefined
  }
  return unsound === 0 ? (values as Record<string, Value>) : keepSound(values, at, rejected)
}

function keepSound(
  values: Record<string, unknown>,
  at: string,
  rejected: RejectedPart[],
): Record<string, Value> | undefined {
  const kept: Record<string, Value> = {}
  let count = 0
  for (const property in values) {
    const value = values[property]
    if (!isId(property)) {
      reject(rejected, 'bad_id', 1, `${at}.values: ${show(property)}, expected the identifier of a property`)
    } else if (!isValue(value)) {
      reject(rejected, 'bad_value', 1, `${at}.values.${property}: ${show(value)}, ${EXPECTED_VALUE}`)
    } else {
      kept[property] = value
      count++
    }
  }
  return count === 0 ? undefined : kept
}

function size(values: object): number {
  return Math.max(1, Object.keys(values).length)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
