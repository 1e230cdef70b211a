import { join } from 'node:path'
import { Resolver } from '@osprey/backend/pipeline/resolver'
import { OBSERVED_PROPERTIES } from '@osprey/core/properties'
import { Journal } from '@osprey/journal/journal'

/** Ten thousand devices that report 6 numbers each, and a journal of their messages. */
export const DEVICES = 10_000
export const PROPERTIES = ['pm25', 'pm10', 'so2', 'no2', 'co', 'o3']
/** Messages appended at once when no pace says how many: what the broker packs in a busy turn. */
export const BURST = 1200
const JOURNAL_BYTES = 8 * 1024 ** 3
const START = Date.UTC(2026, 10, 22)

export function openJournal(directory: string): Journal {
  return Journal.open(join(directory, 'journal'), { maxBytes: JOURNAL_BYTES })
}

/** Appends so many messages from the given one on, every device's `interval` ms apart; settles when all are durable. */
export function append(journal: Journal, from: number, count: number, interval: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let left = count
  for (let message = from; message < from + count; message++) {
    const deviceId = `device-${message % DEVICES}`
    const time = START + Math.floor(message / DEVICES) * interval
    const values = PROPERTIES.map((property, at) => `"${property}":${((message * 7 + at * 13) % 997) / 10}`)
    const entry = {
      kind: 'publish' as const,
      receivedAt: time + 50,
      deviceId,
      topic: `v1/devices/${deviceId}/observations`,
      payload: Buffer.from(`{"time":${time},"values":{${values.join(',')}}}`),
      qos: 1 as const,
    }
    journal.append(entry, (error) => {
      if (error) reject(error)
      else if (--left === 0) resolve()
    })
  }
  return promise
}

/** Knows every device, its station and its datastreams. */
export function registry(): Resolver {
  const resolver = new Resolver()
  for (const property of OBSERVED_PROPERTIES) resolver.setProperty(property)
  let datastream = 1
  for (let device = 0; device < DEVICES; device++) {
    const station = `station-${device}`
    resolver.setStation({ id: station, latitude: 30, longitude: 110, medium: 'air' })
    resolver.setDevice({ id: `device-${device}`, stations: [station], disabled: false })
    for (const property of PROPERTIES) resolver.setDatastream({ id: datastream++, station, property })
  }
  return resolver
}

/** A store that only counts. */
export function countingStore() {
  return {
    rows: 0,
    async append(batch: { length: number }) {
      this.rows += batch.length
      return { stored: batch.length, refused: [] }
    },
  }
}
