import { isBoundingBox } from '@osprey/core/geo'
import { type BoundingBox, MAX_DETAIL_STATIONS } from '@osprey/core/live'
import { isId } from '@osprey/core/topics'

/** What a client wants to see. */
export interface Subscription {
  bbox: BoundingBox | null
  property: string | null
  stations: readonly string[]
  /** Equal for equal wishes as to states, and as to states and details: those share one serialisation. */
  statesKey: string
  key: string
}

export interface FieldError {
  field: string
  value: string
  expected: string
}

export type SubscriptionResult =
  | { ok: true; subscription: Subscription }
  | { ok: false; errors: FieldError[] }

/** Reads a client's message: `{"type":"subscribe","bbox":…|null,"property":…|null,"stations":[…]}`. */
export function parseSubscription(text: string): SubscriptionResult {
  let message: unknown
  try {
    message = JSON.parse(text)
  } catch {
    return { ok: false, errors: [{ field: '', value: show(text), expected: 'one JSON object' }] }
  }
  if (typeof message !== 'object' || message === null || Array.isArray(message)) {
    return { ok: false, errors: [{ field: '', value: show(message), expected: 'an object' }] }
  }
  const { type, bbox, property, stations } = message as Record<string, unknown>
  const errors: FieldError[] = []
  const check = (field: string, value: unknown, sound: boolean, expected: string) => {
    if (!sound) errors.push({ field, value: show(value), expected })
  }
  check('type', type, type === 'subscribe', '"subscribe"')
  check('bbox', bbox, bbox === null || isBoundingBox(bbox), 'null or [west, south, east, north] in degrees')
  const isProperty = property === null || (typeof property === 'string' && isId(property))
  check('property', property, isProperty, 'null or the id of an observed property')
  check('stations', stations, isStationList(stations), `at most ${MAX_DETAIL_STATIONS} station ids`)
  if (errors.length > 0) return { ok: false, errors }
  return {
    ok: true,
    subscription: subscribe(bbox as BoundingBox | null, property as string | null, stations as string[]),
  }
}

function subscribe(bbox: BoundingBox | null, property: string | null, stations: string[]): Subscription {
  const unique = [...new Set(stations)].sort()
  const statesKey = JSON.stringify([bbox, property])
  return { bbox, property, stations: unique, statesKey, key: `${statesKey}${unique.join(' ')}` }
}

function isStationList(value: unknown): value is string[] {
  if (!Array.isArray(value) || value.length > MAX_DETAIL_STATIONS) return false
  return value.every((id) => typeof id === 'string' && isId(id))
}

function show(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value)
  return text.length > 80 ? `${text.slice(0, 80)}…`.toWellFormed() : text
}
