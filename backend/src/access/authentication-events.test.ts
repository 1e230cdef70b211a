import type { IncomingMessage } from 'node:http'
import { expect, test } from '@jest/globals'
import pino from 'pino'
import { actingAs } from '../audit/actor.ts'
import type { Audit, AuditEvent } from '../audit/audit.ts'
import { AuthenticationEvents } from './authentication-events.ts'
import { OPERATOR } from './principal.ts'

const REQUEST = { headers: {}, socket: { remoteAddress: '192.0.2.1' } } as unknown as IncomingMessage

/** Events with what they wrote; `away` stands for a database that takes nothing. */
function events() {
  const state = { away: false, now: 0, written: [] as AuditEvent[] }
  const audit = {
    async note(...some: AuditEvent[]) {
      if (state.away) throw new Error('the database is away')
      state.written.push(...some)
    },
  } as Audit
  const one = new AuthenticationEvents(audit, pino({ level: 'silent' }), () => state.now)
  return { state, one }
}

test('a name that cannot be an account, perhaps a password, is not on record', async () => {
  const { state, one } = events()
  for (const name of ['Tr0ub4dor&3', 'two words', 'x'.repeat(65), '<b>', 'a\u0000b']) {
    await one.loginFailed(name, REQUEST, 'wrong')
  }
  await one.stop()
  expect(state.written.map(({ object, after }) => [object, after])).toEqual([
    [null, { reason: 'wrong', count: 1 }],
    [null, { reason: 'wrong', count: 4 }],
  ])
})

test('a denial tells who asked for what', async () => {
  const { state, one } = events()
  const actor = { kind: 'operator' as const, name: 'operator', address: '127.0.0.1' }
  await actingAs(actor, () => one.denied(OPERATOR, 'DELETE', `/api/${'x'.repeat(500)}`, 'not_allowed'))
  expect(state.written).toEqual([
    {
      action: 'session.denied',
      object: { kind: 'account', id: 'operator' },
      actor,
      after: { method: 'DELETE', path: `/api/${'x'.repeat(195)}`, reason: 'not_allowed', count: 1 },
    },
  ])
})

test('what the database does not take is told when it does, and what is counted is told at the end', async () => {
  const { state, one } = events()
  state.away = true
  await one.loginFailed('anna', REQUEST, 'wrong')
  await one.loginFailed('anna', REQUEST, 'wrong')
  expect(state.written).toEqual([])
  state.away = false
  await one.loginThrottled('anna', REQUEST, 'too many')
  await one.stop()
  expect(state.written.map(({ action, after }) => [action, (after as { count: number }).count])).toEqual([
    ['session.login_failed', 1],
    ['session.login_throttled', 1],
    ['session.login_failed', 1],
  ])
})
