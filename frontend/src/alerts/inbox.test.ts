import { expect, test } from '@jest/globals'
import type { AlertView } from '@osprey/core/api/alerts'
import { alertFixture } from './alerts.fixture.ts'
import { grouped, type Inbox, settled, withFirstPage, withOlder, withTold } from './inbox.ts'

/** An alert that fired so many minutes after three o'clock. */
function at(minute: number, change: Partial<AlertView> = {}): AlertView {
  const time = new Date(Date.UTC(2026, 10, 22, 3, minute)).toISOString()
  return alertFixture({ id: `a${minute}`, firedAt: time, startedAt: time, updatedAt: time, ...change })
}

const ids = (alerts: readonly AlertView[]): string[] => alerts.map(({ id }) => id)
const firing = ({ state }: AlertView): boolean => state === 'firing'
const start: Inbox = withFirstPage(null, { alerts: [at(30), at(20), at(10)], next: 'older' })

test('a new alert waits until it may be let in, and stands where it belongs', () => {
  const told = withTold(start, [at(25), at(40)], firing)
  expect(ids(told.rows)).toEqual(['a30', 'a20', 'a10'])
  expect(ids(told.arriving)).toEqual(['a40', 'a25'])
  expect(ids(settled(told).rows)).toEqual(['a40', 'a30', 'a25', 'a20', 'a10'])
})

test('an alert that is over changes in place and leaves later', () => {
  const over = at(20, { state: 'resolved', updatedAt: '2026-11-22T05:00:00Z' })
  const told = withTold(start, [over], firing)
  expect(told.rows[1]?.state).toBe('resolved')
  expect([...told.leaving]).toEqual(['a20'])
  expect(ids(settled(told).rows)).toEqual(['a30', 'a10'])
  // It changed its mind before anybody looked.
  const back = withTold(told, [at(20, { updatedAt: '2026-11-22T05:01:00Z' })], firing)
  expect(back.leaving.size).toBe(0)
})

test('what was told late does not undo what is known', () => {
  const late = at(20, { assignee: 'wang.wei', updatedAt: '2026-11-22T01:00:00Z' })
  expect(withTold(start, [late], firing).rows[1]?.assignee).toBeNull()
})

test('a waiting alert that is over before it was seen never shows', () => {
  const waiting = withTold(start, [at(40)], firing)
  expect(withTold(waiting, [at(40, { state: 'resolved' })], firing).arriving).toEqual([])
})

test('a fresh first page updates, adds and takes out, and leaves older pages alone', () => {
  const longer = withOlder(start, { alerts: [at(9), at(8)], next: null })
  const fresh = withFirstPage(longer, {
    alerts: [at(40), at(30, { assignee: 'li.na' }), at(10)],
    next: 'older',
  })
  expect(ids(fresh.arriving)).toEqual(['a40'])
  expect(fresh.rows[0]?.assignee).toBe('li.na')
  expect([...fresh.leaving]).toEqual(['a20'])
  expect(ids(settled(fresh).rows)).toEqual(['a40', 'a30', 'a10', 'a9', 'a8'])
  expect(fresh.next).toBeNull()
})

test('an older page brings nothing twice', () => {
  const told = withTold(start, [at(5)], firing)
  const longer = withOlder(told, { alerts: [at(10), at(5), at(4)], next: null })
  expect(ids(longer.rows)).toEqual(['a30', 'a20', 'a10', 'a4'])
  expect(ids(settled(longer).rows)).toEqual(['a30', 'a20', 'a10', 'a5', 'a4'])
})

test('nothing to settle is the same list', () => {
  expect(settled(start)).toBe(start)
})

test('groups come in the order of their newest alert', () => {
  const rows = [at(3, { rule: 'b' }), at(2, { rule: 'a' }), at(1, { rule: 'b' })]
  expect(grouped(rows, ({ rule }) => rule).map(({ key, rows: own }) => [key, ids(own)])).toEqual([
    ['b', ['a3', 'a1']],
    ['a', ['a2']],
  ])
  expect(grouped(rows, null)).toHaveLength(1)
})
