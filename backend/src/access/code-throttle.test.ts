import { expect, test } from '@jest/globals'
import { CodeThrottle } from './code-throttle.ts'
import type { Attempt } from './throttle.ts'

const MINUTE = 60_000

function attempt(address: string, knownBrowser?: string): Attempt {
  return { address, account: 'anna', knownBrowser }
}

function guess(throttle: CodeThrottle, attempts: Attempt[], now = 0): number {
  let tried = 0
  for (const one of attempts) {
    if (!throttle.judge(one, now).allowed) continue
    throttle.begun(one, now)
    tried++
  }
  return tried
}

test('an account gives ten codes an hour, over all addresses together', () => {
  const throttle = new CodeThrottle()
  const many = Array.from({ length: 500 }, (_, index) => attempt(`203.0.113.${index % 250}`))
  expect(guess(throttle, many)).toBe(10)
  expect(throttle.judge(attempt('192.0.2.1'), 59 * MINUTE)).toEqual({
    allowed: false,
    reason: 'account',
    retryAfterMs: MINUTE,
  })
  expect(throttle.judge(attempt('192.0.2.1'), 60 * MINUTE).allowed).toBe(true)
})

test('a known browser has ten of its own, and a right code gives them back', () => {
  const throttle = new CodeThrottle()
  guess(throttle, Array<Attempt>(20).fill(attempt('203.0.113.1')))
  const mine = attempt('203.0.113.1', 'browser-hash')
  expect(guess(throttle, Array<Attempt>(20).fill(mine))).toBe(10)
  expect(throttle.judge(mine, 0)).toMatchObject({ allowed: false, reason: 'browser' })
  throttle.succeeded(mine)
  expect(throttle.judge(mine, 0).allowed).toBe(true)
})
