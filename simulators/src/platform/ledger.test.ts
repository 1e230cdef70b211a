import { afterEach, expect, test } from '@jest/globals'
import { startTestPlatform, type TestPlatform } from '../testing/test-platform.ts'
import { difference, ledgerOf, noCounts, rejectedOf, settle } from './ledger.ts'
import { PlatformClient } from './platform-client.ts'

let platform: TestPlatform | undefined
afterEach(async () => {
  await platform?.close()
  platform = undefined
})

const entry = (device: string, stored: number, pending = 0, rejected: Record<string, number> = {}) => {
  const sum = Object.values(rejected).reduce((total, count) => total + count, 0)
  return { device, received: stored + pending + sum, stored, pending, rejected, lastMessageAt: null }
}

test('the ledger of some devices is summed over all pages', async () => {
  platform = await startTestPlatform(({ query }) =>
    query.get('after') === null
      ? { body: { devices: [entry('a', 5, 1), entry('other', 100)], next: 'a' } }
      : { body: { devices: [entry('b', 7, 0, { bad_time: 2 })], next: null } },
  )
  const client = new PlatformClient({ url: platform.url, token: () => 't' })
  const counts = await ledgerOf(client, new Set(['a', 'b']))
  expect(counts).toEqual({ received: 15, stored: 12, pending: 1, rejected: { bad_time: 2 } })
  expect(rejectedOf(counts)).toBe(2)
})

test('a difference leaves out reasons that did not grow', () => {
  const before = { ...noCounts(), stored: 5, rejected: { bad_time: 2, bad_unit: 1 } }
  const after = { ...noCounts(), stored: 9, rejected: { bad_time: 2, bad_unit: 4 } }
  expect(difference(after, before)).toEqual({ received: 0, stored: 4, pending: 0, rejected: { bad_unit: 3 } })
})

test('settling waits until everything expected is stored', async () => {
  let polls = 0
  platform = await startTestPlatform(({ path }) => {
    if (path === '/api/ledger') return { body: { pending: 3 } }
    polls++
    return { body: { devices: [entry('a', 10 + polls * 4, polls < 3 ? 2 : 0)], next: null } }
  })
  const client = new PlatformClient({ url: platform.url, token: () => 't' })
  const before = { ...noCounts(), received: 10, stored: 10 }
  const settled = await settle(client, new Set(['a']), before, { expected: 12, timeout: 60_000 })
  expect(settled).toMatchObject({ settled: true, counts: { stored: 12 } })
  expect(polls).toBe(3)
})

test('settling gives up at its time and says what is open', async () => {
  platform = await startTestPlatform(({ path }) =>
    path === '/api/ledger' ? { body: { pending: 3 } } : { body: { devices: [entry('a', 1, 3)], next: null } },
  )
  const client = new PlatformClient({ url: platform.url, token: () => 't' })
  const settled = await settle(client, new Set(['a']), noCounts(), { expected: 4, timeout: 0 })
  expect(settled).toMatchObject({ settled: false, counts: { stored: 1, pending: 3 } })
})
