import { expect, test } from '@jest/globals'
import { connectionAdvice, type DeviceFacts } from './connection-advice.ts'
import { REFUSAL_REASONS } from './refusal-reasons.ts'
import { authorizePublish } from './topics.ts'

const NOW = Date.UTC(2026, 10, 23, 12)
const HOUR = 3_600_000

const facts = (changes: Partial<DeviceFacts> = {}): DeviceFacts => ({
  disabled: false,
  createdAt: NOW - 100 * HOUR,
  rotatedAt: NOW - 100 * HOUR,
  authentication: 'secret',
  ...changes,
})

const advise = (reason: string, device?: DeviceFacts, detail = 'something', deviceId = 'meter-7') =>
  connectionAdvice({ reason, detail, deviceId, at: NOW - 60_000 }, device, NOW)

test.each(REFUSAL_REASONS)('%s has advice in both languages, whatever is known', (reason) => {
  for (const device of [undefined, facts(), facts({ disabled: true, authentication: 'certificate' })]) {
    for (const deviceId of ['', 'meter-7']) {
      const advice = advise(reason, device, 'something', deviceId)
      expect(advice?.en).toMatch(/^[A-Z].*\.$/)
      expect(advice?.zh).toMatch(/\p{Script=Han}/u)
      expect(`${advice?.en}${advice?.zh}`).not.toMatch(/undefined|NaN|\[object/)
    }
  }
})

test('a reason of another version has none', () => {
  expect(advise('sunspots', facts())).toBeNull()
})

test.each([
  [facts({ rotatedAt: NOW - 3 * HOUR }), 'rotated 3 h ago: the device still uses the old one', '3 小时前'],
  [facts({ rotatedAt: NOW - 50 * HOUR }), 'rotated 2 d ago', '2 天前'],
  [facts({ rotatedAt: NOW - 5 * 60_000 }), 'rotated 5 min ago', '5 分钟前'],
  [facts({ rotatedAt: NOW - 1000 }), 'rotated just now, after this attempt', '刚刚'],
  [facts(), 'shown when the device was registered', '登记设备时'],
  [facts({ authentication: 'certificate' }), 'presented none', '未出示证书'],
  [undefined, 'not registered any more', '不再登记'],
])('a wrong secret, %#', (device, en, zh) => {
  expect(advise('bad_secret', device)).toEqual({
    en: expect.stringContaining(en),
    zh: expect.stringContaining(zh),
  })
})

test('a topic of another device is named beside the expected ones', () => {
  const verdict = authorizePublish('meter-7', 'v1/devices/meter-8/observations', { retain: false })
  expect(advise('topic_denied', facts(), verdict.allowed ? '' : verdict.detail)?.en).toBe(
    'Publishes outside its own topics: expected v1/devices/meter-7/observations, …/senml, …/status or …/commands/result. Got v1/devices/meter-8/observations: expected a topic of device meter-7.',
  )
})

test.each([
  ['last will: v1/x: expected the status topic', 'last will must go to'],
  ['v1/devices/meter-7/senml: only the status topic may be retained', 'Clear the retain flag'],
])('%s', (detail, expected) => {
  expect(advise('topic_denied', facts(), detail)?.en).toContain(expected)
})

test('what has been put right since the attempt is said so', () => {
  expect(advise('device_disabled', facts())?.en).toContain('has been enabled since')
  expect(advise('device_disabled', facts({ disabled: true }))?.en).toContain('is disabled')
  expect(advise('unknown_device', facts({ createdAt: NOW - 1000 }))?.en).toContain('registered just now')
  expect(advise('unknown_device')?.en).toContain('No device “meter-7”')
  expect(advise('secret_not_accepted', facts({ authentication: 'either' }))?.en).toContain('changed since')
  expect(advise('certificate_not_accepted', facts({ authentication: 'secret' }))?.en).toContain(
    'its secret only',
  )
  expect(advise('expired_certificate', facts(), 'x (CERT_NOT_YET_VALID)')?.en).toContain('not valid yet')
})
