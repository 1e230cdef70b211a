import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import pino from 'pino'
import { Database } from '../database/database.ts'
import { addChannel, addRoute, addRule, deliveriesIn } from './world.fixture.ts'

/** Each alert has at least one delivery, whenever the process is killed between the alert and the receiver. */

const dataDir = mkdtempSync(join(tmpdir(), 'osprey-notifications-'))
const database = new Database(dataDir, undefined, pino({ level: 'silent' }))
const received: { key: string; alerts: string[] }[] = []
let receiver: Server

beforeAll(async () => {
  await database.start()
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as { alerts: { id: string }[] }
      const key = String(request.headers['idempotency-key'])
      received.push({ key, alerts: body.alerts.map(({ id }) => id) })
      response.end()
    })
  })
  await new Promise<void>((settle) => receiver.listen(0, '127.0.0.1', settle))
  await addRule(database.queries, 'pm')
  await addChannel(database.queries, 'hook')
  await addRoute(database.queries)
})
afterAll(async () => {
  receiver.closeAllConnections()
  receiver.close()
  await database.stop()
  rmSync(dataDir, { recursive: true })
})

/** Runs until it is done, or kills it without warning at a point. Answers the points it came by. */
async function run(alert: string, dieAt: string): Promise<string[]> {
  const port = readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n')[3]
  const password = readFileSync(join(dataDir, 'postgres-password'), 'utf8').trim()
  const connection = `postgres://osprey:${password}@127.0.0.1:${port}/osprey`
  const { port: hook } = receiver.address() as { port: number }
  const { NODE_OPTIONS: _, ...env } = process.env
  const script = join(import.meta.dirname, 'kill.fixture.ts')
  const child = spawn(process.execPath, [script, connection, `http://127.0.0.1:${hook}/`, alert, dieAt], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const points: string[] = []
  for await (const line of createInterface(child.stdout)) {
    points.push(line)
    if (line === dieAt) child.kill('SIGKILL')
  }
  await exited
  return points
}

test.each([
  ['alert written', 0],
  ['alert stored', 1],
  ['round written', 1],
  ['round stored', 1],
  ['sending', 1],
  ['sent', 2],
  ['delivery written', 2],
])('killed at: %s', async (dieAt, times) => {
  const alert = `killed-${dieAt.replace(' ', '-')}`
  received.length = 0
  expect((await run(alert, dieAt)).at(-1)).toBe(dieAt)
  const { rows } = await database.queries.execute(`select id from alerts where id = '${alert}'`)
  // Killed before the commit there is no alert, and the evaluation tells of it again.
  const stored = rows.length === 1
  expect(stored).toBe(dieAt !== 'alert written')
  expect((await run(stored ? '' : alert, '-')).at(-1)).toBe('done')
  const deliveries = (await deliveriesIn(database.queries)).filter(({ alerts }) => alerts.includes(alert))
  expect(deliveries.map(({ state, channel }) => [channel, state])).toEqual([['hook', 'delivered']])
  const ours = received.filter(({ alerts }) => alerts.includes(alert))
  expect(ours).toHaveLength(Math.max(1, times))
  expect(new Set(ours.map(({ key }) => key))).toEqual(new Set([deliveries[0]?.key]))
})
