import { setTimeout as delay } from 'node:timers/promises'
import type { DeviceLink } from '../platform/device-link.ts'
import { type ReplayDevice, readingsOf, reportOf } from './devices.ts'
import type { MappedStation, MappedValue } from './mapping.ts'
import type { Row } from './read-rows.ts'

/** The device protocol allows 1,000 reports in a message, the broker 256 KiB by default. */
export const MAX_BATCH_REPORTS = 1000
export const MAX_BATCH_BYTES = 200_000
/** Unacknowledged messages per device. */
const MAX_IN_FLIGHT = 4
/** Rows that fall due within this time travel in one message, ms. */
const COLLECT = 20
/** Timers hold at most 24.8 days, ms. */
const LONGEST_TIMER = 2 ** 31 - 1

export interface SendCounts {
  messages: number
  reports: number
  readings: number
  acknowledgedMessages: number
  acknowledgedReadings: number
}

export interface SendOptions {
  stations: readonly MappedStation[]
  values: readonly MappedValue[]
  /** How many times faster than the file's own time; 0 is as fast as acknowledged. */
  speed: number
  /** Epoch ms of the first row of the whole file, which is due at once. */
  begin: number
  signal?: AbortSignal
  clock?: Clock
}

/** Milliseconds of a clock that never goes back, and waiting on it. */
export interface Clock {
  now(): number
  /** Resolves after the time, or early when aborted. */
  wait(milliseconds: number, signal: AbortSignal | undefined): Promise<void>
}

const REAL_CLOCK: Clock = {
  now: () => performance.now(),
  wait: (milliseconds, signal) =>
    delay(milliseconds, undefined, signal === undefined ? {} : { signal }).catch(() => undefined),
}

export function noSendCounts(): SendCounts {
  return { messages: 0, reports: 0, readings: 0, acknowledgedMessages: 0, acknowledgedReadings: 0 }
}

/** Sends a device's rows in order, keeping `counts` up to date; resolves when the last one is acknowledged. */
export async function sendRows(
  link: Pick<DeviceLink, 'deliver'>,
  device: ReplayDevice,
  options: SendOptions,
  counts: SendCounts,
): Promise<void> {
  const { clock = REAL_CLOCK } = options
  const start = clock.now()
  const inFlight = new Set<Promise<void>>()
  let next = 0
  const stopped = () => options.signal?.aborted === true
  while (next < device.rows.length && !stopped()) {
    await untilDue(device.rows[next] as Row, start, options, clock)
    if (stopped()) break
    const batch = takeBatch(
      device,
      next,
      options,
      (time) => dueAt(time, start, options) <= clock.now() + COLLECT,
    )
    next += batch.reports
    counts.messages++
    counts.reports += batch.reports
    counts.readings += batch.readings
    const delivery = link.deliver('observations', batch.payload).then((delivered) => {
      if (!delivered) return
      counts.acknowledgedMessages++
      counts.acknowledgedReadings += batch.readings
    })
    const tracked = delivery.finally(() => inFlight.delete(tracked))
    inFlight.add(tracked)
    if (inFlight.size >= MAX_IN_FLIGHT) await Promise.race(inFlight)
  }
  await Promise.all(inFlight)
}

interface Batch {
  payload: string
  reports: number
  readings: number
}

/** As many due rows as fit into one message, at least one: a single report, or a list of them. */
function takeBatch(
  device: ReplayDevice,
  from: number,
  { stations, values }: SendOptions,
  isDue: (time: number) => boolean,
): Batch {
  const parts: string[] = []
  let bytes = 2
  let readings = 0
  const limit = Math.min(device.rows.length, from + MAX_BATCH_REPORTS)
  for (let index = from; index < limit; index++) {
    const row = device.rows[index] as Row
    if (index > from && !isDue(row.time)) break
    const part = reportOf(row, device, stations, values)
    bytes += Buffer.byteLength(part) + 1
    if (index > from && bytes > MAX_BATCH_BYTES) break
    parts.push(part)
    readings += readingsOf(row)
  }
  const payload = parts.length === 1 ? (parts[0] as string) : `[${parts.join(',')}]`
  return { payload, reports: parts.length, readings }
}

/** When a row is to be sent, on the scale of the clock. */
function dueAt(time: number, start: number, { speed, begin }: SendOptions): number {
  return speed === 0 ? start : start + (time - begin) / speed
}

async function untilDue(row: Row, start: number, options: SendOptions, clock: Clock): Promise<void> {
  while (options.signal?.aborted !== true) {
    const wait = dueAt(row.time, start, options) - clock.now()
    if (wait <= 0) return
    await clock.wait(Math.min(wait, LONGEST_TIMER), options.signal)
  }
}
