import { expect, test } from '@jest/globals'
import { WHOLE_TERRITORY } from '../territory/territory.ts'
import type { ToldAlert } from './message.ts'
import type { Person } from './people.ts'
import { roundOf } from './round.ts'
import { ROUTE } from './world.fixture.ts'

/** Who is told, and what is on record when nobody is. */

const app = {
  id: 'app',
  kind: 'in_app' as const,
  language: 'en' as const,
  enabled: true,
  addresses: [],
  template: null,
}
const told = (ruleName: string) => ({
  row: { rule: 'pm', station: 'gate', other: null, site: null } as never,
  told: {
    id: 'a1',
    as: 'firing',
    ruleName,
    placeName: 'Gate',
    siteName: null,
    severity: 'minor',
    value: null,
    category: null,
  } as unknown as ToldAlert,
})
const person = (role: Person['role']): Person => ({
  id: 1,
  username: 'mei',
  displayName: 'Mei',
  email: null,
  role,
  territory: WHOLE_TERRITORY,
})
const round = (people: Person[], ruleName = 'Rule') =>
  roundOf({
    key: 'key',
    route: { ...ROUTE, channels: ['app'] },
    told: [told(ruleName)],
    channels: [app],
    people,
    mailConfigured: false,
    now: 0,
  })

test('a channel in the app that reaches nobody is not on record as delivered', () => {
  expect(round([]).deliveries).toMatchObject([
    { channel: 'app', state: 'failed', lastError: 'nobody to tell: no one within reach' },
  ])
  const { deliveries, notices } = round([person('officer')])
  expect([deliveries.map(({ state }) => state), notices.length]).toEqual([['delivered'], 1])
})

test('a subject ends in a whole character', () => {
  for (let length = 280; length < 292; length++) {
    const { deliveries } = round([person('officer')], `${'x'.repeat(length)}${'𠮷'.repeat(20)}`)
    expect(deliveries.map(({ subject }) => subject)).toEqual([expect.not.stringContaining('\ufffd')])
    expect(deliveries[0]?.subject.length).toBeGreaterThan(298)
  }
})
