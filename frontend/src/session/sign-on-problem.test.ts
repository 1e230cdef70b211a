import { expect, test } from '@jest/globals'
import { signOnProblem } from './sign-on-problem.ts'

test('the words of single sign-on are explained, whatever else is a plain failure', () => {
  expect(signOnProblem('sso_unknown')).toBe('unknown')
  expect(signOnProblem('sso_unverified')).toBe('unverified')
  expect(signOnProblem('sso_throttled')).toBe('throttled')
  expect(signOnProblem('sso_of_the_future')).toBe('failed')
  expect(signOnProblem('constructor')).toBe('failed')
})
