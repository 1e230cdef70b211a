import { expect, test } from '@jest/globals'
import { REJECTION_ADVICE, REJECTION_REASONS } from './rejections.ts'

test.each(REJECTION_REASONS)('%s comes with advice in both languages', (reason) => {
  expect(REJECTION_ADVICE[reason].en).toMatch(/^[A-Z].{20,}\.$/)
  expect(REJECTION_ADVICE[reason].zh).toMatch(/\p{Script=Han}.*。$/u)
})
