import { request } from 'node:http'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { RuleInstance } from '@osprey/core/alerting/rule-instance'
import type { Transition } from '@osprey/core/alerting/types'
import {
  type BacktestLine,
  type BacktestResult,
  type RuleDefinition,
  type RuleDefinitionInput,
  ruleDefinition,
} from '@osprey/core/api/rules'
import { propertyById } from '@osprey/core/properties'
import { TestBackend } from '../testing.ts'
import {
  DAY,
  hourly,
  MINUTE,
  registerStations,
  START,
  STATIONS,
  sendReadings,
  smoothed,
  stateAt,
  TIMES,
  timesOf,
  upwind,
  valueAt,
  whileRunning,
} from './backtest.fixture.ts'
import { above, definitionOf } from './rules.fixture.ts'

let backend: TestBackend

beforeAll(async () => {
  backend = await TestBackend.start()
  await registerStations(backend)
  await sendReadings(backend)
})
afterAll(() => TestBackend.stopAll())

const range = { from: new Date(START + DAY / 2).toISOString(), to: new Date(START + 2 * DAY).toISOString() }

async function backtest(
  definitions: RuleDefinitionInput[],
  rest: object = {},
): Promise<{ lines: BacktestLine[]; results: BacktestResult[] }> {
  const answer = await backend.operator('POST', '/api/rules/backtest', { definitions, ...range, ...rest })
  expect([answer.status, answer.text]).toEqual([200, expect.any(String)])
  expect(answer.headers['content-type']).toBe('application/x-ndjson; charset=utf-8')
  const lines = answer.text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as BacktestLine)
  const last = lines.at(-1)
  if (last?.kind !== 'result') throw new Error(answer.text)
  return { lines, results: last.results }
}

/** The machine itself, fed with what was sent, report by report. */
async function judged(input: RuleDefinitionInput, station: string, other: string | null = null) {
  const definition: RuleDefinition = ruleDefinition.parse(input)
  const { body: custom } = await backend.operator('GET', '/api/properties')
  const facts = (id: string) => ({
    id,
    name: id,
    medium: 'air' as const,
    site: null,
    class: 'II',
    jurisdictions: [],
    attributes: {},
  })
  const property = (id: string) => propertyById(id) ?? custom.find((each: { id: string }) => each.id === id)
  const instance = new RuleInstance({
    definition,
    station: facts(station),
    other: other === null ? null : facts(other),
    context: { property, holidays: new Set() },
  })
  const transitions: Transition[] = []
  const emit = (transition: Transition) => transitions.push(transition)
  const [from, to] = [Date.parse(range.from), Date.parse(range.to)]
  let hasBegun = false
  const events = instance.inputs.flatMap(({ of, property }, input) => {
    const source = of === 'station' ? station : (other as string)
    if (property === 'kiln_state' && source !== 'a1') return []
    return timesOf(source).map((time) => ({ time, input, source, property }))
  })
  events.sort((one, next) => one.time - next.time)
  events.forEach(({ time, input, source, property }, index) => {
    if (time >= from && !hasBegun) {
      instance.startAt(from)
      hasBegun = true
    }
    const isState = property === 'kiln_state'
    const value = isState ? Number(stateAt(time) === 'running') : valueAt(source, time)
    const quality = !isState && value > 1000 ? 4 : 1
    if (time >= from) instance.observe(input, time, value, quality, emit)
    else if (time >= from - instance.history) instance.warmUp(input, time, value, quality)
    if (events[index + 1]?.time !== time) instance.settle(emit)
  })
  instance.advance(to, emit)
  const firings: object[] = []
  for (const each of transitions) {
    if (each.kind === 'fired') {
      const { severity, since, at } = each
      firings.push({ station, severity, start: iso(since), fired: iso(at), end: null })
    } else if (each.kind === 'raised') Object.assign(firings.at(-1) ?? {}, { severity: each.severity })
    else {
      const { at, peak, peakAt, flagged, observations } = each
      Object.assign(firings.at(-1) ?? {}, {
        end: iso(at),
        peak,
        peakAt: iso(peakAt),
        flaggedShare: flagged / observations,
      })
    }
  }
  return firings
}

const iso = (time: number | null) => (time === null ? null : new Date(time).toISOString())

