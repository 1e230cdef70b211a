import { expect, test } from '@jest/globals'
import { CommandHandler } from './commands.ts'

const NOW = Date.parse('2026-11-23T12:00:00Z')

function handler() {
  const seen: string[] = []
  let interval = 5
  const commands = new CommandHandler({
    interval: () => interval,
    setInterval: (seconds) => {
      interval = seconds
      seen.push(`interval ${seconds}`)
    },
    read: () => seen.push('read'),
    restart: () => seen.push('restart'),
    startedAt: NOW - 90_000,
  })
  const send = (message: unknown) => commands.handle(Buffer.from(JSON.stringify(message)), NOW)
  return { seen, send, commands }
}

test.each([
  [{ id: '1', name: 'ping' }, { id: '1', status: 'succeeded', uptimeSeconds: 90 }, []],
  [
    { id: '1', name: 'set-interval', parameters: { seconds: 30 } },
    { id: '1', status: 'succeeded', seconds: 30, before: 5 },
    ['interval 30'],
  ],
  [{ id: '1', name: 'read-now', parameters: null }, { id: '1', status: 'succeeded' }, ['read']],
  [{ id: '1', name: 'restart' }, { id: '1', status: 'succeeded' }, ['restart']],
  [
    { id: '1', name: 'set-interval', parameters: { seconds: 0 } },
    { id: '1', status: 'failed', reason: 'seconds: 0, expected a number from 1 to 3600' },
    [],
  ],
  [
    { id: '1', name: 'explode' },
    {
      id: '1',
      status: 'failed',
      reason: 'command "explode", expected ping, set-interval, read-now, restart',
    },
    [],
  ],
  [
    { id: '1', name: 'restart', expiresAt: '2026-11-23T11:59:59Z' },
    { id: '1', status: 'failed', reason: 'expired at 2026-11-23T11:59:59Z' },
    [],
  ],
])('%j is answered and carried out', (message, answer, effects) => {
  const { seen, send } = handler()
  expect(send(message)).toEqual(answer)
  expect(seen).toEqual(effects)
})

test('a command delivered twice is carried out once and answered twice', () => {
  const { seen, send } = handler()
  const message = { id: 'a', name: 'restart' }
  expect(send(message)).toEqual(send(message))
  expect(seen).toEqual(['restart'])
})

test.each(['', 'restart', '{}', '{"id":7,"name":"ping"}', '[]'])('%j is no command', (text) => {
  const { commands, seen } = handler()
  expect(commands.handle(Buffer.from(text), NOW)).toBeUndefined()
  expect(seen).toEqual([])
})

test('the memory of answered commands is bounded', () => {
  const { seen, send } = handler()
  for (let index = 0; index < 200; index++) send({ id: String(index), name: 'read-now' })
  send({ id: '0', name: 'read-now' })
  send({ id: '199', name: 'read-now' })
  expect(seen).toHaveLength(201)
})
