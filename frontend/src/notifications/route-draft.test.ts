import { expect, test } from '@jest/globals'
import { routeInput } from '@osprey/core/api/notifications'
import { draftOfRoute, newRoute, type RouteDraft, routeProblem, usualQuietHours } from './route-draft.ts'

const ready: RouteDraft = { ...newRoute(['duty']), name: 'Duty' }

test('a new route begins with what the server would take for granted', () => {
  expect(routeInput.parse({ id: 'duty', name: 'Duty', channels: ['duty'] })).toEqual({ id: 'duty', ...ready })
})

test('quiet hours as proposed are accepted', () => {
  const route = { id: 'duty', ...ready, quietHours: usualQuietHours('Asia/Shanghai') }
  expect(routeInput.parse(route)).toEqual(route)
})

test('what is stored comes back into the form', () => {
  expect(draftOfRoute({ id: 'duty', createdAt: '2026-11-01T00:00:00Z', ...ready })).toEqual(ready)
})

test.each([
  [null, {}],
  ['name', { name: ' ' }],
  ['receivers', { channels: [] }],
  [null, { channels: [], roles: ['officer' as const] }],
  ['times', { groupWaitSeconds: Number.NaN }],
  [null, { repeatSeconds: null }],
  [
    'days',
    {
      quietHours: {
        ...usualQuietHours('UTC'),
        schedule: [{ ...usualQuietHours('UTC').schedule[0], days: [] }],
      },
    },
  ],
])('%s has to be set right', (problem, change) => {
  expect(routeProblem({ ...ready, ...change } as RouteDraft)).toBe(problem)
})
