import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { DAY, HOUR, localHour, MINUTE } from '../environment/calendar.ts'
import { World } from '../environment/world.ts'
import { DEVICES } from '../territory/devices.ts'
import { stationById } from '../territory/stations.ts'
import { mean } from '../testing/statistics.ts'
import { SCENARIOS, scenarioById } from './catalogue.ts'
import { groundTruth } from './ground-truth.ts'
import type { Scenario, Truth } from './scenario.ts'
import { ScenarioCalendar, startOn } from './schedule.ts'

const MIDNIGHT = Date.parse('2026-11-19T00:00:00+08:00')
const START = MIDNIGHT + 2 * HOUR
const TEN_SECONDS = 10_000

function pair(scenario: Scenario, start = START) {
  return {
    calm: new World({ seed: 1, quiet: true }),
    eventful: new World({ seed: 1, quiet: true, triggered: [{ scenario, start }] }),
  }
}

function read(world: World, station: string, property: string, time: number): unknown {
  return world.observe(stationById(station), time, TEN_SECONDS)?.[property]
}

const cases = SCENARIOS.flatMap((scenario) =>
  scenario.truth.map((truth) => [scenario.id, truth.effect, truth] as const),
)

describe.each(cases)('%s: the %s that is promised', (id, _effect, truth) => {
  const scenario = scenarioById(id) as Scenario
  const start = MIDNIGHT + scenario.schedule.hour * HOUR
  const middle = start + (truth.from + truth.to) / 2

  test('names stations and properties there are', () => {
    for (const station of truth.stations) {
      const { properties } = stationById(station)
      for (const property of truth.properties) {
        if (truth.stations.length === 1) expect(properties).toContain(property)
      }
    }
    expect(truth.from).toBeGreaterThanOrEqual(0)
    expect(truth.to).toBeGreaterThan(truth.from)
    expect(truth.to).toBeLessThanOrEqual(scenario.duration)
  })

  test('is there while it lasts', () => expectEffect(scenario, truth, start, middle))

  test('is not there before', () => {
    const { calm, eventful } = pair(scenario, start)
    for (const station of truth.stations) {
      const before = start - 20 * MINUTE
      expect(eventful.observe(stationById(station), before, TEN_SECONDS)).toEqual(
        calm.observe(stationById(station), before, TEN_SECONDS),
      )
    }
  })
})

/** Compares what is read during the effect with what would have been read without it. */
function expectEffect(scenario: Scenario, truth: Truth, start: number, middle: number): void {
  const { calm, eventful } = pair(scenario, start)
  for (const station of truth.stations) {
    for (const property of truth.properties) {
      if (!stationById(station).properties.includes(property)) continue
      const expected = read(calm, station, property, middle)
      const found = read(eventful, station, property, middle)
      const where = `${scenario.id} ${station} ${property}: ${String(expected)} → ${String(found)}`
      switch (truth.effect) {
        case 'rise':
        case 'drift':
          if (!(Number(found) > Number(expected))) throw new Error(where)
          break
        case 'fall':
          if (!(Number(found) < Number(expected))) throw new Error(where)
          break
        case 'mismatch':
          if (found === expected) throw new Error(where)
          break
        case 'implausible':
          expect(found).toBe(127)
          break
        default:
          break
      }
    }
  }
}

test('a night discharge arrives downstream after the time of travel, weaker and longer', () => {
  const { calm, eventful } = pair(scenarioById('night-discharge') as Scenario)
  const excess = (station: string, minutes: number) =>
    Number(read(eventful, station, 'conductivity', START + minutes * MINUTE)) -
    Number(read(calm, station, 'conductivity', START + minutes * MINUTE))
  const course = (station: string) => {
    const values = Array.from({ length: 480 }, (_, minute) => excess(station, minute))
    const peak = Math.max(...values)
    const first = (share: number) => values.findIndex((value) => value > share * peak)
    const above = values.flatMap((value, minute) => (value > peak / 2 ? [minute] : []))
    return { peak, middle: mean(above), rise: first(0.85) - first(0.15) }
  }
  const near = course('lan-heyang-lower')
  const far = course('lan-xiatan')
  expect(near.peak).toBeGreaterThan(25)
  expect(far.peak).toBeGreaterThan(15)
  expect(far.peak).toBeLessThan(near.peak)
  // 7.6 km at 0.8 m/s are 158 min.
  expect(far.middle - near.middle).toBeGreaterThan(150)
  expect(far.middle - near.middle).toBeLessThan(166)
  expect(far.rise).toBeGreaterThan(near.rise)
  expect(
    Math.max(...Array.from({ length: 40 }, (_, index) => Math.abs(excess('lan-heyang', index * 10)))),
  ).toBe(0)
})

test('treatment off: the line runs on, the oxidiser does not, and its stack shows it', () => {
  const noon = MIDNIGHT + 14 * HOUR
  const { eventful } = pair(scenarioById('treatment-off') as Scenario, noon)
  const at = (property: string, minutes: number, station = 'eq-coating') =>
    Number(read(eventful, station, property, noon + minutes * MINUTE))
  expect(at('production_power', 30)).toBeGreaterThan(0.8 * at('production_power', -30))
  expect(at('treatment_power', 30)).toBeLessThan(0.05 * at('treatment_power', -30))
  expect(at('emission_nmhc', 30, 'stack-coating')).toBeGreaterThan(
    10 * at('emission_nmhc', -30, 'stack-coating'),
  )
  expect(read(eventful, 'eq-coating', 'fan_running', noon + 30 * MINUTE)).toBe(false)
  expect(read(eventful, 'eq-coating', 'run_state', noon + 30 * MINUTE)).toBe('alarm')
})

