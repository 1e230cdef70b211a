import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import pino from 'pino'
import { signHead } from './head.ts'
import { HeadWebhook } from './head-webhook.ts'
import { newKey, START } from './log.fixture.ts'

const TOKEN = 'a-token-for-the-receiver'
const key = newKey()
const head = (sequence: number) => signHead({ sequence, hash: 'f'.repeat(64) }, key, START)
const PAUSES = { first: 2, longest: 10 }

interface Received {
  body: string
  headers: IncomingHttpHeaders
}

let server: Server
let received: Received[]
let answers: number[]
let arrived: () => void
let waiting: { count: number; settle: () => void } | undefined
const lines: string[] = []
const log = pino({ level: 'debug' }, { write: (line: string) => lines.push(line) })

beforeEach(async () => {
  received = []
  answers = []
  lines.length = 0
  arrived = () => {
    if (waiting && received.length >= waiting.count) waiting.settle()
  }
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    received.push({ body: Buffer.concat(chunks).toString(), headers: request.headers })
    const status = answers.shift() ?? 204
    response.writeHead(status, status === 302 ? { location: 'http://127.0.0.1:1/' } : {}).end()
    response.once('close', arrived)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

const requests = (count: number) =>
  new Promise<void>((settle) => {
    waiting = { count, settle }
    arrived()
  })
const target = () => ({
  url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?secret=in-the-address`,
  token: TOKEN,
})
const sequences = () => received.map(({ body }) => JSON.parse(body).sequence)

test('heads are posted in order, with the token, and again after failures', async () => {
  answers = [500, 302, 401]
  const webhook = new HeadWebhook(target(), log, { pauses: PAUSES })
  webhook.start()
  webhook.push(head(1))
  webhook.push(head(2))
  await requests(5)
  await webhook.stop()
  expect(sequences()).toEqual([1, 1, 1, 1, 2])
  expect(received[0]?.headers).toMatchObject({
    authorization: `Bearer ${TOKEN}`,
    'content-type': 'application/json',
  })
  expect(JSON.parse(received[4]?.body as string)).toEqual(head(2))
  expect(webhook.stats()).toEqual({ pushed: 2, failed: 3, dropped: 0, waiting: 0 })
  expect(webhook.trouble()).toBeNull()
  expect(lines.join('')).toContain('it answered 302')
  expect(lines.join('')).not.toContain('in-the-address')
  expect(lines.join('')).not.toContain(TOKEN)
})

test('while the receiver is away the newest heads wait and the oldest are counted as dropped', async () => {
  const address = target()
  server.closeAllConnections()
  await new Promise((settle) => server.close(settle))
  const failed = Promise.withResolvers<void>()
  const watching = pino({ level: 'warn' }, { write: () => failed.resolve() })
  const webhook = new HeadWebhook(address, watching, { pauses: PAUSES, waiting: 3 })
  webhook.start()
  for (let sequence = 1; sequence <= 5; sequence++) webhook.push(head(sequence))
  await failed.promise
  expect(webhook.trouble()).toBe('signed heads do not reach the webhook: ECONNREFUSED; 3 wait')
  server.listen(Number(new URL(address.url).port), '127.0.0.1')
  await requests(3)
  await webhook.stop()
  expect(sequences()).toEqual([3, 4, 5])
  expect(webhook.stats()).toMatchObject({ pushed: 3, dropped: 2, waiting: 0 })
})

test('at the stop what waits is sent once more', async () => {
  answers = [503]
  const webhook = new HeadWebhook(target(), log, { pauses: { first: 60_000, longest: 60_000 } })
  webhook.start()
  webhook.push(head(1))
  webhook.push(head(2))
  await requests(1)
  await webhook.stop()
  expect(sequences()).toEqual([1, 1, 2])
})
