import type { RejectionReason } from './rejections.ts'

export type Value = number | boolean | string | null

/** The values of one station at one instant. Names and shapes are checked; whether they are known is not. */
export interface Report {
  /** Undefined: the device's own station. */
  station: string | undefined
  /** Phenomenon time, epoch milliseconds. */
  time: number
  /** `received` when the time rests on the platform's clock because the device named no instant of its own. */
  timeSource: 'device' | 'received'
  /** By property id; at least one. Only own keys count. */
  values: Record<string, Value>
  /** UCUM codes by property id, where the message states units (SenML). */
  units?: Record<string, string>
}

/** A part of a message that could not be taken while the rest could. */
export interface RejectedPart {
  /** How many readings are lost with it: at least 1. */
  readings: number
  reason: RejectionReason
  /** Place, value and what was expected. */
  detail: string
}

/**
 * `ok: false`: nothing of the message could be taken. `ok: true`: at least one report was; what could not
 * be taken is listed in `rejected` and must be counted.
 */
export type DecodeResult =
  | { ok: true; reports: Report[]; rejected: readonly RejectedPart[] }
  | { ok: false; reason: RejectionReason; detail: string }

export const MAX_REPORTS = 1000
export const MAX_VALUES = 256
/** Longest text value, UTF-16 code units. */
export const MAX_TEXT = 256
/** Rejected parts listed one by one; those beyond are added to a listed part of the same reason. */
export const MAX_LISTED_PARTS = 50

export const EXPECTED_VALUE = `expected a finite number, true, false, null or a text of at most ${MAX_TEXT} characters without control characters`

const NOTHING_REJECTED: readonly RejectedPart[] = Object.freeze([])

/** The result for what was taken and what was not; one of both there must be. */
export function conclude(reports: Report[], rejected: RejectedPart[]): DecodeResult {
  if (reports.length > 0) {
    return { ok: true, reports, rejected: rejected.length === 0 ? NOTHING_REJECTED : rejected }
  }
  const first = rejected[0] as RejectedPart
  return { ok: false, reason: first.reason, detail: first.detail }
}

/** Adds a rejected part, or counts it with an earlier one of its reason when many are listed already. */
export function reject(
  rejected: RejectedPart[],
  reason: RejectionReason,
  readings: number,
  detail: string,
): void {
  if (rejected.length >= MAX_LISTED_PARTS) {
    const same = rejected.find((part) => part.reason === reason)
    if (same !== undefined) {
      same.readings += readings
      return
    }
  }
  rejected.push({ reason, readings, detail })
}

/** Is this a value a report may carry? JSON reads numbers beyond the doubles as infinity. */
export function isValue(value: unknown): value is Value {
  switch (typeof value) {
    case 'number':
      return value - value === 0
    case 'boolean':
      return true
    case 'string':
      return isText(value)
    default:
      return value === null
  }
}

/** A value as it stood in the message, short enough for a list. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object' && value !== null) return 'an object'
  if (typeof value === 'number') return String(value)
  return clip(JSON.stringify(value))
}

/** Cuts a text for a list, whole characters only and without control characters. */
export function clip(text: string): string {
  const short = text.length > 80 ? `${text.slice(0, 80)}…` : text
  return short.toWellFormed().replace(/\p{Cc}/gu, '?')
}

function isText(text: string): boolean {
  return text.length <= MAX_TEXT && text.isWellFormed() && !/\p{Cc}/u.test(text)
}
