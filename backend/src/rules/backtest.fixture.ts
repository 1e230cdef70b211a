import { join } from 'node:path'
import { Journal } from '@osprey/journal/journal'
import { box } from '../territory/territory.fixture.ts'
import type { TestBackend } from '../testing.ts'
import { above, definitionOf } from './rules.fixture.ts'

/** Three stations with two days of readings, and rules that fire on them. */

export const MINUTE = 60_000
export const DAY = 1440 * MINUTE
export const START = Date.parse('2026-03-01T00:00:00Z')
export const STATIONS = ['a1', 'a2', 'b1']
/** Readings of each station: two days, a reading each five minutes, an hour of silence on the second day. */
export const TIMES = Array.from({ length: 576 }, (_, index) => START + index * 5 * MINUTE).filter(
  (time) => !(time > START + DAY + 600 * MINUTE && time < START + DAY + 660 * MINUTE),
)

/** Beyond the plausible range now and then, so that some are flagged. */
export const valueAt = (station: string, time: number): number => {
  const step = (time - START) / (5 * MINUTE)
  const course = 60 + 40 * Math.sin(step / 20 + STATIONS.indexOf(station)) + ((step * 7919) % 13)
  return step % 97 === 96 ? 5000 : course
}
export const stateAt = (time: number) => ((time / (50 * MINUTE)) % 2 < 1 ? 'running' : 'stopped')

/** Stations, a site, a category and a jurisdiction around the stations of the site. */
export async function registerStations(backend: TestBackend): Promise<void> {
  const must = async (method: string, path: string, body: object) => {
    const answer = await backend.operator(method, path, body)
    if (answer.status >= 300) throw new Error(`${path}: ${answer.text}`)
  }
  await must('POST', '/api/jurisdictions', {
    id: 'A',
    name: 'A',
    parent: null,
    geometry: box(0, 0, 10, 10),
  })
  await must('POST', '/api/properties', {
    id: 'kiln_state',
    name: { en: 'Kiln', zh: '窑' },
    media: ['air'],
    unit: '1',
    symbol: '',
    kind: 'category',
    precision: 0,
    categories: ['stopped', 'running'],
  })
  await must('POST', '/api/sites', { id: 'mill', name: 'Mill', latitude: 5, longitude: 5 })
  for (const [index, id] of STATIONS.entries()) {
    const longitude = id.startsWith('a') ? 5 : 50
    const site = id.startsWith('a') ? 'mill' : null
    const place = { latitude: 5 + index / 10, longitude, site }
    await must('POST', '/api/stations', { id, name: id, medium: 'air', class: 'II', ...place })
    await must('POST', '/api/devices', { id: `dv-${id}`, stations: [id] })
  }
}

/** When a station reports; two of them never at the same instant as the third. */
export const timesOf = (station: string) => TIMES.map((time) => time + (station === 'b1' ? MINUTE : 0))

/** As the broker would, each soon after its time; resolves when they are stored. */
export async function sendReadings(backend: TestBackend): Promise<void> {
  const journal = Journal.open(join(backend.dataDir, 'journal'), { maxBytes: 64 * 1024 * 1024 })
  const append = (station: string, time: number) =>
    new Promise<void>((settle, fail) => {
      const values = { pm25: valueAt(station, time), ...(station === 'a1' && { kiln_state: stateAt(time) }) }
      const topic = `v1/devices/dv-${station}/observations`
      const from = {
        kind: 'publish',
        receivedAt: time + 1000,
        deviceId: `dv-${station}`,
        topic,
        qos: 1,
      } as const
      const payload = Buffer.from(JSON.stringify({ time, values }))
      journal.append({ ...from, payload }, (error) => (error ? fail(error) : settle()))
    })
  try {
    const reports = STATIONS.flatMap((station) => timesOf(station).map((time) => ({ station, time })))
    reports.sort((one, other) => one.time - other.time)
    await Promise.all(reports.map(({ station, time }) => append(station, time)))
  } finally {
    await journal.close()
  }
  const total = TIMES.length * (STATIONS.length + 1)
  for (;;) {
    const { stored, rejected } = (await backend.operator('GET', '/api/ledger')).body
    if (stored === total) return
    if (Object.keys(rejected).length > 0) throw new Error(JSON.stringify(rejected))
  }
}

export const smoothed = definitionOf(
  {
    kind: 'comparison',
    measure: {
      property: 'pm25',
      statistic: 'mean',
      windowSeconds: 3600,
      minimumCoverage: 0.1,
      slotSeconds: 300,
    },
    operator: 'gt',
    threshold: { kind: 'number', value: 70 },
    levels: [{ severity: 'severe', threshold: { kind: 'number', value: 95 } }],
    clear: { kind: 'number', value: 65 },
  },
  { qualityFlags: [1, 2, 3, 4] },
)
export const hourly = definitionOf({
  kind: 'comparison',
  measure: { property: 'pm25', statistic: 'max', windowSeconds: 7200, aligned: true },
  operator: 'ge',
  threshold: { kind: 'number', value: 80 },
})
export const whileRunning = definitionOf({
  kind: 'all',
  conditions: [
    {
      kind: 'comparison',
      measure: { property: 'kiln_state', statistic: 'last', windowSeconds: 900 },
      operator: 'eq',
      threshold: { kind: 'category', value: 'running' },
    },
    above('pm25', 50),
  ],
})
export const upwind = definitionOf(
  {
    kind: 'comparison',
    measure: { property: 'pm25', statistic: 'last', windowSeconds: 600 },
    operator: 'gt',
    threshold: {
      kind: 'measure',
      measure: { of: 'other', property: 'pm25', statistic: 'last', windowSeconds: 600 },
      offset: 20,
    },
  },
  { pairs: [{ station: 'a1', other: 'b1' }] },
)
