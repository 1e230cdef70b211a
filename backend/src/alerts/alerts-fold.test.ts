import { expect, test } from '@jest/globals'
import type { AlertNotice } from './alert-notice.ts'
import type { AlertRow } from './alert-row.ts'
import { fired, MINUTE, raised, resolved, T0 } from './alerts.fixture.ts'
import { fold } from './alerts-fold.ts'

const rules = new Set(['rule', 'other-rule'])
const NOW = new Date(T0 + 600 * MINUTE)
const at = (minute: number) => new Date(T0 + minute * MINUTE)

/** The rows after each delivery in turn, as a database would have them. */
function after(...deliveries: AlertNotice[][]) {
  const rows = new Map<string, AlertRow>()
  const kinds: string[] = []
  for (const notices of deliveries) {
    const { inserted, updated, events } = fold(notices, { rules, rows: [...rows.values()] }, NOW)
    for (const row of [...inserted, ...updated]) rows.set(row.id, row)
    kinds.push(...events.map(({ kind, alert }) => `${kind} ${alert}`))
    const open = [...rows.values()].filter(({ state }) => state === 'firing')
    expect(open.length).toBeLessThanOrEqual(1)
  }
  return { rows: [...rows.values()], kinds }
}

const first = { firedAt: 10 }
const second = { firedAt: 30 }
const life = [fired(first), raised(first, 15), resolved(first, 20), fired(second)]

test('an alert fires, is raised and resolves; the next one links to it', () => {
  const { rows, kinds } = after(life)
  expect(rows).toMatchObject([
    {
      id: 'rule-st-10',
      state: 'resolved',
      severity: 'severe',
      startedAt: at(9),
      firedAt: at(10),
      resolvedAt: at(20),
      resolution: 'cleared',
      peak: 160,
      previous: null,
    },
    { id: 'rule-st-30', state: 'firing', severity: 'moderate', previous: 'rule-st-10' },
  ])
  expect(kinds).toEqual(['fired rule-st-10', 'raised rule-st-10', 'resolved rule-st-10', 'fired rule-st-30'])
})

test('the same in any portions and told again, wholly or from anywhere on, is the same', () => {
  const once = after(life)
  expect(after(...life.map((notice) => [notice]))).toEqual(once)
  for (let from = 0; from < life.length; from++) {
    expect(after(life, life.slice(from))).toEqual(once)
    expect(after(life.slice(0, from + 1), life)).toEqual(once)
  }
  expect(after(life.flatMap((notice) => [notice, notice]))).toEqual(once)
})

test('an alert that fires while another is open in the database is kept, and the older one ends', () => {
  const { rows, kinds } = after([fired(first)], [fired(second)], [resolved(first, 20)])
  expect(rows).toMatchObject([
    { id: 'rule-st-10', state: 'resolved', resolution: 'cleared', resolvedAt: at(29), peak: 160 },
    { id: 'rule-st-30', state: 'firing', previous: 'rule-st-10' },
  ])
  expect(kinds).toEqual(['fired rule-st-10', 'resolved rule-st-10', 'fired rule-st-30'])
})

test('an alert that is told after a later one is over already', () => {
  const { rows } = after([fired(second)], [fired(first)])
  expect(rows).toMatchObject([
    { id: 'rule-st-30', state: 'firing' },
    { id: 'rule-st-10', state: 'resolved', resolvedAt: at(29), previous: null },
  ])
})

test('other rules and stations have alerts of their own', () => {
  const { inserted } = fold(
    [fired(first), fired({ ...first, station: 'b' }), fired({ ...first, rule: 'other-rule' })],
    { rules, rows: [] },
    NOW,
  )
  expect(inserted.map(({ state, previous }) => [state, previous])).toEqual(
    [1, 2, 3].map(() => ['firing', null]),
  )
})

test('what a person resolved stays resolved by that person, and learns its peak', () => {
  const [row] = after([fired(first)]).rows as [AlertRow]
  Object.assign(row, { state: 'resolved', resolution: 'by_hand', resolvedAt: at(12) })
  const { updated, events } = fold([raised(first, 15), resolved(first, 20)], { rules, rows: [row] }, NOW)
  expect(updated).toMatchObject([
    { resolution: 'by_hand', resolvedAt: at(12), peak: 160, severity: 'moderate' },
  ])
  expect(events).toEqual([])
})

test.each(['rule_inactive', 'out_of_scope', 'hours_ended'] as const)(
  'the resolution %s is kept',
  (resolution) => {
    expect(after([fired(first), resolved(first, 20, resolution)]).rows).toMatchObject([{ resolution }])
  },
)

test('severity only rises', () => {
  const { rows, kinds } = after([fired(first), raised(first, 11, 'extreme'), raised(first, 12, 'severe')])
  expect(rows).toMatchObject([{ severity: 'extreme' }])
  expect(kinds).toEqual(['fired rule-st-10', 'raised rule-st-10'])
})

test('notices that cannot be followed are named, and keep nobody else waiting', () => {
  const { inserted, passedOver } = fold(
    [fired({ ...first, rule: 'gone' }), resolved({ firedAt: 99 }, 100), fired(first)],
    { rules, rows: [] },
    NOW,
  )
  expect(inserted.map(({ id }) => id)).toEqual(['rule-st-10'])
  expect(passedOver.map(({ reason }) => reason)).toEqual(['unknown_rule', 'unknown_alert'])
})

test('a firing of an alert that is resolved is named, the same notice told again is not', () => {
  const again = { ...fired(first), recordedAt: fired(first).recordedAt + 1 }
  const { rows } = after([fired(first), resolved(first, 20)])
  const { passedOver } = fold([fired(first), again], { rules, rows }, NOW)
  expect(passedOver).toEqual([{ notice: again, reason: 'already_resolved' }])
})

test('an alert is not over before it fired, and what is no number is not kept', () => {
  const { rows } = after([fired(first, { value: Number.NaN }), resolved(first, 5)])
  expect(rows).toMatchObject([{ value: null, resolvedAt: at(10) }])
})

test('a worse alert is no longer acknowledged or snoozed; the same again changes neither', () => {
  const [row] = after([fired(first)]).rows as [AlertRow]
  const seen = { ...row, acknowledgedAt: at(11), acknowledgedBy: 'mei', snoozedUntil: at(99) }
  const { updated, events, changes } = fold([raised(first, 15)], { rules, rows: [seen] }, NOW)
  expect(updated).toMatchObject([{ acknowledgedAt: null, acknowledgedBy: null, snoozedUntil: null }])
  expect(events.map(({ kind, actor, detail }) => [kind, actor, detail])).toEqual([
    ['raised', '', { from: 'moderate', severity: 'severe', value: 160 }],
    ['unacknowledged', '', { was: 'mei', severity: 'severe' }],
    ['snoozed', '', { until: null, severity: 'severe' }],
  ])
  expect(changes.map(({ kind }) => kind)).toEqual(['raised', 'unacknowledged', 'snoozed'])
  const again = { ...seen, severity: 'severe' as const }
  expect(fold([raised(first, 15)], { rules, rows: [again] }, NOW)).toMatchObject({ updated: [], events: [] })
})
