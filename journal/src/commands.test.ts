import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { type Command, CommandQueue, CommandQueueFullError } from './commands.ts'
import { temporaryFolder } from './fixtures/helpers.ts'

let folder: string
let remove: () => void
let queue: CommandQueue

beforeEach(() => {
  ;({ folder, remove } = temporaryFolder())
  queue = CommandQueue.open(folder, { maxCommands: 5, maxPerDevice: 3 })
})

afterEach(async () => {
  await queue.close()
  remove()
})

const command = (id: string, deviceId = 'd1'): Command => ({
  id,
  deviceId,
  payload: Buffer.from(`{"id":"${id}"}`),
  expiresAt: 1000,
})

test('hands out commands oldest first, also after a restart', async () => {
  await queue.push(command('c1'))
  await queue.push(command('c2', 'd2'))
  await queue.push(command('c3'))
  await queue.close()
  queue = CommandQueue.open(folder)
  expect(queue.pending(2)).toEqual([command('c1'), command('c2', 'd2')])
  await queue.remove('c1')
  await queue.remove('c1')
  expect(queue.pending(9).map(({ id }) => id)).toEqual(['c2', 'c3'])
})

test('the same id is queued once', async () => {
  await queue.push(command('c1'))
  await queue.push(command('c1'))
  expect(queue.pending(9)).toHaveLength(1)
})

test('refuses more than its limits, and takes commands again once some are gone', async () => {
  for (const id of ['c1', 'c2', 'c3']) await queue.push(command(id))
  await expect(queue.push(command('c4'))).rejects.toThrow(CommandQueueFullError)
  for (const id of ['c5', 'c6']) await queue.push(command(id, 'd2'))
  await expect(queue.push(command('c7', 'd2'))).rejects.toThrow('5 commands are waiting, the limit is 5')
  await queue.remove('c1')
  await queue.push(command('c8'))
  expect(queue.pending(9).map(({ id }) => id)).toEqual(['c2', 'c3', 'c5', 'c6', 'c8'])
})

test('a reader goes on after the last position it saw, also when the queue was empty in between', async () => {
  await queue.push(command('c1'))
  await queue.push(command('c2'))
  const [, second] = queue.after(0, 9)
  expect(second?.command).toEqual(command('c2'))
  for (const id of ['c1', 'c2']) await queue.remove(id)
  await queue.push(command('c3'))
  expect(queue.after(second?.position ?? 0, 9).map(({ command: { id } }) => id)).toEqual(['c3'])
  expect([queue.has('c2'), queue.has('c3')]).toEqual([false, true])
})
