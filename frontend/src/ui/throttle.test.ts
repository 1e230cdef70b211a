import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { throttled } from './throttle.ts'

beforeEach(() => {
  jest.useFakeTimers()
})
afterEach(() => {
  jest.useRealTimers()
})

function source(): { subscribe: (listener: () => void) => () => void; emit: () => void } {
  const listeners = new Set<() => void>()
  return {
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    emit: () => {
      for (const listener of listeners) listener()
    },
  }
}

test('the first change is told at once, a burst once more at the end of the interval', () => {
  const { subscribe, emit } = source()
  const listener = jest.fn()
  throttled(subscribe, 1000)(listener)
  emit()
  expect(listener).toHaveBeenCalledTimes(1)
  emit()
  emit()
  expect(listener).toHaveBeenCalledTimes(1)
  jest.advanceTimersByTime(1000)
  expect(listener).toHaveBeenCalledTimes(2)
})

test('after unsubscribing nothing is told any more', () => {
  const { subscribe, emit } = source()
  const listener = jest.fn()
  const unsubscribe = throttled(subscribe, 1000)(listener)
  emit()
  emit()
  unsubscribe()
  jest.advanceTimersByTime(5000)
  expect(listener).toHaveBeenCalledTimes(1)
})
