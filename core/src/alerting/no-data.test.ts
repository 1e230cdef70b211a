import { describe, expect, test } from '@jest/globals'
import { type Absence, absencesUntil, MOST_ABSENCES, silenceDueAt, withAbsence } from './no-data.ts'
import { replayNoData } from './replay.ts'

const GRACE = 600_000

describe('silence', () => {
  test.each<[string, since: number, absences: [number, number][], due: number]>([
    ['lasts the grace time', 1000, [], 601_000],
    ['of an absence before it nothing is left', 1000, [[0, 1000]], 601_000],
    ['began in an absence', 1000, [[500, 2000]], 602_000],
    ['is interrupted by an absence', 1000, [[100_000, 150_000]], 651_000],
    ['was over before the absence', 1000, [[601_000, 900_000]], 601_000],
    [
      'an absence pushes the end into the next one',
      1000,
      [
        [600_000, 700_000],
        [700_500, 800_500],
      ],
      801_000,
    ],
    ['counts from the first time anybody listened', 1000, [[0, 5000]], 605_000],
  ])('%s', (_, since, pairs, due) => {
    const absences = pairs.map(([from, to]) => ({ from, to }))
    expect(silenceDueAt(since, GRACE, absences)).toBe(due)
  })

  test('a restart each night does not hide a station that is dead', () => {
    const hour = 3_600_000
    let absences: Absence[] = []
    for (let night = 0; night < 30; night++)
      absences = withAbsence(absences, { from: night * 24 * hour, to: night * 24 * hour + 61_000 })
    expect(silenceDueAt(10 * hour, 24 * hour, absences)).toBe(34 * hour + 61_000)
  })
})

describe('absences', () => {
  test('those that touch become one, in any order and told again', () => {
    let absences: Absence[] = []
    const told: [number, number][] = [
      [10, 20],
      [40, 50],
      [20, 30],
      [45, 60],
      [10, 20],
    ]
    for (const [from, to] of told) absences = withAbsence(absences, { from, to })
    expect(absences).toEqual([
      { from: 10, to: 30 },
      { from: 40, to: 60 },
    ])
    expect(withAbsence(absences, { from: 0, to: 70 })).toEqual([{ from: 0, to: 70 }])
  })

  test('their number is bounded, and what is merged away never makes an alert earlier', () => {
    let absences: Absence[] = []
    for (let at = 1; at <= MOST_ABSENCES + 50; at++)
      absences = withAbsence(absences, { from: at * 10, to: at * 10 + 1 })
    expect(absences).toHaveLength(MOST_ABSENCES)
    expect(absences[0]).toEqual({ from: 10, to: 511 })
    expect(absences[1]).toEqual({ from: 520, to: 521 })
  })

  test('what lies after a clock that was set back has not been', () => {
    const absences = [
      { from: 10, to: 30 },
      { from: 40, to: 60 },
      { from: 70, to: 80 },
    ]
    expect(absencesUntil(absences, 50)).toEqual([
      { from: 10, to: 30 },
      { from: 40, to: 50 },
    ])
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
