import { expect, test } from '@jest/globals'
import { RequestError } from '../session/request.ts'
import { fieldProblems, isGeneral } from './field-problems.ts'

const refused = (...fields: string[]): RequestError =>
  new RequestError(400, {
    type: 'about:blank',
    title: 'Bad request',
    status: 400,
    detail: 'refused',
    errors: fields.map((field) => ({ field, value: null, expected: `a right ${field}` })),
  })

test('each problem is shown beside its field, the first one of several', () => {
  expect([...fieldProblems(refused('email', 'jurisdictions.0', 'jurisdictions[1]'))]).toEqual([
    ['email', 'a right email'],
    ['jurisdictions', 'a right jurisdictions.0'],
  ])
})

test('what no field can show is told above the form', () => {
  expect(isGeneral(null, ['email'])).toBe(false)
  expect(isGeneral(refused('email'), ['email', 'role'])).toBe(false)
  expect(isGeneral(refused('email', 'session'), ['email'])).toBe(true)
  expect(isGeneral(new RequestError(0, null), ['email'])).toBe(true)
  expect(isGeneral(new TypeError('other'), ['email'])).toBe(true)
})