test('a dust storm reaches the north-west first, with far more PM10 than PM2.5', () => {
  const { calm, eventful } = pair(scenarioById('dust-storm') as Scenario)
  const arrival = (station: string) => {
    for (let minute = 0; minute < 180; minute += 2) {
      const time = START + minute * MINUTE
      if (Number(read(eventful, station, 'pm10', time)) > Number(read(calm, station, 'pm10', time)) + 100)
        return minute
    }
    throw new Error(`no dust at ${station}`)
  }
  expect(arrival('bg-yunmen-hills')).toBeLessThan(arrival('air-people-square'))
  expect(arrival('air-people-square')).toBeLessThan(arrival('air-donggang-north'))
  const time = START + 2 * HOUR
  const added = (property: string) =>
    Number(read(eventful, 'air-people-square', property, time)) -
    Number(read(calm, 'air-people-square', property, time))
  expect(added('pm10')).toBeGreaterThan(3 * added('pm25'))
})

test('a stuck analyser repeats one value, a spiking one jumps now and then', () => {
  const stuck = pair(scenarioById('flat-line') as Scenario).eventful
  const readings = Array.from({ length: 300 }, (_, index) =>
    read(stuck, 'air-yunmen-town', 'o3', START + index * 60_000),
  )
  expect(new Set(readings).size).toBe(1)
  const { calm, eventful } = pair(scenarioById('spikes') as Scenario)
  const jumps = Array.from({ length: 1000 }, (_, index) => {
    const time = START + index * 5000
    return (
      Number(read(eventful, 'shuang-mouth', 'turbidity', time)) -
      Number(read(calm, 'shuang-mouth', 'turbidity', time))
    )
  })
  expect(jumps.filter((jump) => jump > 200).length).toBeGreaterThan(40)
  expect(jumps.filter((jump) => jump === 0).length).toBeGreaterThan(850)
})

test('a gateway without power is silent, a logger without network holds its reports', () => {
  const loss = pair(scenarioById('communication-loss') as Scenario).eventful
  expect(loss.observe(stationById('eq-coating'), START + 10 * MINUTE, TEN_SECONDS)).toBeUndefined()
  expect(loss.isHolding('gw-heyang-park', START + 10 * MINUTE)).toBe(true)
  const backlog = pair(scenarioById('backlog') as Scenario).eventful
  expect(backlog.isHolding('dev-bg-west-hills', START + HOUR)).toBe(true)
  expect(backlog.isHolding('dev-bg-west-hills', START + 2 * HOUR)).toBe(false)
  expect(backlog.observe(stationById('bg-west-hills'), START + HOUR, TEN_SECONDS)).toBeDefined()
})

test('devices named by scenarios exist', () => {
  const known = DEVICES.map(({ id }) => id)
  for (const scenario of SCENARIOS) {
    const named = scenario.effects(1, () => 0.1).holding ?? []
    for (const device of named) expect(known).toContain(device)
  }
})

describe('the schedule', () => {
  test.each(SCENARIOS.map((scenario) => [scenario.id, scenario] as const))(
    '%s happens on its share of days, around its hour',
    (_id, scenario) => {
      const days = Array.from({ length: 1000 }, (_, index) => 20_000 + index)
      const starts = days.flatMap((day) => startOn(1, scenario, day) ?? [])
      expect(Math.abs(starts.length / 1000 - scenario.schedule.share)).toBeLessThan(0.06)
      for (const start of starts) {
        const away = Math.abs(((localHour(start) - scenario.schedule.hour + 36) % 24) - 12)
        expect(away).toBeLessThanOrEqual(scenario.schedule.spread + 0.02)
        expect(start % MINUTE).toBe(0)
      }
    },
  )

  test('keeps a demonstration alive: some scenario runs on every day', () => {
    const calendar = new ScenarioCalendar(1, SCENARIOS)
    for (let day = 0; day < 60; day++) {
      expect(calendar.between(START + day * DAY, START + (day + 1) * DAY).length).toBeGreaterThan(3)
    }
  })

  test('finds the same runs however a period is divided', () => {
    const calendar = new ScenarioCalendar(3, SCENARIOS)
    const moments = fc.integer({ min: START, max: START + 30 * DAY })
    fc.assert(
      fc.property(moments, (time) => {
        const wide = calendar.between(time - DAY, time + DAY)
        const running = wide.filter(
          ({ scenario, start }) => start <= time && time < start + scenario.duration,
        )
        expect(calendar.activeAt(time)).toEqual(running)
      }),
    )
  })

  test('the ground truth lists every effect of a period with its times', () => {
    const scenario = scenarioById('treatment-off') as Scenario
    const calendar = new ScenarioCalendar(1, [], [{ scenario, start: START }])
    expect(groundTruth(calendar, START, START + HOUR)).toMatchObject([
      {
        scenario: 'treatment-off',
        stations: ['eq-coating'],
        from: new Date(START).toISOString(),
        effect: 'mismatch',
      },
      {
        scenario: 'treatment-off',
        stations: ['stack-coating'],
        to: new Date(START + 75 * MINUTE).toISOString(),
      },
    ])
    expect(groundTruth(calendar, START + 2 * HOUR, START + 3 * HOUR)).toEqual([])
  })
})
