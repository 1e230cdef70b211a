import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import type { AlertCounts, AlertsView, AlertView } from '@osprey/core/api/alerts'
import type { Request } from '../session/request.ts'
import { alertFixture } from './alerts.fixture.ts'
import { OpenAlerts } from './open-alerts.ts'

const COUNTS: AlertCounts = {
  pending: 0,
  firing: 2,
  unacknowledged: 2,
  silenced: 0,
  mine: 0,
  bySeverity: { minor: 0, moderate: 1, severe: 1, extreme: 0 },
}

const page = (alerts: AlertView[], next: string | null = null): AlertsView => ({
  alerts,
  next,
  counts: COUNTS,
})

function serverWith(answer: (path: string) => AlertsView | Promise<AlertsView>): {
  request: Request
  asked: string[]
} {
  const asked: string[] = []
  const request = (async (path: string) => {
    asked.push(path)
    return await answer(path)
  }) as Request
  return { request, asked }
}

const moderate = alertFixture({ id: 'a1' })
const severe = alertFixture({ id: 'a2', severity: 'severe' })

let open: OpenAlerts
beforeEach(() => {
  jest.useFakeTimers()
})
afterEach(() => {
  open.stop()
  jest.useRealTimers()
})

test('every page of what fires is read and stands by station, worst first', async () => {
  const { request } = serverWith((path) =>
    path.includes('before') ? page([severe]) : page([moderate], 'older'),
  )
  open = new OpenAlerts(request)
  await open.load()
  expect(open.ofStation('st-1').map(({ id }) => id)).toEqual(['a2', 'a1'])
  expect(open.severities()).toEqual(new Map([['st-1', 3]]))
  expect(open.counts.get()).toEqual(COUNTS)
})

test('what is told changes it, and a list is the same until it changes', async () => {
  open = new OpenAlerts(serverWith(() => page([moderate, severe])).request)
  await open.load()
  const before = open.ofStation('st-1')
  open.receive([alertFixture({ id: 'a3', station: 'st-2' })])
  expect(open.ofStation('st-1')).toBe(before)
  expect(open.ofStation('st-2')).toHaveLength(1)
  open.receive([{ ...severe, state: 'resolved' }])
  expect(open.ofStation('st-1').map(({ id }) => id)).toEqual(['a1'])
})

test('what is told while it is read is newer than the answer', async () => {
  let answer: (view: AlertsView) => void = () => {}
  open = new OpenAlerts(serverWith(() => new Promise((resolve) => (answer = resolve))).request)
  const loading = open.load()
  open.receive([{ ...moderate, state: 'resolved', updatedAt: '2026-11-22T05:00:00Z' }])
  answer(page([moderate, severe]))
  await loading
  expect(open.ofStation('st-1').map(({ id }) => id)).toEqual(['a2'])
})

test('an older telling does not undo a newer one', async () => {
  open = new OpenAlerts(serverWith(() => page([moderate])).request)
  await open.load()
  open.receive([{ ...moderate, acknowledgedBy: 'li.na', updatedAt: '2026-11-22T05:00:00Z' }])
  open.receive([moderate])
  expect(open.ofStation('st-1')[0]?.acknowledgedBy).toBe('li.na')
})

test('a burst of changes costs one reading of the counts', async () => {
  const { request, asked } = serverWith(() => page([moderate]))
  open = new OpenAlerts(request)
  await open.load()
  for (let n = 0; n < 50; n++) open.receive([alertFixture({ id: `b${n}` })])
  const before = asked.length
  await jest.advanceTimersByTimeAsync(2000)
  expect(asked.length - before).toBe(1)
})

test('a reading that failed is tried again', async () => {
  let fails = true
  const { request } = serverWith(() => {
    if (fails) throw new Error('no answer')
    return page([moderate])
  })
  open = new OpenAlerts(request)
  await open.load()
  expect(open.counts.get()).toBeNull()
  fails = false
  await jest.advanceTimersByTimeAsync(6000)
  expect(open.ofStation('st-1')).toHaveLength(1)
})
