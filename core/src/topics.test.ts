import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  authorizePublish,
  authorizeSubscribe,
  checkIdentifier,
  type DenialReason,
  deviceTopic,
  ID_PATTERN,
  isId,
  parseDeviceTopic,
  type TopicKind,
} from './topics.ts'

const KINDS: TopicKind[] = ['observations', 'senml', 'status', 'commands', 'commands/result']
const id = fc.stringMatching(ID_PATTERN)

test.each(KINDS)('the topic %s is written and read', (kind) => {
  expect(deviceTopic('gw-01', kind)).toBe(`v1/devices/gw-01/${kind}`)
  expect(parseDeviceTopic(`v1/devices/gw-01/${kind}`)).toEqual({ deviceId: 'gw-01', kind })
})

test('writing and reading a topic of any device are inverse', () => {
  fc.assert(
    fc.property(id, fc.constantFrom(...KINDS), (deviceId, kind) => {
      expect(parseDeviceTopic(deviceTopic(deviceId, kind))).toEqual({ deviceId, kind })
    }),
  )
})

test.each([
  '',
  'v1',
  'v1/devices',
  'v1/devices/',
  'v1/devices//observations',
  'v1/devices/gw-01',
  'v1/devices/gw-01/',
  'v1/devices/gw-01/observations/',
  'v1/devices/gw-01/Observations',
  'v1/devices/gw-01/commands/result/x',
  'v1/devices/gw 01/observations',
  'v1/devices/-gw/observations',
  'v1/devices/+/observations',
  'v1/devices/#',
  '/v1/devices/gw-01/observations',
  'V1/devices/gw-01/observations',
  'v1/devices/gw-01/toString',
  `v1/devices/${'a'.repeat(65)}/observations`,
])('%j is no device topic', (topic) => {
  expect(parseDeviceTopic(topic)).toBeUndefined()
})

test.each(['', 'a/b', '+', '#', 'ä', '-a', '.a', 'a b', 'a'.repeat(65)])(
  'no topic is written for the id %j',
  (bad) => {
    expect(() => deviceTopic(bad, 'status')).toThrow('deviceId')
  },
)

test('the quick test of identifiers agrees with the pattern', () => {
  fc.assert(
    fc.property(fc.oneof(id, fc.string({ maxLength: 70 }), fc.string({ unit: 'grapheme' })), (text) => {
      expect(isId(text)).toBe(ID_PATTERN.test(text))
    }),
  )
})

/** What gw-01 tries to publish, retained or not, and what it is told. */
const PUBLISH: [string, boolean, TopicKind | DenialReason][] = [
  ['v1/devices/gw-01/observations', false, 'observations'],
  ['v1/devices/gw-01/senml', false, 'senml'],
  ['v1/devices/gw-01/status', false, 'status'],
  ['v1/devices/gw-01/status', true, 'status'],
  ['v1/devices/gw-01/commands/result', false, 'commands/result'],
  ['v1/devices/gw-01/observations', true, 'retain_not_allowed'],
  ['v1/devices/gw-01/senml', true, 'retain_not_allowed'],
  ['v1/devices/gw-01/commands/result', true, 'retain_not_allowed'],
  ['v1/devices/gw-01/commands', false, 'not_publishable'],
  ['v1/devices/gw-01/commands', true, 'not_publishable'],
  ['v1/devices/gw-02/observations', false, 'other_device'],
  ['v1/devices/GW-01/observations', false, 'other_device'],
  ['v1/devices/gw-02/commands', false, 'other_device'],
  ['v1/devices/gw-02/status', true, 'other_device'],
  ['v1/devices/gw-01/unknown', false, 'not_a_device_topic'],
  ['v1/devices/gw-01', false, 'not_a_device_topic'],
  ['v2/devices/gw-01/observations', false, 'not_a_device_topic'],
  ['v1/devices/gw-01/observations/', false, 'not_a_device_topic'],
  ['v1/devices/gw-01//observations', false, 'not_a_device_topic'],
  ['v1/devices/ gw-01/observations', false, 'not_a_device_topic'],
  ['anything', false, 'not_a_device_topic'],
  ['$SYS/broker/new/clients', false, 'system_topic'],
  ['$SYS/x/new/clients', true, 'system_topic'],
  ['$sys', false, 'system_topic'],
  ['$share/group/v1/devices/gw-01/observations', false, 'shared_subscription'],
  ['v1/devices/+/observations', false, 'wildcard'],
  ['v1/devices/gw-01/#', false, 'wildcard'],
  ['#', false, 'wildcard'],
  ['', false, 'bad_identifier'],
  ['v1/devices/gw-01/observations\u0000', false, 'bad_identifier'],
  ['v1/devices/gw-01/\u001b[2Jobservations', false, 'bad_identifier'],
  ['v1/devices/gw-01/observations\ufffd', false, 'bad_identifier'],
  ['v1/devices/gw-01/observations\uffff', false, 'bad_identifier'],
  ['v1/devices/gw-01/\u202eobservations', false, 'bad_identifier'],
  ['v1/devices/gw-01/observations\ud800', false, 'bad_identifier'],
  // Homoglyph and full-width letters are other letters.
  ['v1/devices/gw-01/оbservations', false, 'not_a_device_topic'],
  ['v1/devices/ｇｗ-01/observations', false, 'not_a_device_topic'],
  [`v1/devices/gw-01/${'x'.repeat(200)}`, false, 'bad_identifier'],
]

