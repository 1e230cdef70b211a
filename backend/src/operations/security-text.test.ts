import { afterAll, expect, test } from '@jest/globals'
import { TestBackend } from '../testing.ts'
import { securityText } from './security-text.ts'

afterAll(() => TestBackend.stopAll())

const NOW = Date.parse('2026-11-23T22:00:00Z')

test('names the contact, when the text expires, the languages and where it is kept', () => {
  const config = { securityContact: 'mailto:security@example.org', publicUrl: 'https://osprey.example.org' }
  expect(securityText(config, NOW)).toBe(
    [
      'Contact: mailto:security@example.org',
      'Expires: 2027-05-22T00:00:00.000Z',
      'Preferred-Languages: en, zh',
      'Canonical: https://osprey.example.org/.well-known/security.txt',
      '',
    ].join('\n'),
  )
})

test('without a public address it leaves out Canonical, without a contact there is none', () => {
  expect(securityText({ securityContact: 'tel:+86-10-1', publicUrl: undefined }, NOW)).not.toContain(
    'Canonical',
  )
  expect(securityText({ securityContact: undefined, publicUrl: undefined }, NOW)).toBeUndefined()
})

test('is served to anyone as plain text, and not found without a contact', async () => {
  const backend = await TestBackend.start({ OSPREY_SECURITY_CONTACT: 'mailto:security@example.org' })
  const answer = await backend.request('GET', '/.well-known/security.txt')
  expect(answer.status).toBe(200)
  expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8')
  expect(answer.text).toMatch(/^Contact: mailto:security@example.org\nExpires: \d{4}-/)
  await backend.stop()
  const silent = await TestBackend.start()
  expect((await silent.request('GET', '/.well-known/security.txt')).status).toBe(404)
})
