import { expect, test } from '@jest/globals'
import type { AuditEntry } from '@osprey/core/api/audit'
import { withNewest, withOlder } from './pages.ts'

const page = (next: number | null, ...sequences: number[]) => ({
  entries: sequences.map((sequence) => ({ sequence }) as AuditEntry),
  next,
})
const sequences = ({ entries }: { entries: readonly AuditEntry[] }) => entries.map(({ sequence }) => sequence)

test('new entries come before the ones shown', () => {
  const first = withNewest(null, page(3, 5, 4, 3))
  const all = withOlder(first, page(null, 2, 1))
  const fresh = withNewest(all, page(5, 7, 6, 5))
  expect(sequences(fresh)).toEqual([7, 6, 5, 4, 3, 2, 1])
  expect(fresh.next).toBeNull()
})

test('a page that does not reach what is shown replaces it', () => {
  const shown = withNewest(null, page(3, 5, 4, 3))
  expect(sequences(withNewest(shown, page(10, 12, 11, 10)))).toEqual([12, 11, 10])
})

test('a page that holds everything is everything', () => {
  expect(sequences(withNewest(page(null, 1), page(null, 2, 1)))).toEqual([2, 1])
  expect(sequences(withNewest(page(null), page(null, 1)))).toEqual([1])
})

test('an older page that was read twice is shown once', () => {
  const shown = withOlder(page(3, 5, 4, 3), page(1, 2, 1))
  expect(sequences(withOlder(shown, page(1, 2, 1)))).toEqual([5, 4, 3, 2, 1])
})
