import { expect, test } from '@jest/globals'
import { readParameters } from './command-parameters.ts'

test('parameters are a JSON object or nothing', () => {
  expect(readParameters('  ')).toEqual({ ok: true, parameters: undefined })
  expect(readParameters('{"seconds": 60}')).toEqual({ ok: true, parameters: { seconds: 60 } })
  expect(readParameters('{seconds: 60}')).toEqual({ ok: false, reason: 'not_json' })
  for (const text of ['[1]', '7', 'null', '"text"']) {
    expect(readParameters(text)).toEqual({ ok: false, reason: 'not_object' })
  }
})
