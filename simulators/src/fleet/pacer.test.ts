import { expect, test } from '@jest/globals'
import { Pacer } from './pacer.ts'

test('places are a fixed time apart, and idle time is not saved up', () => {
  let now = 1000
  const pacer = new Pacer(10, () => now)
  expect([pacer.reserve(), pacer.reserve(), pacer.reserve()]).toEqual([0, 100, 200])
  now = 1250
  expect(pacer.reserve()).toBe(50)
  now = 5000
  expect([pacer.reserve(), pacer.reserve()]).toEqual([0, 100])
})
