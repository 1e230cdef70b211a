import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { AuditEntry, AuditView } from '@osprey/core/api/audit'
import { CONTROLLERS } from '../app.module.ts'
import { routesOf } from '../http/routes.ts'
import { TestBackend } from '../testing.ts'
import { verified } from './log.fixture.ts'
import { NOT_RECORDED, SAMPLES } from './recorded.fixture.ts'

/** Every route that changes something leaves an entry: a sample of each is sent to a real backend. */

let backend: TestBackend
beforeAll(async () => {
  backend = await TestBackend.start({
    OSPREY_DEMO: '1',
    // Nobody listens there: what a mail is about is recorded whether it leaves or not.
    OSPREY_SMTP_URL: 'smtp://127.0.0.1:1',
    OSPREY_MAIL_FROM: 'Osprey <osprey@example.org>',
    OSPREY_PUBLIC_URL: 'http://127.0.0.1:8080',
  })
})
afterAll(() => TestBackend.stopAll())

const unsafe = routesOf(CONTROLLERS)
  .filter(({ method }) => method !== 'GET')
  .map(({ method, path }) => `${method} ${path}`)
const view = async (query = ''): Promise<AuditView> =>
  (await backend.operator('GET', `/api/audit?limit=500${query}`)).body

/** Entries after that one. Some are written after the answer, so that its time tells nothing. */
async function entriesAfter(sequence: number): Promise<AuditEntry[]> {
  for (;;) {
    const { entries, head } = await view()
    if (head.sequence > sequence) return entries.filter((entry) => entry.sequence > sequence)
    await wait(20)
  }
}

test('every route that changes something has a sample, or a reason why it leaves no entry', () => {
  const known = [...Object.keys(SAMPLES), ...Object.keys(NOT_RECORDED)]
  expect(unsafe.filter((route) => !known.includes(route))).toEqual([])
})

test.each(unsafe.filter((route) => SAMPLES[route]))('%s leaves an entry', async (route) => {
  const send = await (SAMPLES[route] as NonNullable<(typeof SAMPLES)[string]>)(backend)
  // What the preparation caused may still be on its way into the log.
  const before = await settled()
  const answer = await send()
  expect([answer.status, answer.status < 300 ? '' : answer.text]).toEqual([answer.status, ''])
  const entries = await entriesAfter(before)
  expect(entries.length).toBeGreaterThan(0)
  for (const { actor, address } of entries) {
    expect([actor.kind === 'system', address]).toEqual([false, '127.0.0.1'])
  }
})

test('no secret of the samples is in the log, and it verifies', async () => {
  const { text } = await backend.operator('GET', '/api/audit/export')
  for (const secret of ['horse of the sample', '$argon2', 'secretHash', 'passwordHash', 'totp_secret']) {
    expect([secret, text.includes(secret)]).toEqual([secret, false])
  }
  expect(verified(text).findings).toEqual([])
})

async function settled(): Promise<number> {
  for (let known = -1; ; ) {
    const { sequence } = (await view()).head
    if (sequence === known) return sequence
    known = sequence
    await wait(50)
  }
}
