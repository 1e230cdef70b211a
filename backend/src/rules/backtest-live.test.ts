import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { AlertsView, AlertView } from '@osprey/core/api/alerts'
import type { BacktestFiring, BacktestLine } from '@osprey/core/api/rules'
import { TestBackend } from '../testing.ts'
import {
  DAY,
  hourly,
  MINUTE,
  registerStations,
  START,
  sendReadings,
  smoothed,
  upwind,
  whileRunning,
} from './backtest.fixture.ts'

/** The same readings through the pipeline with the rules switched on, and through a backtest. */

const RULES = { smoothed, hourly, running: whileRunning, upwind }
/** Rules times the stations they apply to. */
const MACHINES = 3 + 3 + 3 + 1

let backend: TestBackend
beforeAll(async () => {
  backend = await TestBackend.start()
  await registerStations(backend)
  for (const [id, definition] of Object.entries(RULES)) {
    const answer = await backend.operator('POST', '/api/rules', { id, active: true, definition })
    if (answer.status !== 201) throw new Error(answer.text)
  }
  // Machines that are still being prepared would take the first readings as their past.
  while ((await machines('condition')) !== MACHINES || (await machines('cold')) > 0);
  await sendReadings(backend)
})
afterAll(() => TestBackend.stopAll())

async function machines(kind: string): Promise<number> {
  const { text } = await backend.operator('GET', '/metrics')
  const line = text.split('\n').find((each) => each.includes('instances') && each.includes(`"${kind}"`))
  return line === undefined ? Number.NaN : Number(line.split(' ')[1])
}

type Episode = Pick<BacktestFiring, 'station' | 'severity' | 'start' | 'fired' | 'end' | 'peak' | 'peakAt'>

async function live(rule: string): Promise<Episode[]> {
  const path = `/api/alerts?rule=${rule}&state=firing,resolved&limit=500`
  const { alerts }: AlertsView = (await backend.operator('GET', path)).body
  return alerts.map(episodeOf).sort(byFiring)
}

function episodeOf({ station, severity, startedAt, firedAt, resolvedAt, peak, peakAt }: AlertView): Episode {
  return { station, severity, start: startedAt, fired: firedAt as string, end: resolvedAt, peak, peakAt }
}

async function tested(rule: keyof typeof RULES): Promise<Episode[]> {
  const { text } = await backend.operator('POST', '/api/rules/backtest', {
    definitions: [RULES[rule]],
    from: new Date(START).toISOString(),
    // Where the readings end: without a broker nothing tells the pipeline that time goes on.
    to: new Date(START + 2 * DAY - MINUTE).toISOString(),
  })
  const last = JSON.parse(text.trimEnd().split('\n').at(-1) as string) as BacktestLine
  if (last.kind !== 'result') throw new Error(text)
  const firings = last.results[0]?.firings ?? []
  return firings
    .map(({ station, severity, start, fired, end, peak, peakAt }) => {
      return { station, severity, start, fired, end, peak, peakAt }
    })
    .sort(byFiring)
}

function byFiring(one: Episode, other: Episode): number {
  return `${one.fired} ${one.station}` < `${other.fired} ${other.station}` ? -1 : 1
}

/** What is open has its peak only once it is resolved. */
const settled = (episodes: Episode[]) =>
  episodes.map((each) => (each.end === null ? { ...each, peak: null, peakAt: null } : each))

test.each(['smoothed', 'hourly', 'running', 'upwind'] as const)(
  '%s: the alerts are those of the backtest',
  async (rule) => {
    const expected = settled(await tested(rule))
    expect(expected.length).toBeGreaterThan(1)
    const resolved = (episodes: Episode[]) => episodes.filter(({ end }) => end !== null).length
    let found = await live(rule)
    // The last notices may still be on their way.
    for (let look = 0; look < 500; look++) {
      if (found.length >= expected.length && resolved(found) >= resolved(expected)) break
      found = await live(rule)
    }
    expect(settled(found)).toEqual(expected)
  },
)
