import type { AccountInput } from '@osprey/core/api/people'
import WebSocket from 'ws'
import { type MailServerFixture } from '../mail/smtp.fixture.ts'
import { type Answer, cookiesOf, type TestBackend } from '../testing.ts'

export const PUBLIC_URL = 'https://osprey.example.org'
export const PASSWORD = 'a river in november'

/** Settings of a backend that mails through `server`. */
export function mailing(server: MailServerFixture): Record<string, string> {
  return {
    OSPREY_SMTP_URL: server.url,
    OSPREY_MAIL_FROM: 'Osprey <osprey@example.org>',
    OSPREY_PUBLIC_URL: PUBLIC_URL,
  }
}

export function person(username: string, change: Partial<AccountInput> = {}): AccountInput {
  return {
    username,
    displayName: `The ${username}`,
    email: null,
    role: 'officer',
    jurisdictions: null,
    ...change,
  }
}

/** The secret in the address of a link. */
export function tokenIn(text: string): string {
  const token = /#\/link\?token=([\w-]+)/.exec(text)?.[1]
  if (token === undefined) throw new Error(`no link in: ${text}`)
  return token
}

/** Makes an account whose person has chosen PASSWORD. */
export async function settle(backend: TestBackend, input: AccountInput): Promise<void> {
  const created = await backend.operator('POST', '/api/accounts', input)
  if (created.status !== 201) throw new Error(`creating answered ${created.status}: ${created.text}`)
  const redeemed = await redeem(backend, tokenIn(created.body.link.url), PASSWORD)
  if (redeemed.status !== 204) throw new Error(`redeeming answered ${redeemed.status}: ${redeemed.text}`)
}

export function redeem(
  backend: TestBackend,
  token: string,
  password: string,
  from?: string,
): Promise<Answer> {
  return backend.request('POST', '/api/session/link/redeem', {
    body: { token, password },
    ...(from !== undefined && { from }),
  })
}

export function tryLogIn(backend: TestBackend, username: string, password = PASSWORD): Promise<Answer> {
  return backend.request('POST', '/api/session', { body: { username, password } })
}

/** The cookies of a new session. */
export async function logIn(backend: TestBackend, username: string, password = PASSWORD): Promise<string> {
  const answer = await tryLogIn(backend, username, password)
  if (answer.status !== 200) throw new Error(`login answered ${answer.status}: ${answer.text}`)
  return cookiesOf(answer)
}

/** An open live connection, and the code it will be closed with. */
export async function watch(backend: TestBackend, cookie: string): Promise<{ closed: Promise<number> }> {
  const socket = new WebSocket(`${backend.url.replace('http', 'ws')}/live`, { headers: { cookie } })
  const closed = new Promise<number>((resolve) => socket.once('close', resolve))
  await new Promise<void>((resolve, fail) => {
    socket.once('open', () => resolve())
    socket.once('error', fail)
  })
  return { closed }
}

/** What the audit log holds of an object or an action, oldest first. */
export async function audited(backend: TestBackend, where: { object?: string; action?: string }) {
  const rows = await backend.sql(
    `select entry from audit_entries where ($1::text is null or object_id = $1)
     and ($2::text is null or action = $2) order by sequence`,
    [where.object ?? null, where.action ?? null],
  )
  return rows.map(({ entry }) => JSON.parse(entry as string))
}