test.each(PUBLISH)('publishing to %j, retained %j: %s', (topic, retain, answer) => {
  const verdict = authorizePublish('gw-01', topic, { retain })
  expect(verdict.allowed ? verdict.kind : verdict.reason).toBe(answer)
})

/** What gw-01 tries to subscribe to. */
const SUBSCRIBE: [string, TopicKind | DenialReason][] = [
  ['v1/devices/gw-01/commands', 'commands'],
  ['v1/devices/gw-01/observations', 'not_subscribable'],
  ['v1/devices/gw-01/status', 'not_subscribable'],
  ['v1/devices/gw-01/commands/result', 'not_subscribable'],
  ['v1/devices/gw-02/commands', 'other_device'],
  ['v1/devices/gw-02/status', 'other_device'],
  ['v1/devices/gw-01/#', 'wildcard'],
  ['v1/devices/+/commands', 'wildcard'],
  ['v1/devices/gw-01/commands/#', 'wildcard'],
  ['#', 'wildcard'],
  ['+', 'wildcard'],
  ['+/devices/gw-01/commands', 'wildcard'],
  ['$SYS/#', 'system_topic'],
  ['$SYS/broker/clients', 'system_topic'],
  ['$share/a/v1/devices/gw-01/commands', 'shared_subscription'],
  ['$share', 'shared_subscription'],
  ['$queue/v1/devices/gw-01/commands', 'system_topic'],
  ['', 'bad_identifier'],
  ['v1/devices/gw-01/commands\u0007', 'bad_identifier'],
  ['v1/devices/gw-01/commands ', 'not_a_device_topic'],
]

test.each(SUBSCRIBE)('subscribing to %j: %s', (filter, answer) => {
  const verdict = authorizeSubscribe('gw-01', filter)
  expect(verdict.allowed ? verdict.kind : verdict.reason).toBe(answer)
})

test('a device reaches its own topics only, whatever it writes', () => {
  const near = fc.constantFrom(
    'v1',
    'devices',
    'gw-01',
    'gw-02',
    'observations',
    'commands',
    '+',
    '#',
    '$SYS',
    '',
  )
  const topic = fc.oneof(
    fc.string(),
    fc.array(near, { maxLength: 6 }).map((parts) => parts.join('/')),
  )
  fc.assert(
    fc.property(topic, fc.boolean(), (text, retain) => {
      const publish = authorizePublish('gw-01', text, { retain })
      const subscribe = authorizeSubscribe('gw-01', text)
      if (publish.allowed) expect(text).toBe(deviceTopic('gw-01', publish.kind))
      if (subscribe.allowed) expect(text).toBe('v1/devices/gw-01/commands')
      if (!publish.allowed) expect(publish.detail).not.toMatch(/\p{Cc}/u)
    }),
  )
})

test.each([
  ['gw-01', undefined],
  ['监测站-7', undefined],
  ['Ångström 😀', undefined],
  ['', 'empty'],
  ['x'.repeat(128), undefined],
  ['x'.repeat(129), 'too_long'],
  ['a\u0000', 'control_character'],
  ['a\nb', 'control_character'],
  ['a\u007f', 'control_character'],
  ['a\u0085', 'control_character'],
  ['\ufffd', 'not_a_character'],
  ['\uffff', 'not_a_character'],
  ['\ufffe', 'not_a_character'],
  ['\ufdd0', 'not_a_character'],
  ['\u{1ffff}', 'not_a_character'],
  ['\ud800', 'not_a_character'],
  ['a\udc00b', 'not_a_character'],
  ['\u200b', 'invisible_character'],
  ['\u202e', 'invisible_character'],
  ['\u2066', 'invisible_character'],
  ['\ufeff', 'invisible_character'],
  ['\u{e0041}', 'invisible_character'],
  ['soft\u00adhyphen', 'invisible_character'],
])('the identifier %j: %s', (text, problem) => {
  expect(checkIdentifier(text)).toBe(problem)
})
