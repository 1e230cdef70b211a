import { expect, test } from '@jest/globals'
import { credentialsCsv, credentialsFileName } from './credentials.ts'

const broker = { host: 'osprey.example', port: 8883, tls: true }

test('the file names everything a device needs', () => {
  const text = credentialsCsv([{ id: 'pump-1', secret: 'S3cret_-x' }], broker)
  const [head = '', row = ''] = text.replace('\uFEFF', '').split('\r\n')
  const cells = Object.fromEntries(head.split(',').map((name, at) => [name, row.split(',')[at]]))
  expect(cells).toMatchObject({
    id: 'pump-1',
    secret: 'S3cret_-x',
    host: 'osprey.example',
    port: '8883',
    tls: 'yes',
    topic_observations: 'v1/devices/pump-1/observations',
    topic_commands_result: 'v1/devices/pump-1/commands/result',
  })
})

test('no cell of the file is a formula', () => {
  const secrets = ['=cmd|1', '+1+1', '-abc', '@x', '\tx'].map((secret, at) => ({ id: `d${at}`, secret }))
  const rows = credentialsCsv(secrets, broker).replace('\uFEFF', '').trimEnd().split('\r\n').slice(1)
  for (const row of rows) for (const cell of row.split(',')) expect(cell).not.toMatch(/^"?[=+\-@\t\r]/)
})

test('the file is named after day and devices', () => {
  const now = new Date(2026, 10, 3)
  const secret = { id: 'pump-1', secret: 's' }
  expect(credentialsFileName([secret], now)).toBe('osprey-credentials-2026-11-03-pump-1.csv')
  expect(credentialsFileName([secret, secret], now)).toBe('osprey-credentials-2026-11-03-2-devices.csv')
})