test.each([
  ['a rolling mean with levels and a clear threshold', smoothed, ['a1', 'a2', 'b1'], null],
  ['an aligned maximum', hourly, ['a1', 'a2', 'b1'], null],
  ['a category and a number', whileRunning, ['a1'], null],
  ['two stations', upwind, ['a1'], 'b1'],
] as const)('%s: a backtest fires what the machine fires', async (_, definition, stations, other) => {
  const { results } = await backtest([definition])
  const [result] = results as [BacktestResult]
  for (const station of STATIONS) {
    const found = result.firings.filter((firing) => firing.station === station)
    const expected = stations.includes(station as never) ? await judged(definition, station, other) : []
    if (stations.includes(station as never)) expect(expected.length).toBeGreaterThan(0)
    expect(found).toEqual(expected.map((firing) => expect.objectContaining(firing)))
  }
  expect(result.omitted).toBe(0)
  expect(result.totals.firings).toBe(result.firings.length)
  expect(result.perDay.reduce((sum, { firings }) => sum + firings, 0)).toBe(result.firings.length)
  expect(result.perDay.map(({ date }) => date)).toEqual(['2026-03-01', '2026-03-02'])
})

test('progress comes first, and two definitions give two results', async () => {
  const { lines, results } = await backtest([smoothed, hourly])
  const progress = lines.flatMap((line) => (line.kind === 'progress' ? [line] : []))
  expect(progress.length).toBeGreaterThanOrEqual(2)
  const last = progress.at(-1)
  expect(last?.done).toBe(last?.total)
  expect(results).toHaveLength(2)
  expect(results[0]).toEqual((await backtest([smoothed])).results[0])
  expect(results[1]).toEqual((await backtest([hourly])).results[0])
  const inRange = TIMES.filter((time) => time >= Date.parse(range.from)).length
  expect(results[0]?.totals).toMatchObject({ observations: inRange * 3, datastreams: 3, stations: 3 })
  expect(results[0]?.totals.flaggedShare).toBeGreaterThan(0)
})

test('silence is found per datastream, station and site', async () => {
  const silence = (per: 'datastream' | 'station' | 'site') => ({
    ...definitionOf(above('pm25', 0)),
    trigger: { kind: 'no_data' as const, per, graceSeconds: 1800 },
    qualityFlags: [1, 2, 3, 4] as (1 | 2 | 3 | 4)[],
  })
  const at = (station: string | null, site: string | null, property: string | null) => {
    const start = START + DAY + (station === 'b1' ? 601 : 600) * MINUTE
    const times = { start: iso(start), fired: iso(start + 30 * MINUTE), end: iso(start + 60 * MINUTE) }
    return expect.objectContaining({ station, site, property, ...times })
  }
  const { results: datastreams } = await backtest([silence('datastream')])
  expect(datastreams[0]?.firings).toEqual([
    at('a1', null, 'kiln_state'),
    ...STATIONS.map((station) => at(station, null, 'pm25')),
  ])
  const { results: both } = await backtest([silence('station'), silence('site')])
  expect(both[0]?.firings).toEqual(STATIONS.map((station) => at(station, null, null)))
  expect(both[1]?.firings).toEqual([at(null, 'mill', null)])
})

test('what cannot be tested is named', async () => {
  const refusal = async (body: object) => {
    const answer = await backend.operator('POST', '/api/rules/backtest', {
      definitions: [hourly],
      ...range,
      ...body,
    })
    return [answer.status, answer.body.errors?.map(({ field }: { field: string }) => field)]
  }
  expect(await refusal({ to: range.from })).toEqual([400, ['to']])
  expect(await refusal({ from: '2024-01-01T00:00:00Z' })).toEqual([400, ['to']])
  expect(await refusal({ definitions: [hourly, definitionOf(above('pm99', 1))] })).toEqual([
    400,
    ['definitions.1.trigger.condition.measure.property'],
  ])
  expect(await refusal({ jurisdiction: 'west' })).toEqual([400, ['jurisdiction']])
  const { results } = await backtest([hourly], { jurisdiction: 'A' })
  expect(new Set(results[0]?.firings.map(({ station }) => station))).toEqual(new Set(['a1', 'a2']))
})

test('one at a time for each person, and whoever goes away frees the place', async () => {
  const body = JSON.stringify({ definitions: [smoothed], ...range })
  const open = request(`${backend.url}/api/rules/backtest`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${backend.operatorToken}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    },
  })
  open.on('error', () => {})
  const answered = new Promise((settle) => open.on('response', settle))
  open.end(body)
  const second = backend.operator('POST', '/api/rules/backtest', { definitions: [smoothed], ...range })
  await answered
  open.destroy()
  const { status, body: problem } = await second
  if (status === 429) expect(problem.detail).toBe('You have a backtest running already.')
  else expect(status).toBe(200)
  for (;;) {
    const answer = await backend.operator('POST', '/api/rules/backtest', {
      definitions: [smoothed],
      ...range,
    })
    if (answer.status === 200) break
    expect(answer.status).toBe(429)
  }
})
