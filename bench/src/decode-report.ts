import { decodeReport } from '@osprey/core/report'
import { saveResult } from './results.ts'

/** How fast messages of six values are decoded on one core: the first step of every reading's way. */
const RECEIVED_AT = Date.UTC(2026, 10, 22, 8)
const VALUES = { pm25: 35.2, pm10: 61, so2: 12.5, no2: 44.1, co: 0.8, o3: 88 }
const SENML = Object.entries(VALUES).map(([n, v], index) =>
  index === 0 ? { bt: RECEIVED_AT / 1000, n, v } : { n, v },
)

const MESSAGES: [name: string, kind: 'observations' | 'senml', body: unknown, reports: number][] = [
  ['epoch milliseconds', 'observations', { time: RECEIVED_AT, values: VALUES }, 1],
  ['ISO 8601', 'observations', { time: '2026-11-22T16:00:00+08:00', values: VALUES }, 1],
  [
    'batch of 100',
    'observations',
    Array.from({ length: 100 }, () => ({ time: RECEIVED_AT, values: VALUES })),
    100,
  ],
  ['SenML', 'senml', SENML, 1],
]
const WARM_UP_SECONDS = 0.3
const MEASURED_SECONDS = 1.5

function measure(kind: 'observations' | 'senml', body: unknown): number {
  const payload = Buffer.from(JSON.stringify(body))
  run(kind, payload, WARM_UP_SECONDS)
  return run(kind, payload, MEASURED_SECONDS)
}

/** Decodes for so many seconds and answers messages per second. */
function run(kind: 'observations' | 'senml', payload: Uint8Array, seconds: number): number {
  const start = performance.now()
  const end = start + seconds * 1000
  let messages = 0
  let now = start
  while (now < end) {
    for (let index = 0; index < 100; index++) {
      const result = decodeReport(kind, payload, RECEIVED_AT)
      if (!result.ok) throw new Error(result.detail)
    }
    messages += 100
    now = performance.now()
  }
  return (messages / (now - start)) * 1000
}

const results = MESSAGES.map(([message, kind, body, reports]) => {
  const perSecond = measure(kind, body)
  return {
    message,
    messagesPerSecond: Math.round(perSecond),
    valuesPerSecond: Math.round(perSecond * reports * Object.keys(VALUES).length),
    microsecondsPerMessage: Number((1e6 / perSecond).toFixed(2)),
  }
})
saveResult('decode-report', 'node bench/dist/decode-report.js', { results })
