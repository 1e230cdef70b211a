import { expect, test } from '@jest/globals'
import { isRefusedData } from './retrying.ts'

const failure = (code: string) =>
  new Error('Failed query', { cause: Object.assign(new Error('no'), { code }) })

test.each([
  ['22P02', true],
  ['23502', true],
  ['40P01', false],
  ['57P01', false],
  ['ECONNREFUSED', false],
  ['42703', false],
])('%s is the fault of the data: %s', (code, refused) => {
  expect(isRefusedData(failure(code))).toBe(refused)
})
