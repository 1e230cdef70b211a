import { expect, test } from '@jest/globals'
import { scrollToRow, virtualRange } from './virtual-range.ts'

test('only rows in sight and a margin are rendered', () => {
  expect(virtualRange(10_000, 50, 5000, 500, 3)).toEqual({ first: 97, last: 113 })
  expect(virtualRange(10_000, 50, 0, 500, 3)).toEqual({ first: 0, last: 13 })
  expect(virtualRange(10_000, 50, 499_500, 500, 3)).toEqual({ first: 9987, last: 10_000 })
})

test('a list that became shorter than its scroll position renders nothing odd', () => {
  expect(virtualRange(0, 50, 900, 500, 3)).toEqual({ first: 0, last: 0 })
  expect(virtualRange(2, 50, 9000, 500, 3)).toEqual({ first: 2, last: 2 })
})

test('scrolling to a row moves no further than needed', () => {
  expect(scrollToRow(3, 50, 200, 500)).toBe(150)
  expect(scrollToRow(5, 50, 200, 500)).toBe(200)
  expect(scrollToRow(20, 50, 200, 500)).toBe(550)
})
