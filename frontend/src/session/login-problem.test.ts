import { expect, test } from '@jest/globals'
import { loginProblem, secondsLeft } from './login-problem.ts'
import { RequestError } from './request.ts'

test('each way of failing is told apart', () => {
  expect(loginProblem(new RequestError(401, null), false, 0)).toEqual({ kind: 'wrong' })
  expect(loginProblem(new RequestError(400, null), false, 0)).toEqual({ kind: 'wrong' })
  expect(loginProblem(new RequestError(503, null), false, 0)).toEqual({ kind: 'server' })
  expect(loginProblem(new RequestError(0, null), false, 0)).toEqual({ kind: 'unreachable' })
  expect(loginProblem(new TypeError('network'), false, 0)).toEqual({ kind: 'unreachable' })
})

test('throttling lasts as long as the server says', () => {
  expect(loginProblem(new RequestError(429, null, 12), false, 1000)).toEqual({
    kind: 'throttled',
    until: 13_000,
  })
  expect(loginProblem(new RequestError(429, null), false, 1000)).toEqual({ kind: 'throttled', until: 31_000 })
})

test('the countdown never shows zero while waiting, nor less after it', () => {
  expect(secondsLeft(10_000, 9999)).toBe(1)
  expect(secondsLeft(10_000, 10_000)).toBe(0)
  expect(secondsLeft(10_000, 20_000)).toBe(0)
})

test('a missing and a wrong second factor are not the wrong password', () => {
  const refused = new RequestError(401, {
    type: 'about:blank',
    title: 'Not logged in',
    status: 401,
    detail: 'refused',
    errors: [{ field: 'code', value: null, expected: 'a code of the second factor' }],
  })
  expect(loginProblem(refused, false, 0)).toEqual({ kind: 'codeNeeded' })
  expect(loginProblem(refused, true, 0)).toEqual({ kind: 'codeWrong' })
  expect(loginProblem(new RequestError(401, null), true, 0)).toEqual({ kind: 'wrong' })
})
