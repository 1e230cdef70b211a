import { describe, expect, test } from '@jest/globals'
import { groupHeardAt, NOT_SILENT, silenceDueAt, silenceStep } from './no-data.ts'
import { replayNoData } from './replay.ts'

const GRACE = 600_000
const facts = { heardAt: 1_000_000, listeningSince: 0, now: 1_000_000, graceMs: GRACE }

describe('one look', () => {
  test('silence of the grace time is an alert, not a moment earlier', () => {
    expect(silenceDueAt(facts)).toBe(1_600_000)
    expect(silenceStep(NOT_SILENT, { ...facts, now: 1_599_999 })).toBeNull()
    expect(silenceStep(NOT_SILENT, { ...facts, now: 1_600_000 })).toBe('silent')
  })

  test('it ends with the next thing heard and with nothing else', () => {
    const silent = { silentAt: 1_600_000, heardAt: 1_000_000 }
    expect(silenceStep(silent, { ...facts, now: 9_000_000 })).toBeNull()
    expect(silenceStep(silent, { ...facts, now: 9_000_000, listeningSince: 8_999_000 })).toBeNull()
    expect(silenceStep(silent, { ...facts, now: 1_600_002, heardAt: 1_600_001 })).toBe('heard')
  })

  test('what comes late is no sign of life', () => {
    expect(
      silenceStep({ silentAt: 1_600_000, heardAt: 1_000_000 }, { ...facts, heardAt: 999_000 }),
    ).toBeNull()
  })

  test('time in which the platform did not listen does not count', () => {
    const away = { ...facts, listeningSince: 5_000_000 }
    expect(silenceStep(NOT_SILENT, { ...away, now: 5_599_999 })).toBeNull()
    expect(silenceStep(NOT_SILENT, { ...away, now: 5_600_000 })).toBe('silent')
  })

  test('what was never heard is not missed', () => {
    expect(silenceStep(NOT_SILENT, { ...facts, heardAt: Number.NaN, now: 1e12 })).toBeNull()
  })

  test('a group is as alive as its liveliest member; members never heard are left out', () => {
    expect(groupHeardAt([5, Number.NaN, 9, 7])).toBe(9)
    expect(groupHeardAt([Number.NaN, 3])).toBe(3)
    expect(groupHeardAt([Number.NaN])).toBeNaN()
    expect(groupHeardAt([])).toBeNaN()
  })
})

describe('replay', () => {
  const minutes = (...times: number[]) => ({
    times: Float64Array.from(times, (time) => time * 60_000),
    qualities: new Uint8Array(times.length).fill(1),
  })
  const inMinutes = (members: ReturnType<typeof minutes>[], from: number, to: number) =>
    replayNoData(members, { from: from * 60_000, to: to * 60_000 }, GRACE, [1, 2, 3]).map((silence) => [
      silence.since / 60_000,
      silence.fired / 60_000,
      silence.end === null ? null : silence.end / 60_000,
    ])

  test.each<[string, ReturnType<typeof minutes>[], number, number, (number | null)[][]]>([
    ['regular', [minutes(0, 10, 20)], 0, 25, []],
    ['a gap', [minutes(0, 5, 30, 35)], 0, 40, [[5, 15, 30]]],
    ['a gap that lasts', [minutes(0, 5)], 0, 40, [[5, 15, null]]],
    ['nothing at all', [minutes()], 0, 40, []],
    ['silent since before the range', [minutes(0, 50)], 20, 60, [[0, 20, 50]]],
    ['over before the range', [minutes(0, 15, 25)], 20, 30, []],
    ['another member speaks', [minutes(0, 40), minutes(0, 10, 20, 30)], 0, 45, []],
    ['all are silent', [minutes(0, 40), minutes(0, 10)], 0, 45, [[10, 20, 40]]],
    ['beyond the range', [minutes(0, 50)], 0, 10, []],
  ])('%s', (_, members, from, to, expected) => {
    expect(inMinutes(members, from, to)).toEqual(expected)
  })

  test('observations whose flag does not count are not heard', () => {
    const failing = { times: Float64Array.of(0, 300_000, 600_000), qualities: Uint8Array.of(1, 4, 4) }
    expect(replayNoData([failing], { from: 0, to: 900_000 }, GRACE, [1, 2, 3])).toEqual([
      { since: 0, fired: 600_000, end: null },
    ])
  })
})
