import { expect, test } from '@jest/globals'
import { type Attempt, addressKey, LoginThrottle } from './throttle.ts'

const MINUTE = 60_000

function attempt(address: string, account = 'admin', knownBrowser?: string): Attempt {
  return { address, account, knownBrowser }
}

/** Failed attempts, one per second from `start`; answers how many were let through. */
function guess(throttle: LoginThrottle, attempts: Attempt[], start = 0): number {
  let tried = 0
  for (const [index, one] of attempts.entries()) {
    const now = start + index * 1000
    if (!throttle.judge(one, now).allowed) continue
    throttle.begun(one, now)
    tried++
  }
  return tried
}

test('one address gets ten failures in a quarter of an hour, over all accounts', () => {
  const throttle = new LoginThrottle()
  const attempts = Array.from({ length: 60 }, (_, index) => attempt('198.51.100.1', `user${index}`))
  expect(guess(throttle, attempts)).toBe(10)
  expect(throttle.judge(attempt('198.51.100.1', 'other'), 60_000)).toEqual({
    allowed: false,
    reason: 'address',
    retryAfterMs: 14 * MINUTE,
  })
  expect(throttle.judge(attempt('198.51.100.1'), 16 * MINUTE).allowed).toBe(true)
})

test('guessing one account from many addresses is down to one try per address', () => {
  const throttle = new LoginThrottle()
  const addresses = Array.from({ length: 100 }, (_, index) => `203.0.113.${index}`)
  const rounds = Array.from({ length: 8 }, () => addresses.map((address) => attempt(address))).flat()
  expect(guess(throttle, rounds)).toBe(100)
})

test('an outsider locks neither a known browser nor a first try from elsewhere', () => {
  const throttle = new LoginThrottle()
  const attack = Array.from({ length: 500 }, (_, index) => attempt(`203.0.113.${index % 200}`))
  guess(throttle, attack)
  expect(throttle.judge(attempt('203.0.113.7', 'admin', 'browser-hash'), 400_000).allowed).toBe(true)
  expect(throttle.judge(attempt('192.0.2.50'), 400_000).allowed).toBe(true)
})

test('a stolen browser token is throttled by itself', () => {
  const throttle = new LoginThrottle()
  const attempts = Array.from({ length: 40 }, (_, index) => attempt(`192.0.2.${index}`, 'admin', 'stolen'))
  expect(guess(throttle, attempts)).toBe(10)
})

test('success forgets the failures of the address', () => {
  const throttle = new LoginThrottle()
  const mine = attempt('192.0.2.1')
  guess(throttle, Array<Attempt>(9).fill(mine))
  throttle.begun(mine, 10_000)
  throttle.succeeded(mine)
  expect(guess(throttle, Array<Attempt>(20).fill(mine), 20_000)).toBe(10)
})

test('attempts in flight count before their outcome is known', () => {
  const throttle = new LoginThrottle()
  const mine = attempt('192.0.2.1')
  let admitted = 0
  for (let index = 0; index < 100; index++) {
    if (!throttle.judge(mine, 0).allowed) continue
    throttle.begun(mine, 0)
    admitted++
  }
  expect(admitted).toBe(10)
})

test('memory is bounded whatever the number of addresses', () => {
  const throttle = new LoginThrottle()
  for (let index = 0; index < 60_000; index++)
    throttle.begun(attempt(`address-${index}`, `account-${index}`), 0)
  expect(throttle.remembered).toBeLessThanOrEqual(20_000)
})

test.each([
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:DB8:0001:2::1', '2001:db8:1:2'],
  ['2001:db8::1', '2001:db8:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  ['::1', '0:0:0:0'],
])('%s is throttled as %s', (address, key) => {
  expect(addressKey(address)).toBe(key)
})

test('a clock that is set back locks nobody out for longer than the window', () => {
  const throttle = new LoginThrottle()
  const day = 24 * 60 * MINUTE
  expect(guess(throttle, Array(12).fill(attempt('198.51.100.1')), day)).toBe(10)
  expect(throttle.judge(attempt('198.51.100.1'), 0).allowed).toBe(true)
  expect(guess(throttle, Array(12).fill(attempt('198.51.100.1')))).toBe(10)
})
