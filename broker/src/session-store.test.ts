import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { StoredPacket } from 'aedes-persistence/asyncPersistence.js'
import { SessionStore } from './session-store.ts'

let path: string

beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), 'osprey-sessions-')), 'sessions')
})

afterEach(() => rmSync(join(path, '..'), { recursive: true, force: true }))

const aedes = { id: 'broker-1', counter: 0 }

async function openStore(): Promise<SessionStore> {
  const store = new SessionStore({ path, now: () => 1000 })
  await store.setup(aedes)
  return store
}

const packet = (topic: string, counter: number): StoredPacket => ({
  cmd: 'publish',
  brokerId: aedes.id,
  brokerCounter: counter,
  topic,
  payload: Buffer.from(`payload ${counter}`),
  qos: 1,
  retain: false,
  dup: false,
})

async function topics(stream: AsyncIterable<StoredPacket>): Promise<string[]> {
  const found: string[] = []
  for await (const { topic, payload } of stream) found.push(`${topic} ${payload}`)
  return found
}

test('passes the abstract suite of aedes-persistence', async () => {
  const script = join(import.meta.dirname, 'fixtures/persistence-suite.ts')
  const env = { ...process.env, NODE_OPTIONS: '', NODE_TEST_CONTEXT: undefined }
  const { stdout } = await promisify(execFile)(process.execPath, ['--no-warnings', '--test', script], { env })
  expect(stdout).toMatch(/fail 0/)
  expect(Number(/pass (\d+)/.exec(stdout)?.[1])).toBeGreaterThanOrEqual(50)
})

test('brings back subscriptions, queues, retained messages, wills and who was connected', async () => {
  const client = { id: 'd1' }
  const store = await openStore()
  await store.addSubscriptions(client, [{ topic: 'a', qos: 1 }])
  for (const counter of [1, 2, 3])
    await store.outgoingEnqueueCombi([{ clientId: 'd1' }], packet('a', counter))
  await store.outgoingClearMessageId(client, packet('a', 1))
  await store.storeRetained({ ...packet('status', 4), retain: true })
  await store.putWill(client, packet('will', 5))
  await store.markOnline('d1')
  await store.destroy()
  const again = await openStore()
  expect(again.keeps('d1', 'a')).toBe(true)
  expect(await topics(again.outgoingStream(client))).toEqual(['a payload 2', 'a payload 3'])
  expect(await topics(again.createRetainedStream('#'))).toEqual(['status payload 4'])
  expect(await topics(again.streamWill({}))).toEqual(['will payload 5'])
  expect(again.whoWasOnline()).toEqual(['d1'])
  await again.forget('d1', 'status')
  expect(again.counts()).toEqual({ sessions: 0, queued: 0 })
  expect(again.discarded).toBe(2)
  await again.destroy()
  const third = await openStore()
  expect(await topics(third.outgoingStream(client))).toEqual([])
  expect(await topics(third.createRetainedStream('#'))).toEqual([])
  await third.destroy()
})

test('damaged files are put aside and the sessions begin anew', async () => {
  const store = await openStore()
  await store.addSubscriptions({ id: 'd1' }, [{ topic: 'a', qos: 1 }])
  await store.destroy()
  truncateSync(join(path, 'data.mdb'), 8192)
  const again = await openStore()
  expect([again.putAside, again.keeps('d1', 'a')]).toEqual([`${path}-damaged`, false])
  await again.destroy()
  writeFileSync(join(path, 'data.mdb'), 'nothing of LMDB')
  const third = await openStore()
  expect(third.putAside).toBe(`${path}-damaged`)
  await third.destroy()
})
