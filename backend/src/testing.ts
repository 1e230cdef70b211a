import 'reflect-metadata'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { type RunningBackend, startBackend } from './backend.ts'
import { loadConfig } from './config.ts'
import { createLog } from './operations/log.ts'

/** Boots the real backend for tests: real PostgreSQL, real LMDB, real sockets, in a directory of its own. */

export const ADMIN_PASSWORD = 'correct horse battery'

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  bytes: Buffer
  text: string
  /** The parsed body, or undefined when it is no JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of an answer
  body: any
}

export interface RequestOptions {
  headers?: Record<string, string>
  /** Sent as JSON unless it is a string or bytes. */
  body?: unknown
  /** The loopback address to come from, 127.0.0.1 unless given. */
  from?: string
}

export class TestBackend {
  readonly dataDir = mkdtempSync(join(tmpdir(), 'osprey-backend-'))
  readonly log: string[] = []
  private static readonly all = new Set<TestBackend>()
  private running: RunningBackend | undefined

  private constructor(private readonly env: Record<string, string>) {
    TestBackend.all.add(this)
  }

  /** Stops and deletes every backend of this file, those of failed tests too. */
  static async stopAll(): Promise<void> {
    for (const backend of TestBackend.all) await backend.stop()
  }

  /** A backend that is not started yet. */
  static prepare(env: Record<string, string> = {}): TestBackend {
    return new TestBackend(env)
  }

  static async start(env: Record<string, string> = {}): Promise<TestBackend> {
    const backend = new TestBackend(env)
    await backend.start()
    return backend
  }

  async start(): Promise<void> {
    const { config } = loadConfig({
      OSPREY_DATA_DIR: this.dataDir,
      OSPREY_HTTP_PORT: '0',
      OSPREY_ADMIN_PASSWORD: ADMIN_PASSWORD,
      ...this.env,
    })
    this.running = await startBackend(config, createLog('debug', { write: (line) => this.log.push(line) }))
  }

  async restart(): Promise<void> {
    await this.running?.stop()
    await this.start()
  }

  /** Stops and deletes everything. */
  async stop(): Promise<void> {
    await this.running?.stop()
    this.running = undefined
    TestBackend.all.delete(this)
    rmSync(this.dataDir, { recursive: true, force: true })
  }

  get url(): string {
    if (!this.running) throw new Error('the backend does not run')
    return this.running.url
  }

  get operatorToken(): string {
    return readFileSync(join(this.dataDir, 'run/operator-token'), 'utf8').trim()
  }

  /** A request as the operator on this machine, who may do everything. */
  operator(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const authorization = `Bearer ${this.operatorToken}`
    return this.request(method, path, { body, headers: { authorization, ...headers } })
  }

  /** A request as nobody in particular. */
  request(method: string, path: string, options: RequestOptions = {}): Promise<Answer> {
    return send(this.url + path, method, options)
  }

  /** Logs in as the administrator and answers the cookies. */
  async logIn(password = ADMIN_PASSWORD, options: RequestOptions = {}): Promise<string> {
    const body = { username: 'admin', password }
    const answer = await this.request('POST', '/api/session', { ...options, body })
    if (answer.status !== 200) throw new Error(`login answered ${answer.status}: ${answer.text}`)
    return cookiesOf(answer)
  }

  /** Runs one statement on the embedded database, past the backend. */
  async sql(text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
    return this.withClient(async (client) => (await client.query(text, values)).rows)
  }

  /**
   * Runs the statement in a transaction that is committed as soon as something of `work` waits for it. Answers
   * what comes of `work`: it has read everything as it was before.
   */
  async overtaking<Result>(statement: string, work: () => Promise<Result>): Promise<Result> {
    return this.withClient(async (client) => {
      await client.query('begin')
      await client.query(statement)
      const working = work()
      const waiting = 'select 1 from pg_locks where not granted'
      while ((await this.sql(waiting)).length === 0) await wait(10)
      await client.query('commit')
      return working
    })
  }

  private async withClient<Result>(use: (client: pg.Client) => Promise<Result>): Promise<Result> {
    const port = Number(readFileSync(join(this.dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n')[3])
    const password = readFileSync(join(this.dataDir, 'postgres-password'), 'utf8').trim()
    const client = new pg.Client({ host: '127.0.0.1', port, user: 'osprey', password, database: 'osprey' })
    await client.connect()
    try {
      return await use(client)
    } finally {
      await client.end()
    }
  }
}

/** The cookies an answer sets, as the next request sends them. */
export function cookiesOf(answer: Answer): string {
  return (answer.headers['set-cookie'] ?? []).map((cookie) => cookie.split(';')[0]).join('; ')
}

/** One request to any address. */
export function send(
  url: string,
  method: string,
  { headers = {}, body, from }: RequestOptions = {},
): Promise<Answer> {
  const isRaw = typeof body === 'string' || body instanceof Uint8Array
  const payload =
    body === undefined ? undefined : isRaw ? Buffer.from(body) : Buffer.from(JSON.stringify(body))
  const type = payload && !isRaw ? { 'content-type': 'application/json' } : {}
  const length = payload ? { 'content-length': String(payload.length) } : {}
  return new Promise((settle, fail) => {
    // The certificate of a test is its own; what it is for is tested elsewhere.
    const request = (url.startsWith('https:') ? httpsRequest : httpRequest)(
      url,
      {
        method,
        rejectUnauthorized: false,
        headers: { ...type, ...length, ...headers },
        ...(from && { localAddress: from }),
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk) => chunks.push(chunk))
        response.on('end', () => {
          const bytes = Buffer.concat(chunks)
          const text = bytes.toString('utf8')
          settle({
            status: response.statusCode ?? 0,
            headers: response.headers,
            bytes,
            text,
            body: parsed(text),
          })
        })
      },
    )
    request.on('error', fail)
    request.end(payload)
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
