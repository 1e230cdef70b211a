import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type Command, CommandQueueFullError } from '@osprey/journal/commands'
import pino from 'pino'
import { Audit } from '../audit/audit.ts'
import { Database } from '../database/database.ts'
import { auditEntries, devices } from '../database/schema.ts'
import { Commands } from './commands.ts'

const dataDir = mkdtempSync(join(tmpdir(), 'osprey-commands-'))
const log = pino({ level: 'silent' })
const database = new Database(dataDir, undefined, log)
let push: (command: Command) => Promise<void>
const commands = new Commands(database, { push: (command) => push(command) }, new Audit(database), log)

beforeAll(async () => {
  await database.start()
  await database.queries.insert(devices).values(['d-1', 'd-2', 'd-3'].map((id) => ({ id, secretHash: '' })))
})
afterAll(async () => {
  await database.stop()
  rmSync(dataDir, { recursive: true })
})

const send = (device: string) => commands.send(device, { name: 'ping', expiresInSeconds: 60 }, 'officer')
const recorded = async (device: string) =>
  (await database.queries.select().from(auditEntries).orderBy(auditEntries.sequence))
    .filter(({ objectId }) => objectId === device)
    .map(({ action, entry }) => [action, JSON.parse(entry).after])

test('a command is on record before it can reach the device', async () => {
  let found: unknown
  push = async ({ id, deviceId }) => {
    found = [await commands.list(deviceId), await recorded(deviceId), id]
  }
  const id = await send('d-1')
  expect(found).toEqual([
    [expect.objectContaining({ id, status: 'queued' })],
    [['command.sent', expect.objectContaining({ id, name: 'ping' })]],
    id,
  ])
})

test('the audit log tells which parameters a command had, not what was in them', async () => {
  push = async () => {}
  const parameters = { password: 'hunter-2', channel: 6 }
  await commands.send('d-1', { name: 'set-wifi', parameters, expiresInSeconds: 60 }, 'officer')
  const sent = (await recorded('d-1')).at(-1)
  expect(sent).toEqual([
    'command.sent',
    {
      id: expect.any(String),
      name: 'set-wifi',
      expiresAt: expect.any(String),
      parameters: ['channel', 'password'],
      parametersSha256: createHash('sha256').update('{"channel":6,"password":"hunter-2"}').digest('hex'),
    },
  ])
})

test('one that cannot be handed over is failed, with the reason, and on record as not sent', async () => {
  push = async () => {
    throw new CommandQueueFullError('100 commands are waiting')
  }
  await expect(send('d-2')).rejects.toMatchObject({ status: 409, detail: '100 commands are waiting' })
  const [command] = await commands.list('d-2')
  expect(command).toMatchObject({ status: 'failed', result: { notSent: '100 commands are waiting' } })
  expect(command?.completedAt).not.toBeNull()
  expect(await recorded('d-2')).toEqual([
    ['command.sent', expect.objectContaining({ id: command?.id })],
    ['command.not_sent', { id: command?.id, reason: '100 commands are waiting' }],
  ])
})
