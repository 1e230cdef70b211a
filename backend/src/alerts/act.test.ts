import { expect, test } from '@jest/globals'
import { ProblemException } from '../http/problem.ts'
import { type Act, actOfAny, judgeAct, MAX_COMMENTS } from './act.ts'
import type { AlertRow } from './alert-row.ts'
import { fired, MINUTE, T0 } from './alerts.fixture.ts'
import { fold } from './alerts-fold.ts'
import { mentionedIn } from './people.ts'

const NOW = new Date(T0 + 100 * MINUTE)
const [fresh] = fold([fired({ firedAt: 10 })], { rules: new Set(['rule']), rows: [] }, NOW).inserted as [
  AlertRow,
]
const judge = (act: Act, change: Partial<AlertRow> = {}) => judgeAct(act, { ...fresh, ...change }, 'mei', NOW)

const done: [name: string, act: Act, before: Partial<AlertRow>, kind: string, set: Partial<AlertRow>][] = [
  [
    'acknowledge',
    { action: 'acknowledge', text: '' },
    {},
    'acknowledged',
    { acknowledgedAt: NOW, acknowledgedBy: 'mei' },
  ],
  [
    'take an acknowledgement back',
    { action: 'unacknowledge' },
    { acknowledgedAt: NOW, acknowledgedBy: 'li' },
    'unacknowledged',
    { acknowledgedAt: null, acknowledgedBy: null },
  ],
  ['assign', { action: 'assign', assignee: 'li' }, {}, 'assigned', { assignee: 'li' }],
  ['comment', { action: 'comment', text: 'seen' }, { comments: 2 }, 'commented', { comments: 3 }],
  ['snooze', { action: 'snooze', until: NOW }, {}, 'snoozed', { snoozedUntil: NOW }],
  ['mute', { action: 'mute', muted: true }, {}, 'muted', { muted: true }],
  ['unmute', { action: 'mute', muted: false }, { muted: true }, 'unmuted', { muted: false }],
  [
    'resolve',
    { action: 'resolve', text: 'valve shut' },
    {},
    'resolved',
    { state: 'resolved', resolution: 'by_hand', resolvedAt: NOW },
  ],
  [
    'judge',
    { action: 'false-alarm', reason: 'maintenance' },
    { state: 'resolved' },
    'false_alarm',
    { falseAlarm: { reason: 'maintenance', by: 'mei', at: NOW.toISOString() } },
  ],
  [
    'judge anew',
    { action: 'false-alarm', reason: null },
    { falseAlarm: { reason: 'x', by: 'li', at: '' } },
    'not_false_alarm',
    { falseAlarm: null },
  ],
]
test.each(done)('%s', (_, act, before, kind, set) => {
  expect(judge(act, before)).toMatchObject({ allowed: true, kind, set })
})

const refused: [act: Act, before: Partial<AlertRow>, reason: string, title: string][] = [
  [
    { action: 'acknowledge', text: '' },
    { acknowledgedAt: NOW, acknowledgedBy: 'li' },
    'acknowledged_already',
    'li has acknowledged',
  ],
  [{ action: 'unacknowledge' }, {}, 'not_acknowledged', 'nobody'],
  [
    { action: 'resolve', text: '' },
    { state: 'resolved', resolution: 'by_hand', resolvedAt: NOW },
    'resolved_already',
    'by hand',
  ],
  [{ action: 'mute', muted: true }, { state: 'resolved' }, 'resolved_already', 'resolved'],
  [{ action: 'snooze', until: NOW }, { state: 'resolved' }, 'resolved_already', 'resolved'],
  [{ action: 'comment', text: 'x' }, { comments: MAX_COMMENTS }, 'too_many_comments', 'at most'],
  [{ action: 'false-alarm', reason: null }, {}, 'not_a_false_alarm', 'not marked'],
]
test.each(refused)('%j is refused with the reason', (act, before, reason, title) => {
  expect(judge(act, before)).toMatchObject({ allowed: false, reason, title: expect.stringContaining(title) })
})

test('what is so already is no act', () => {
  expect(judge({ action: 'assign', assignee: null })).toEqual({ allowed: true, set: null })
  expect(judge({ action: 'mute', muted: false })).toEqual({ allowed: true, set: null })
})

const wrong: [action: Parameters<typeof actOfAny>[0], input: object, field: string][] = [
  ['comment', { text: '  \n ' }, 'text'],
  ['comment', {}, 'input.text'],
  ['snooze', { until: new Date(T0 - 1).toISOString() }, 'until'],
  ['snooze', { until: '2030-01-01T00:00:00Z' }, 'until'],
  ['false-alarm', { falseAlarm: true }, 'reason'],
  ['assign', { assignee: 7 }, 'input.assignee'],
  ['mute', { muted: true, more: 1 }, 'input.more'],
]
test.each(wrong)('%s %j names the field', (action, input, field) => {
  const attempt = () => actOfAny(action, input, T0)
  expect(attempt).toThrow(ProblemException)
  try {
    attempt()
  } catch (error) {
    expect((error as ProblemException).errors[0]?.field).toBe(field)
  }
})

test.each([
  ['@mei see this, @li-2.', ['mei', 'li-2.', 'li-2']],
  ['写信给mei@example.org', []],
  ['（@mei）请看', ['mei']],
  ['@Mei', ['mei']],
  ['no names', []],
])('%s mentions %j', (text, names) => {
  expect(mentionedIn(text)).toEqual(names)
})
