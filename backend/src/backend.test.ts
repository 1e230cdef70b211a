import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { afterEach, expect, test } from '@jest/globals'
import { Journal } from '@osprey/journal/journal'
import { WebSocket } from 'ws'
import { loadConfig, StartError } from './config.ts'
import { TestBackend } from './testing.ts'

afterEach(() => TestBackend.stopAll())

test('a taken port is one clear line, and everything started before is stopped again', async () => {
  const holder = createServer().listen(0, '127.0.0.1')
  await new Promise((settle) => holder.once('listening', settle))
  const { port } = holder.address() as { port: number }
  const backend = TestBackend.prepare({ OSPREY_HTTP_PORT: String(port) })
  const error: unknown = await backend.start().catch((reason) => reason)
  expect(error).toBeInstanceOf(StartError)
  expect((error as Error).message).toBe(
    `port ${port} on 127.0.0.1 is in use by another program; set OSPREY_HTTP_PORT to a free one`,
  )
  expect(readdirSync(join(backend.dataDir, 'postgres'))).not.toContain('postmaster.pid')
  await new Promise((settle) => holder.close(settle))
  await backend.start()
  expect((await backend.request('GET', '/api/health/ready')).status).toBe(200)
  await backend.stop()
})

test('bad configuration names every variable at once', () => {
  const bad = { OSPREY_HTTP_PORT: 'x', OSPREY_DEMO: 'yes', OSPREY_ADMIN_PASSWORD: 'short' }
  for (const name of Object.keys(bad)) expect(() => loadConfig(bad)).toThrow(name)
  expect(() => loadConfig(bad)).not.toThrow(/short/)
  expect(() => loadConfig({ OSPREY_DATA_DIR: '/dev/null/x' })).toThrow(
    /OSPREY_DATA_DIR: \/dev\/null\/x cannot be made/,
  )
})

test('a watcher of the map does not hold up the stop', async () => {
  const backend = await TestBackend.start()
  const headers = { authorization: `Bearer ${backend.operatorToken}` }
  const watcher = new WebSocket(`${backend.url.replace('http', 'ws')}/live`, { headers })
  await once(watcher, 'open')
  const closed = once(watcher, 'close')
  await backend.stop()
  expect((await closed)[0]).toBe(1001)
})

test('what is acknowledged in the journal survives stops at any moment', async () => {
  const backend = await TestBackend.start()
  const journal = Journal.open(join(backend.dataDir, 'journal'), { maxBytes: 64 * 1024 * 1024 })
  await backend.operator('POST', '/api/stations', {
    id: 's',
    name: 's',
    latitude: 1,
    longitude: 2,
    medium: 'air',
  })
  await backend.operator('POST', '/api/devices', { id: 'd', stations: ['s'] })
  const start = Date.parse('2026-03-01T00:00:00Z')
  let sent = 0
  const send = () =>
    new Promise<void>((settle, fail) => {
      const time = start + sent++ * 1000
      const payload = Buffer.from(JSON.stringify({ time, values: { pm25: sent } }))
      const entry = {
        kind: 'publish' as const,
        receivedAt: time,
        deviceId: 'd',
        topic: 'v1/devices/d/observations',
        payload,
        qos: 1 as const,
      }
      journal.append(entry, (error) => (error ? fail(error) : settle()))
    })
  for (let round = 0; round < 3; round++) {
    await Promise.all(Array.from({ length: 500 }, send))
    await backend.restart()
  }
  let ledger = { stored: 0, pending: 1 }
  while (ledger.stored < 1500 || ledger.pending > 0)
    ledger = (await backend.operator('GET', '/api/ledger')).body
  const { body } = await backend.operator(
    'GET',
    `/api/observations?station=s&property=pm25&from=${start}&to=${start + 86_400_000}&limit=2000`,
  )
  expect(body.observations.map((one: { value: number }) => one.value)).toEqual(
    Array.from({ length: 1500 }, (_, index) => index + 1),
  )
  await journal.close()
  await backend.stop()
})

test('over TLS: cookies are Secure, browsers are told to stay, old versions are refused', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'osprey-tls-'))
  const [cert, key] = [join(directory, 'cert.pem'), join(directory, 'key.pem')]
  const subject = [
    '-subj',
    '/CN=localhost',
    '-days',
    '1',
    '-nodes',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
  ]
  try {
    execFileSync('openssl', ['req', '-x509', ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' })
  } catch {
    process.stderr.write('skipped: no openssl on this machine\n')
    return
  }
  const missing = TestBackend.prepare({ OSPREY_TLS_CERT: cert, OSPREY_TLS_KEY: join(directory, 'none') })
  await expect(missing.start()).rejects.toThrow(/OSPREY_TLS_KEY: .*none cannot be read/)
  await missing.stop()
  const backend = await TestBackend.start({ OSPREY_TLS_CERT: cert, OSPREY_TLS_KEY: key })
  try {
    expect(backend.url).toMatch(/^https:/)
    const answer = await backend.request('POST', '/api/session', {
      body: { username: 'admin', password: 'correct horse battery' },
    })
    expect(answer.headers['set-cookie']?.[0]).toContain('Secure')
    expect(answer.headers['strict-transport-security']).toContain('max-age=')
    const { hostname, port } = new URL(backend.url)
    const refused = await new Promise((settle) => {
      const socket = connect({
        host: hostname,
        port: Number(port),
        maxVersion: 'TLSv1.1',
        minVersion: 'TLSv1',
        ciphers: 'DEFAULT@SECLEVEL=0',
        rejectUnauthorized: false,
      })
      socket.once('secureConnect', () => settle('connected'))
      socket.once('error', (error) => settle((error as NodeJS.ErrnoException).code))
    })
    expect(refused).not.toBe('connected')
  } finally {
    await backend.stop()
    rmSync(directory, { recursive: true })
  }
})
