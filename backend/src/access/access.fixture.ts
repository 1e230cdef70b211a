import type { AuditEntry } from '@osprey/core/api/audit'
import type { Role } from '@osprey/core/permissions'
import { TOTP } from 'otpauth'
import WebSocket from 'ws'
import { type Answer, cookiesOf, type TestBackend } from '../testing.ts'
import { Passwords } from './passwords.ts'

/** People and their browsers, for the tests of this folder. */

export const PASSWORD = 'a password of a test'
const passwords = new Passwords()

export interface TestAccount {
  username: string
  role?: Role
  email?: string
  disabled?: boolean
}

export async function addAccount(backend: TestBackend, account: TestAccount): Promise<void> {
  const { username, role = 'inspector', email = null, disabled = false } = account
  await backend.sql(
    `insert into users (username, display_name, password_hash, role, email, disabled, whole_territory)
     values ($1, $1, $2, $3, $4, $5, true)`,
    [username, await passwords.hash(PASSWORD), role, email, disabled],
  )
}

let nextAddress = 10
/** A loopback address that no other request of this file came from, so that no test throttles another. */
export function freshAddress(): string {
  nextAddress++
  return `127.0.${1 + Math.floor(nextAddress / 250)}.${nextAddress % 250}`
}

/** A browser with its cookies, at an address of its own. */
export class TestBrowser {
  readonly address = freshAddress()
  readonly cookies = new Map<string, string>()

  constructor(private readonly backend: TestBackend) {}

  async request(method: string, path: string, body?: unknown): Promise<Answer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { cookie, 'user-agent': `Browser of ${this.address}` }
    const answer = await this.backend.request(method, path, { body, headers, from: this.address })
    for (const pair of cookiesOf(answer).split('; ').filter(Boolean)) {
      const [name = '', value = ''] = pair.split(/=(.*)/)
      if (value === '') this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
    return answer
  }

  logIn(username: string, code?: string, password = PASSWORD): Promise<Answer> {
    return this.request('POST', '/api/session', { username, password, ...(code && { code }) })
  }

  /** 200 while the session stands. */
  async status(): Promise<number> {
    return (await this.request('GET', '/api/session')).status
  }

  /** The live connection, once it is open; rejects with the status when it is refused. */
  watch(): Promise<WebSocket> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    return openLive(this.backend, { cookie })
  }
}

/** A browser whose user is logged in. */
export async function browserOf(backend: TestBackend, username: string): Promise<TestBrowser> {
  const browser = new TestBrowser(backend)
  const answer = await browser.logIn(username)
  if (answer.status !== 200) throw new Error(`login answered ${answer.status}: ${answer.text}`)
  return browser
}

export function openLive(backend: TestBackend, headers: Record<string, string>): Promise<WebSocket> {
  const socket = new WebSocket(`${backend.url.replace('http', 'ws')}/live`, { headers })
  return new Promise((settle, fail) => {
    socket.once('open', () => settle(socket))
    socket.once('unexpected-response', (_request, response) => {
      response.resume()
      fail(new Error(String(response.statusCode)))
    })
    socket.once('error', fail)
  })
}

/** The code with which the socket is closed. */
export function closed(socket: WebSocket): Promise<number> {
  return new Promise((settle) => {
    socket.once('close', settle)
  })
}

/** What the authenticator app shows, `steps` of 30 s from now. */
export function codeOf(secret: string, steps = 0): string {
  return TOTP.generate({
    secret: new TOTP({ secret }).secret,
    timestamp: Date.now() + steps * 30_000,
  })
}

/** Entries of the audit log, oldest first. */
export async function audited(backend: TestBackend, action: string, object?: string): Promise<AuditEntry[]> {
  const rows = await backend.sql(
    'select entry from audit_entries where action = $1 and ($2::text is null or object_id = $2) order by sequence',
    [action, object ?? null],
  )
  return rows.map(({ entry }) => JSON.parse(String(entry)))
}
