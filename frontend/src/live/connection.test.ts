import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type Connection, type ConnectionEvent, nextConnection, reconnectDelay } from './connection.ts'

function play(timeline: { at: number; event: ConnectionEvent; random?: number }[]): Connection[] {
  let state: Connection = { phase: 'idle' }
  return timeline.map(({ at, event, random }) => {
    state = nextConnection(state, event, at, random ?? 0)
    return state
  })
}

test('a connection is live only after its first snapshot', () => {
  expect(
    play([
      { at: 0, event: { type: 'start' } },
      { at: 40, event: { type: 'snapshot' } },
    ]),
  ).toEqual([
    { phase: 'connecting', attempt: 0, lostSince: null },
    { phase: 'live', since: 40 },
  ])
})

test('a loss is dated by the last message heard and survives failing attempts', () => {
  const states = play([
    { at: 0, event: { type: 'start' } },
    { at: 100, event: { type: 'snapshot' } },
    { at: 20_000, event: { type: 'lost', lastHeard: 5000 } },
    { at: 20_500, event: { type: 'retry' } },
    { at: 20_600, event: { type: 'lost', lastHeard: null } },
    { at: 21_600, event: { type: 'retry' } },
    { at: 21_700, event: { type: 'snapshot' } },
    { at: 30_000, event: { type: 'lost', lastHeard: 29_000 } },
  ])
  expect(states[2]).toEqual({ phase: 'waiting', attempt: 1, retryAt: 20_500, lostSince: 5000 })
  expect(states[3]).toEqual({ phase: 'connecting', attempt: 1, lostSince: 5000 })
  expect(states[4]).toEqual({ phase: 'waiting', attempt: 2, retryAt: 21_600, lostSince: 5000 })
  expect(states[6]).toEqual({ phase: 'live', since: 21_700 })
  expect(states[7]).toEqual({ phase: 'waiting', attempt: 1, retryAt: 30_500, lostSince: 29_000 })
})

test('a second loss while waiting does not restart the wait', () => {
  const waiting: Connection = { phase: 'waiting', attempt: 3, retryAt: 9000, lostSince: 1 }
  expect(nextConnection(waiting, { type: 'lost', lastHeard: null }, 5000, 0.5)).toBe(waiting)
})

test('stopping wins over everything', () => {
  const waiting: Connection = { phase: 'waiting', attempt: 3, retryAt: 9000, lostSince: 1 }
  expect(nextConnection(waiting, { type: 'stop' }, 5000, 0)).toEqual({ phase: 'idle' })
  expect(nextConnection({ phase: 'idle' }, { type: 'retry' }, 5000, 0)).toEqual({ phase: 'idle' })
})

test('delays double to a ceiling of 30 s and always keep half of it as jitter', () => {
  expect([1, 2, 3, 4, 5, 6, 50].map((attempt) => reconnectDelay(attempt, 0))).toEqual([
    500, 1000, 2000, 4000, 8000, 15_000, 15_000,
  ])
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1000 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (attempt, random) => {
        const delay = reconnectDelay(attempt, random)
        expect(delay).toBeGreaterThanOrEqual(500)
        expect(delay).toBeLessThanOrEqual(30_000)
      },
    ),
  )
})
