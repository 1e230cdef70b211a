import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import pino from 'pino'
import { Database } from '../database/database.ts'
import type { Device, Registry } from '../registry/registry.ts'
import { WHOLE_TERRITORY } from '../territory/territory.ts'
import { RefusalsController } from './refusals.controller.ts'
import { Refusals } from './refusals.ts'

const dataDir = mkdtempSync(join(tmpdir(), 'osprey-refusals-'))
const database = new Database(dataDir, undefined, pino({ level: 'silent' }))
const refusals = new Refusals(database)
beforeAll(() => database.start())
afterAll(async () => {
  await database.stop()
  rmSync(dataDir, { recursive: true })
})

const rejected = (id: number, device: string) => ({
  id,
  device,
  topic: `v1/devices/${device}/observations`,
  receivedAt: Date.parse('2026-03-01T00:00:00Z') + id,
  reason: 'malformed_json' as const,
  detail: 'x\0y',
  readings: 1,
  payload: '{\ud800',
})
const refused = (id: number, address: string) => ({
  id,
  device: 'd',
  receivedAt: id,
  reason: 'bad_credentials',
  detail: '',
  address,
  clientId: 'c',
})

test('the newest rejections of each device are kept; a noisy one does not push out the others', async () => {
  await refusals.rejected([rejected(1, 'quiet'), rejected(2, 'quiet')])
  for (let at = 0; at < 900; at += 300) {
    await refusals.rejected(Array.from({ length: 300 }, (_, index) => rejected(1000 + at + index, 'noisy')))
  }
  const noisy = await refusals.listRejected('noisy', 1000)
  expect(noisy.map(({ id }) => id)).toEqual(Array.from({ length: 200 }, (_, index) => 1899 - index))
  expect((await refusals.listRejected('quiet', 1000)).map(({ id }) => id)).toEqual([2, 1])
  expect(noisy[0]).toMatchObject({ detail: 'x\ufffdy', payload: '{\ufffd' })
})

test('what is delivered twice is kept once', async () => {
  const notices = [rejected(5001, 'again'), rejected(5002, 'again')]
  await refusals.rejected(notices)
  await refusals.rejected(notices)
  expect(await refusals.listRejected('again', 1000)).toHaveLength(2)
})

test('refused connections are bounded by address', async () => {
  await refusals.refused([refused(1, '192.0.2.1')])
  await refusals.refused(Array.from({ length: 450 }, (_, index) => refused(10 + index, '203.0.113.9')))
  const list = await refusals.listRefused(1000)
  expect(list.filter(({ address }) => address === '203.0.113.9')).toHaveLength(200)
  expect(list.at(-1)?.address).toBe('192.0.2.1')
})

test('quarantined readings keep their value and the words of the store', async () => {
  const reading = {
    device: 'd',
    datastream: 7,
    phenomenonTime: 1e12,
    resultTime: 1e12,
    quality: 1,
    reason: 'out of range',
  }
  await refusals.quarantined([
    { id: 1, ...reading, value: 1.5 },
    { id: 2, ...reading, value: null },
    { id: 3, ...reading, value: 'text\0' },
  ])
  const list = await refusals.listQuarantined(10)
  expect(list.map(({ value }) => value)).toEqual(['text\ufffd', null, '1.5'])
})

test('refused connections come with what to do about them, from what is registered of the device', async () => {
  const day = 86_400_000
  const createdAt = new Date(Date.now() - 9 * day)
  const device = {
    rotatedAt: new Date(Date.now() - 3 * day),
    createdAt,
    disabled: false,
    authentication: 'secret',
  }
  const registry = { devices: new Map([['rotated', device as Device]]) } as unknown as Registry
  const attempt = {
    reason: 'bad_secret',
    detail: '',
    address: '192.0.2.7',
    clientId: 'c',
    receivedAt: Date.now(),
  }
  await refusals.refused([
    { id: 9001, device: 'rotated', ...attempt },
    { id: 9002, device: 'removed', ...attempt },
    { id: 9003, device: 'rotated', ...attempt, reason: 'of a later version' },
  ])
  const controller = new RefusalsController(refusals, registry)
  const list = await controller.refusedConnections({ limit: '3' }, WHOLE_TERRITORY)
  expect(list.map(({ advice }) => advice?.en)).toEqual([
    undefined,
    expect.stringContaining('not registered any more'),
    expect.stringContaining('rotated 3 d ago'),
  ])
})
