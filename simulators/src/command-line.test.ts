import { expect, test } from '@jest/globals'
import { choice, flag, instant, list, number, parseCommandLine, text, UsageError } from './command-line.ts'

const SPEC = {
  devices: number(100, 'devices', { min: 1, max: 500 }),
  seconds: number(undefined, 'seconds', { integer: false }),
  prefix: text('load', 'NAME', 'prefix'),
  verify: choice(['sample', 'all', 'none'], 'sample', 'what to verify'),
  scenario: list('NAME', 'scenario'),
  from: instant('from'),
  resilient: flag('resilient'),
}

const parse = (...args: string[]) => parseCommandLine('A tool.', SPEC, args)

test('without arguments the defaults hold', () => {
  expect(parse()).toEqual({
    devices: 100,
    seconds: undefined,
    prefix: 'load',
    verify: 'sample',
    scenario: [],
    from: undefined,
    resilient: false,
  })
})

test('arguments are read by kind', () => {
  expect(
    parse(
      '--devices',
      '7',
      '--seconds=0.5',
      '--verify',
      'all',
      '--scenario',
      'a',
      '--scenario',
      'b',
      '--resilient',
      '--from',
      '2024-01-01T00:00:00Z',
    ),
  ).toMatchObject({
    devices: 7,
    seconds: 0.5,
    verify: 'all',
    scenario: ['a', 'b'],
    resilient: true,
    from: Date.UTC(2024, 0, 1),
  })
})

test.each([
  [['--devices', '0'], '--devices: "0", expected a whole number from 1 to 500'],
  [['--devices', '2.5'], '--devices: "2.5", expected a whole number from 1 to 500'],
  [['--devices', 'many'], '--devices: "many", expected a whole number from 1 to 500'],
  [['--seconds', ''], '--seconds: "", expected a number from 0 to'],
  [['--verify', 'some'], '--verify: "some", expected sample | all | none'],
  [['--from', 'yesterday'], '--from: "yesterday", expected ISO 8601 with offset'],
  [['--unknown'], "Unknown option '--unknown'"],
])('%j is refused by option and value', (args, message) => {
  expect(() => parse(...args)).toThrow(UsageError)
  expect(() => parse(...args)).toThrow(message)
})
