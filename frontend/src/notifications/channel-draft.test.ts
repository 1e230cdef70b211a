import { expect, test } from '@jest/globals'
import { type ChannelView, channelInput, channelPatch } from '@osprey/core/api/notifications'
import {
  addressesIn,
  type ChannelDraft,
  channelInputOf,
  channelPatchOf,
  channelProblem,
  draftOfChannel,
  leavesHost,
  newChannel,
  newSecret,
  unknownPlaceholders,
} from './channel-draft.ts'

const webhook = (change: Partial<ChannelDraft> = {}): ChannelDraft => ({
  ...newChannel('webhook', 'en'),
  name: ' Duty ',
  url: 'https://hooks.example.org/in',
  ...change,
})

const KEPT: ChannelView = {
  id: 'duty',
  name: 'Duty',
  language: 'zh',
  enabled: true,
  kind: 'webhook',
  addresses: [],
  host: 'hooks.example.org',
  hasSecret: true,
  template: null,
  lastDeliveredAt: null,
  lastError: null,
}

test('addresses may be separated as one likes, and count once', () => {
  expect(addressesIn('a@example.org, b@example.org；a@example.org\n\n c@example.org')).toEqual([
    'a@example.org',
    'b@example.org',
    'c@example.org',
  ])
})

test('a new webhook is signed; what is sent is what the server takes', () => {
  const secret = newSecret()
  expect(secret).toMatch(/^[0-9a-f]{64}$/)
  const input = channelInputOf(webhook(), 'duty', secret)
  expect(channelInput.parse(input)).toEqual({
    id: 'duty',
    name: 'Duty',
    language: 'en',
    enabled: true,
    settings: { kind: 'webhook', url: 'https://hooks.example.org/in', secret },
  })
})

test('an address that is not typed again and a secret that is kept are left out', () => {
  const patch = channelPatchOf(draftOfChannel(KEPT), null)
  expect(channelPatch.parse(patch)).toEqual({
    name: 'Duty',
    language: 'zh',
    enabled: true,
    settings: { kind: 'webhook' },
  })
  expect(channelPatchOf({ ...draftOfChannel(KEPT), secretChoice: 'none' }, null).settings).toEqual({
    kind: 'webhook',
    secret: null,
  })
})

test('an emptied template goes back to the usual text', () => {
  const draft = { ...newChannel('slack', 'en'), name: 'x', template: '  ' }
  expect(channelPatchOf(draft, null).settings).toEqual({ kind: 'slack', template: null })
  expect(channelInputOf({ ...draft, url: 'https://a.example/x' }, 'x', null).settings).toEqual({
    kind: 'slack',
    url: 'https://a.example/x',
  })
})

test.each([
  ['name', webhook({ name: ' ' }), null],
  ['url', webhook({ url: '' }), null],
  ['url', webhook({ url: 'ftp://example.org' }), 'hooks.example.org'],
  [null, webhook({ url: '' }), 'hooks.example.org'],
  ['addresses', { ...newChannel('email', 'en'), name: 'x' }, null],
  ['secret', { ...webhook({ secretChoice: 'new' }), kind: 'dingtalk' as const }, null],
  ['template', { ...webhook({ template: '{{nothing}}' }), kind: 'slack' as const }, null],
  [null, { ...newChannel('in_app', 'en'), name: 'x' }, null],
])('%s is missing or wrong', (problem, draft, host) => {
  expect(channelProblem(draft, host)).toBe(problem)
})

test('placeholders that stand for nothing are named once', () => {
  expect(unknownPlaceholders('{{title}} {{ value }} {{vaule}} {{vaule}} {{}}')).toEqual(['vaule', ''])
})

test('another host leaves the secret behind', () => {
  expect(leavesHost(webhook({ url: 'https://hooks.example.org/other' }), 'hooks.example.org')).toBe(false)
  expect(leavesHost(webhook({ url: 'https://example.org/other' }), 'hooks.example.org')).toBe(true)
  expect(leavesHost(webhook({ url: '' }), 'hooks.example.org')).toBe(false)
})
