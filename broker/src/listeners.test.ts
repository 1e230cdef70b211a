import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { afterEach, expect, test } from '@jest/globals'
import { connectAsync } from 'mqtt'
import { WebSocket } from 'ws'
import { SECRET, startTestBroker, type TestBroker, until } from './fixtures/helpers.ts'

const TOPIC = 'v1/devices/d1/observations'

let platform: TestBroker

afterEach(() => platform.stop())

/** A self-signed certificate for 127.0.0.1, valid for a day. */
function certificate(): { cert: string; key: string } {
  const folder = mkdtempSync(join(tmpdir(), 'osprey-cert-'))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '1', '-nodes']
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-keyout', key, '-out', cert, ...subject], {
    stdio: 'ignore',
  })
  try {
    return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function publishOver(url: string, ca?: string): Promise<void> {
  const options = { username: 'd1', password: SECRET, protocolVersion: 4 as const, reconnectPeriod: 0 }
  const device = await connectAsync(url, { ...options, ...(ca && { ca }) }, false)
  await device.publishAsync(TOPIC, '{}', { qos: 1 })
  await device.endAsync()
}

/** HTTP status with which the upgrade is refused; 101 when it is not. */
function upgradeStatus(url: string, headers: Record<string, string>, protocols = ['mqtt']): Promise<number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url, protocols, { headers })
    socket.on('open', () => {
      socket.terminate()
      resolve(101)
    })
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0))
    socket.on('error', () => resolve(0))
  })
}

test('MQTT over WebSocket at /mqtt', async () => {
  platform = await startTestBroker({ webSocketPort: 0, allowedOrigins: ['https://osprey.example.org'] })
  const base = `127.0.0.1:${platform.broker.webSocketPort}`
  await publishOver(`ws://${base}/mqtt`)
  expect(platform.entries().filter(({ kind }) => kind === 'publish')).toHaveLength(1)
  expect((await fetch(`http://${base}/mqtt`)).status).toBe(426)
  expect(await upgradeStatus(`ws://${base}/other`, {})).toBe(404)
  expect(await upgradeStatus(`ws://${base}/mqtt`, {})).toBe(101)
  expect(await upgradeStatus(`ws://${base}/mqtt`, { origin: 'https://osprey.example.org' })).toBe(101)
  expect(await upgradeStatus(`ws://${base}/mqtt`, { origin: `http://${base}` })).toBe(101)
  expect(await upgradeStatus(`ws://${base}/mqtt`, { origin: 'https://evil.example.com' })).toBe(403)
  expect(await upgradeStatus(`ws://${base}/mqtt`, { origin: 'null' })).toBe(403)
  await until(() => platform.refusals().includes('origin_not_allowed'))
})

test('over WebSocket the packet limit holds too', async () => {
  platform = await startTestBroker({ webSocketPort: 0 })
  const socket = new WebSocket(`ws://127.0.0.1:${platform.broker.webSocketPort}/mqtt`, ['mqtt'])
  const closed = new Promise((resolve) => socket.on('close', resolve))
  socket.on('open', () => socket.send(Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f])))
  await closed
  await until(() => platform.refusals().includes('packet_too_large'))
})

test('with a certificate both ways speak TLS 1.2 or newer, and nothing else', async () => {
  const tls = certificate()
  platform = await startTestBroker({ webSocketPort: 0, tls })
  const { mqttPort, webSocketPort } = platform.broker
  await publishOver(`mqtts://127.0.0.1:${mqttPort}`, tls.cert)
  await publishOver(`wss://127.0.0.1:${webSocketPort}/mqtt`, tls.cert)
  expect(platform.entries().filter(({ kind }) => kind === 'publish')).toHaveLength(2)
  await expect(publishOver(`mqtt://127.0.0.1:${mqttPort}`)).rejects.toThrow()
  for (const port of [mqttPort, Number(webSocketPort)]) {
    expect(await handshake(port, 'TLSv1.1')).toBe('refused')
    expect(await handshake(port, 'TLSv1.2')).toBe('TLSv1.2')
  }
})

function handshake(port: number, version: 'TLSv1.1' | 'TLSv1.2'): Promise<string | null> {
  return new Promise((resolve) => {
    const versions = { minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' } as const
    const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false, ...versions }, () => {
      resolve(socket.getProtocol())
      socket.destroy()
    })
    socket.on('error', () => resolve('refused'))
  })
}

/** The first line of the answer to an upgrade request for `target`, sent as it is. */
function rawUpgrade(port: number, target: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = createConnection({ port, host: '127.0.0.1' })
    socket.on('data', (data) => {
      answer += data.toString('latin1')
    })
    socket.on('close', () => resolve(answer.split('\r\n', 1)[0] ?? ''))
    socket.on('error', reject)
    socket.write(
      `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
    )
  })
}

test('a request target that is no URL is answered, not thrown', async () => {
  platform = await startTestBroker({ webSocketPort: 0 })
  for (const target of ['//', '//[', '/mqtt//', 'http://', '*'])
    expect(await rawUpgrade(platform.broker.webSocketPort as number, target)).toMatch(/^HTTP\/1\.1 40/)
  await publishOver(`ws://127.0.0.1:${platform.broker.webSocketPort}/mqtt`)
})
