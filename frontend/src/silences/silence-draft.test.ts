import { expect, test } from '@jest/globals'
import { type SilenceView, silenceInput } from '@osprey/core/api/alerts'
import {
  draftProblem,
  inOrder,
  newSilence,
  silenceInputOf,
  silenceOfAlert,
  silencesEverything,
  usualRecurrence,
} from './silence-draft.ts'

const NOW = Date.parse('2026-11-22T04:00:00Z')

test('a silence of an alert is about its rule at its station only', () => {
  const draft = silenceOfAlert({ station: 'st-1', site: 'plant', rule: 'pm25-high' }, NOW)
  expect(draft).toMatchObject({ stations: ['st-1'], sites: [], rules: ['pm25-high'] })
  expect(silencesEverything(draft)).toBe(false)
  expect(silenceOfAlert({ station: null, site: 'plant', rule: 'silent' }, NOW).sites).toEqual(['plant'])
})

test('what the form holds is what the server takes', () => {
  const draft = { ...newSilence(NOW), reason: ' Maintenance ', recurring: usualRecurrence('Asia/Shanghai') }
  const input = silenceInputOf(draft)
  expect(silenceInput.parse(input)).toEqual(input)
  expect(input).toMatchObject({
    reason: 'Maintenance',
    rules: null,
    scope: { stations: null, media: null },
    endsAt: '2026-11-22T08:00:00.000Z',
    recurring: { timeZone: 'Asia/Shanghai' },
  })
})

test('a silence needs a reason, a duration and, when it recurs, a day', () => {
  const draft = { ...newSilence(NOW), reason: 'Maintenance' }
  expect(draftProblem(draft)).toBeNull()
  expect(draftProblem({ ...draft, reason: '  ' })).toBe('reason')
  expect(draftProblem({ ...draft, endsAt: draft.startsAt })).toBe('order')
  expect(draftProblem({ ...draft, recurring: { ...usualRecurrence('UTC'), days: [] } })).toBe('days')
  expect(silencesEverything(draft)).toBe(true)
  expect(silencesEverything({ ...draft, severities: ['minor'] })).toBe(false)
})

test('what ends soonest comes first, what is over last', () => {
  const silence = (id: string, state: SilenceView['state'], hour: number): SilenceView =>
    ({
      id,
      state,
      startsAt: `2026-11-22T0${hour}:00:00Z`,
      endsAt: `2026-11-22T1${hour}:00:00Z`,
    }) as SilenceView
  const list = [
    silence('old', 'expired', 1),
    silence('recent', 'expired', 3),
    silence('later', 'pending', 9),
    silence('soon', 'pending', 8),
    silence('long', 'active', 5),
    silence('short', 'active', 4),
  ]
  expect(inOrder(list).map(({ id }) => id)).toEqual(['short', 'long', 'soon', 'later', 'recent', 'old'])
})
