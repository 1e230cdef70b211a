import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { startTestPlatform, type TestPlatform } from '../testing/test-platform.ts'
import { operatorToken, TokenMissing } from './operator-token.ts'
import { PlatformClient, PlatformError, PlatformUnreachable } from './platform-client.ts'

let platform: TestPlatform | undefined
let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'osprey-client-'))
})
afterEach(async () => {
  rmSync(directory, { recursive: true })
  await platform?.close()
  platform = undefined
})

test('a token that a restart made stale is read again, once', async () => {
  let valid = 'second'
  platform = await startTestPlatform(({ token }) =>
    token === valid
      ? { body: { ok: true } }
      : { status: 401, body: { title: 'Not logged in', detail: 'log in first' } },
  )
  const tokens = ['first', 'second', 'third']
  const client = new PlatformClient({ url: platform.url, token: () => tokens.shift() ?? 'none' })
  expect(await client.get('/api/ledger')).toEqual({ ok: true })
  expect(await client.get('/api/ledger')).toEqual({ ok: true })
  expect(platform.requests.map(({ token }) => token)).toEqual(['first', 'second', 'second'])
  valid = 'nobody knows'
  await expect(client.get('/api/ledger')).rejects.toThrow('GET /api/ledger: 401 log in first')
})

test('queries and bodies are sent as given, undefined left out', async () => {
  platform = await startTestPlatform(() => ({ body: [] }))
  const client = new PlatformClient({ url: platform.url, token: () => 't' })
  await client.get('/api/observations', { station: 'a b', limit: 5, after: undefined })
  await client.post('/api/devices', { id: 'x' })
  await client.putText('/api/layers/rivers', '{}', 'application/geo+json', { name: 'Rivers & lakes' })
  expect(
    platform.requests.map(({ method, path, query, body }) => [method, path, query.toString(), body]),
  ).toEqual([
    ['GET', '/api/observations', 'station=a+b&limit=5', ''],
    ['POST', '/api/devices', '', '{"id":"x"}'],
    ['PUT', '/api/layers/rivers', 'name=Rivers+%26+lakes', '{}'],
  ])
})

test('a refusal names status and every field', async () => {
  const errors = [{ row: 2, field: 'latitude', value: 91, expected: '-90 to 90' }]
  platform = await startTestPlatform(() => ({
    status: 422,
    body: { title: 'Invalid', detail: 'nothing imported', errors },
  }))
  const client = new PlatformClient({ url: platform.url, token: () => 't' })
  const refusal = await client.post('/api/stations', {}).catch((error: unknown) => error)
  expect(refusal).toBeInstanceOf(PlatformError)
  expect((refusal as PlatformError).message).toBe(
    'POST /api/stations: 422 nothing imported; row 2 latitude: 91, expected -90 to 90',
  )
})

test('an answer without a body is nothing', async () => {
  platform = await startTestPlatform(() => ({ status: 204 }))
  const client = new PlatformClient({ url: platform.url, token: () => 't' })
  expect(await client.delete('/api/devices/x')).toBeUndefined()
})

test('a platform that is not there is told apart, with the reason', async () => {
  platform = await startTestPlatform(() => ({}))
  const { url } = platform
  await platform.close()
  platform = undefined
  const client = new PlatformClient({ url, token: () => 't' })
  const failure = await client.get('/api/config').catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(PlatformUnreachable)
  expect((failure as Error).message).toContain('ECONNREFUSED')
})

test('only http and https are understood', () => {
  expect(() => new PlatformClient({ url: 'ftp://x', token: () => '' })).toThrow(
    'expected http:// or https://',
  )
})

test('the operator token comes from the environment, else from the file, else a message says where it was sought', () => {
  expect(() => operatorToken(directory, {})).toThrow(TokenMissing)
  expect(() => operatorToken(directory, {})).toThrow(join(directory, 'run', 'operator-token'))
  mkdirSync(join(directory, 'run'))
  writeFileSync(join(directory, 'run', 'operator-token'), 'from-file\n')
  expect(operatorToken(directory, {})).toBe('from-file')
  expect(operatorToken(directory, { OSPREY_TOKEN: 'from-environment' })).toBe('from-environment')
})
