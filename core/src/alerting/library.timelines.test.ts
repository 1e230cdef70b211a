import { describe, expect, test } from '@jest/globals'
import { BY_HOUR, CASES, type Case, HOUR, MINUTE, type Timeline, WATER } from './library.timelines.fixture.ts'
import { LIBRARY, libraryRule } from './library.ts'
import { replayNoData } from './replay.ts'
import { EPOCH, instanceOf, STATION } from './timeline.fixture.ts'
import type { Transition } from './types.ts'

/**
 * Every ready rule at the reporting intervals it meets, with times that are never quite the same and with a gap of some
 * hours: what it is for makes one alert, which lasts until it is over; ordinary data makes none.
 */

/** Seconds from -3 to 3, the same every time. */
function jitter(step: number, of: number): number {
  const mixed = Math.imul((step + 1) * 2654435761 + of * 40503, 2246822519) >>> 0
  return ((mixed >>> 8) % 6001) / 1000 - 3
}

interface Report {
  time: number
  hour: number
  of: 'station' | 'other'
}

/** When both stations report, in order. */
function reports(interval: number, hours: number, offset: number, gap?: [number, number]): Report[] {
  const all: Report[] = []
  for (const side of ['station', 'other'] as const) {
    const late = side === 'station' ? offset * HOUR : offset * HOUR + 20
    for (let step = 0; step * interval < hours * HOUR; step++) {
      const second = step * interval + late + jitter(step, side.length)
      const hour = second / HOUR
      if (gap !== undefined && hour >= gap[0] && hour < gap[1]) continue
      all.push({ time: EPOCH + Math.round(second * 1000), hour, of: side })
    }
  }
  return all.sort((one, other) => one.time - other.time)
}

/** What the rule does, each with the hour at which it did. */
function told(
  id: string,
  { class: stationClass = 'II', offset = 0 }: Case,
  line: Timeline,
  interval: number,
  hasGap: boolean,
) {
  const rule = libraryRule(id)
  if (rule === undefined) throw new Error(id)
  const machine = instanceOf(rule.definition, new Set(), { ...STATION, class: stationClass })
  expect(machine.problems).toEqual([])
  const done: { kind: Transition['kind']; hour: number }[] = []
  const emit = ({ kind, at }: Transition) => void done.push({ kind, hour: (at - EPOCH) / (HOUR * 1000) })
  const { hours = 144, values } = line
  const gap = hasGap ? (line.gap ?? [34.5, 37.5]) : undefined
  for (const { time, hour, of } of reports(interval, hours, offset, gap as [number, number] | undefined)) {
    machine.inputs.forEach((input, index) => {
      if (input.of !== of) return
      const course = values[`${of === 'other' ? 'other:' : ''}${input.property}`]
      if (course === undefined) throw new Error(`${id} reads ${of} ${input.property}`)
      machine.observe(index, time, course(hour), 1, emit)
    })
    machine.settle(emit)
  }
  machine.advance(EPOCH + hours * HOUR * 1000, emit)
  return done.filter(({ kind }) => kind !== 'raised')
}

const JITTERED = 0.01
const nameOf = (seconds: number) => (seconds < HOUR ? `${seconds / 60} min` : `${seconds / HOUR} h`)

describe.each(Object.entries(CASES))('%s', (id, one) => {
  const runs = one.intervals.flatMap((interval) =>
    [false, true].map(
      (hasGap) => [`${nameOf(interval)}${hasGap ? ' with a gap' : ''}`, interval, hasGap] as const,
    ),
  )

  test.each(runs)('fires once and lasts, every %s', (_name, interval, hasGap) => {
    const { fires } = one
    const done = told(id, one, fires, interval, hasGap)
    expect(done.map(({ kind }) => kind)).toEqual(['fired', 'resolved'])
    const [fired, resolved] = done.map(({ hour }) => hour) as [number, number]
    expect(fired).toBeGreaterThanOrEqual(fires.within[0] - JITTERED)
    // In the run with a gap it may have to wait until the readings come again.
    const waits = hasGap && fires.gap && fires.gap[0] < fires.within[1] + 1 ? fires.gap[1] + 10 : 0
    const latest = Math.max(fires.within[1], waits)
    expect(fired).toBeLessThanOrEqual(latest + JITTERED)
    expect(resolved).toBeGreaterThanOrEqual(fires.lastsUntil - JITTERED)
  })

  test.each(runs)('ordinary data makes no alert, every %s', (_name, interval, hasGap) => {
    expect(told(id, one, one.quiet, interval, hasGap)).toEqual([])
  })
})

/** Silence: the interval, and how many hours without a reading are ordinary and how many are not. */
const SILENCES: Record<string, { interval: number; ordinary: number; silent: number }[]> = {
  'data-silent-datastream': WATER.map((interval) => ({ interval, ordinary: 5.5, silent: 14 })),
  'data-silent-station': BY_HOUR.map((interval) => ({ interval, ordinary: 1.5, silent: 4 })),
  'data-silent-site': BY_HOUR.map((interval) => ({ interval, ordinary: 1.1, silent: 4 })),
  'data-silent-station-water': WATER.map((interval) => ({ interval, ordinary: 5.5, silent: 14 })),
  'data-silent-site-water': WATER.map((interval) => ({ interval, ordinary: 5.5, silent: 14 })),
}

describe.each(Object.entries(SILENCES))('%s', (id, cases) => {
  const trigger = libraryRule(id)?.definition.trigger
  const silences = (interval: number, gap: number) => {
    if (trigger?.kind !== 'no_data') throw new Error(id)
    const times = reports(interval, 96, 0, [30, 30 + gap]).filter(({ of }) => of === 'station')
    const heard = {
      times: Float64Array.from(times, ({ time }) => time),
      qualities: new Uint8Array(times.length).fill(1),
    }
    return replayNoData(
      [heard],
      { from: EPOCH, to: EPOCH + 96 * HOUR * 1000 - interval * 1000 },
      trigger.graceSeconds * 1000,
      [1],
    )
  }
  test.each(cases)(
    'every $interval s: $ordinary h are not missed, $silent h are',
    ({ interval, ordinary, silent }) => {
      expect(silences(interval, ordinary)).toEqual([])
      const found = silences(interval, silent)
      expect(found).toHaveLength(1)
      expect(found[0]?.end).not.toBeNull()
    },
  )
})

test('every rule has its timelines', () => {
  expect([...Object.keys(CASES), ...Object.keys(SILENCES)].sort()).toEqual(LIBRARY.map(({ id }) => id).sort())
})

test('the alert of a site is there before those of its stations', () => {
  const grace = (id: string) => {
    const trigger = libraryRule(id)?.definition.trigger
    return trigger?.kind === 'no_data' ? trigger.graceSeconds : Number.NaN
  }
  expect(grace('data-silent-site')).toBeLessThan(grace('data-silent-station'))
  expect(grace('data-silent-site-water')).toBeLessThan(grace('data-silent-station-water'))
})

test('a fall seen for half an hour says nothing of four hours', () => {
  const line = { values: { dissolved_oxygen: (hour: number) => Math.max(1, 6 - 8 * hour) }, hours: 1.9 }
  const one = CASES['water-oxygen-collapse'] as Case
  expect(told('water-oxygen-collapse', one, line, MINUTE, false)).toEqual([])
})

test('one minute of an hour weighs nothing in a mean of eight hours until the hour is over', () => {
  const line = { values: { o3: (hour: number) => (hour < 40 ? 148 : 260) }, hours: 40.5 }
  expect(told('air-o3-8h', CASES['air-o3-8h'] as Case, line, MINUTE, false)).toEqual([])
})
