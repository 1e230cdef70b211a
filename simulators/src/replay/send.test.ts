import { expect, test } from '@jest/globals'
import { decodeReport } from '@osprey/core/report'
import type { TopicKind } from '@osprey/core/topics'
import fc from 'fast-check'
import { divide } from './devices.ts'
import { parseMapping } from './mapping.ts'
import type { ReplayFile } from './read-rows.ts'
import { MAX_BATCH_BYTES, noSendCounts, sendRows } from './send.ts'
import { compare, expectedSeries } from './verify.ts'

const mappingOf = (gateway?: string) =>
  parseMapping({
    name: 'Two rivers',
    time: { column: 'time', format: 'iso' },
    medium: 'surface-water',
    ...(gateway === undefined ? {} : { gateway }),
    stations: {
      column: 'site',
      list: [
        { id: 'a', latitude: 1, longitude: 1 },
        { id: 'b', latitude: 2, longitude: 2 },
      ],
    },
    values: [
      { column: 'c', property: 'conductivity', unit: 'mS/cm' },
      { column: 't', property: 'water_temperature' },
    ],
  })

function fileOf(count: number): ReplayFile {
  const stations = mappingOf().stations.list
  const rows = Array.from({ length: count }, (_, index) => ({
    time: Date.UTC(2024, 0, 1) + Math.floor(index / 2) * 60_000,
    station: index % 2,
    values: [index % 7 === 0 ? undefined : index / 8, index % 7 !== 0 && index % 5 === 0 ? undefined : 20.1],
  }))
  return { stations, rows, ignored: [], outside: 0, empty: 0 }
}

class RecordingLink {
  payloads: string[] = []
  async deliver(_kind: TopicKind, payload: string): Promise<boolean> {
    this.payloads.push(payload)
    return true
  }
}

async function replay(file: ReplayFile, gateway?: string) {
  const mapping = mappingOf(gateway)
  const counts = noSendCounts()
  const sent: { device: string; link: RecordingLink }[] = []
  for (const device of divide(file, mapping)) {
    const link = new RecordingLink()
    sent.push({ device: device.id, link })
    const options = {
      stations: file.stations,
      values: mapping.values,
      speed: 0,
      begin: file.rows[0]?.time ?? 0,
    }
    await sendRows(link, device, options, counts)
  }
  return { mapping, counts, sent }
}

test.each([undefined, 'gateway'])(
  'everything sent decodes to what the file holds (gateway: %s)',
  async (gateway) => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 2500 }), async (count) => {
        const file = fileOf(count)
        const { mapping, counts, sent } = await replay(file, gateway)
        const stored = new Map<string, Map<number, number>>()
        for (const { device, link } of sent) {
          for (const payload of link.payloads) {
            expect(Buffer.byteLength(payload)).toBeLessThanOrEqual(MAX_BATCH_BYTES)
            const decoded = decodeReport('observations', Buffer.from(payload), 0)
            if (!decoded.ok) throw new Error(decoded.detail)
            for (const report of decoded.reports) {
              for (const [property, value] of Object.entries(report.values)) {
                const conversion = mapping.values.find((entry) => entry.property.id === property)?.stored
                const key = `${report.station ?? device} ${property}`
                const series = stored.get(key) ?? new Map<number, number>()
                series.set(report.time, (value as number) * (conversion?.factor ?? 1))
                stored.set(key, series)
              }
            }
          }
        }
        const expected = expectedSeries(file, mapping)
        for (const series of expected) {
          const check = compare(series, stored.get(`${series.station} ${series.property}`) ?? new Map())
          expect(check).toMatchObject({
            different: 0,
            fileCount: series.values.size,
            storedCount: series.values.size,
          })
          expect(check.storedSum).toBe(check.fileSum)
        }
        expect(counts.readings).toBe(expected.reduce((sum, { values }) => sum + values.size, 0))
        expect(counts.acknowledgedReadings).toBe(counts.readings)
        expect(counts.reports).toBe(count)
      }),
      { numRuns: 20 },
    )
  },
)

test('a stored value that differs in the last bit is found', () => {
  const series = {
    station: 'a',
    property: 'ph',
    values: new Map([
      [0, 0.3],
      [1, 7],
    ]),
  }
  expect(
    compare(
      series,
      new Map([
        [0, 0.1 + 0.2],
        [1, 7],
      ]),
    ),
  ).toMatchObject({
    different: 1,
    firstDifference: { time: '1970-01-01T00:00:00.000Z', file: 0.3, stored: 0.1 + 0.2 },
  })
  expect(compare(series, new Map([[0, 0.3]]))).toMatchObject({ different: 1, storedCount: 1, fileCount: 2 })
})

test('at a speed, rows of one instant travel together and later ones apart', async () => {
  const file = fileOf(6)
  const mapping = mappingOf('gateway')
  const [device] = divide(file, mapping)
  if (device === undefined) throw new Error('no device')
  const link = new RecordingLink()
  // One minute of the file in 600 ms.
  const options = {
    stations: file.stations,
    values: mapping.values,
    speed: 100,
    begin: file.rows[0]?.time ?? 0,
  }
  await sendRows(link, device, options, noSendCounts())
  const rows = link.payloads.map((payload) => JSON.parse(payload).length)
  // A machine that stalls may owe two instants at once; it never splits one, nor sends one ahead of its time.
  expect(rows[0]).toBe(2)
  expect(rows.filter((count) => count % 2 !== 0)).toEqual([])
  expect(rows.reduce((sum, count) => sum + count, 0)).toBe(6)
})

test('an interrupted replay stops sending', async () => {
  const file = fileOf(4)
  const mapping = mappingOf('gateway')
  const [device] = divide(file, mapping)
  if (device === undefined) throw new Error('no device')
  const stop = new AbortController()
  const counts = noSendCounts()
  const link = {
    deliver: async () => {
      stop.abort()
      return true
    },
  }
  const options = {
    stations: file.stations,
    values: mapping.values,
    speed: 0.001,
    begin: file.rows[0]?.time ?? 0,
  }
  await sendRows(link, device, { ...options, signal: stop.signal }, counts)
  expect(counts).toMatchObject({ messages: 1, reports: 2 })
})
