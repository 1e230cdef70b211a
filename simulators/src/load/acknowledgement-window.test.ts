import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { AcknowledgementWindow, packetIdOf } from './acknowledgement-window.ts'

test('sequences are taken in order up to the window and the limit', () => {
  const window = new AcknowledgementWindow(3)
  expect([0, 1, 2, 3].map(() => window.take(10, 0))).toEqual([0, 1, 2, -1])
  expect(window.acknowledge(packetIdOf(0))).toBe(0)
  expect(window.take(10, 0)).toBe(3)
  expect(window.take(4, 0)).toBe(-1)
})

test.each([
  ['never sent', 9],
  ['zero, which MQTT forbids', 0],
])('a packet identifier %s is ignored', (_name, packetId) => {
  const window = new AcknowledgementWindow(4)
  window.take(10, 0)
  expect(window.acknowledge(packetId)).toBe(-1)
})

test('a second acknowledgement of one message does not count', () => {
  const window = new AcknowledgementWindow(4)
  window.take(10, 0)
  window.take(10, 0)
  expect(window.acknowledge(packetIdOf(1))).toBe(1)
  expect(window.acknowledge(packetIdOf(1))).toBe(-1)
  expect(window.acknowledged).toBe(1)
})

test('after a loss only unacknowledged messages are taken again, keeping the time of their first sending', () => {
  const window = new AcknowledgementWindow(8)
  for (let time = 0; time < 5; time++) window.take(10, time)
  window.acknowledge(packetIdOf(0))
  window.acknowledge(packetIdOf(2))
  window.rewind()
  expect([9, 9, 9, 9].map((now) => window.take(10, now))).toEqual([1, 3, 4, 5])
  expect(window.firstSent(3)).toBe(3)
  expect(window.firstSent(5)).toBe(9)
})

test('under any order of events every sequence is acknowledged exactly once, across the wrap of identifiers', () => {
  const action = fc.oneof(
    { weight: 4, arbitrary: fc.constant('send' as const) },
    { weight: 4, arbitrary: fc.nat(20) },
    { weight: 1, arbitrary: fc.constant('lose' as const) },
  )
  fc.assert(
    fc.property(fc.array(action, { maxLength: 300 }), fc.integer({ min: 1, max: 20 }), (actions, size) => {
      const window = new AcknowledgementWindow(size)
      // Begin just before the identifiers wrap around.
      window.head = window.cursor = window.high = window.acknowledged = 65_530
      let written: number[] = []
      const seen = new Set<number>()
      for (const step of actions) {
        if (step === 'send') {
          const sequence = window.take(Number.MAX_SAFE_INTEGER, 0)
          if (sequence >= 0) written.push(sequence)
        } else if (step === 'lose') {
          written = []
          window.rewind()
        } else if (written.length > 0) {
          const [sequence] = written.splice(step % written.length, 1) as [number]
          expect(window.acknowledge(packetIdOf(sequence))).toBe(sequence)
          expect(seen.has(sequence)).toBe(false)
          seen.add(sequence)
        }
        expect(window.high - window.head).toBeLessThanOrEqual(size)
        expect(window.acknowledged - 65_530).toBe(seen.size)
      }
    }),
  )
})

test.each([0, 1.5, 40_000])('a window of %d is refused', (size) => {
  expect(() => new AcknowledgementWindow(size)).toThrow(/expected 1 to 32768/)
})
