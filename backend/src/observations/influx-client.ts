import { promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'
import { StoreUnavailableError } from './store.ts'

export interface InfluxAddress {
  /** Base URL; a user name and password in it are sent as Basic authorization. */
  url: string
  /** Database (1.x, 3.x) or bucket (2.x). */
  database: string
  /** Set for 2.x: writes go to /api/v2/write. */
  organization?: string | undefined
  /** API token, or `user:password` for 1.x. */
  token?: string | undefined
}

/** One series of an InfluxQL answer. */
export interface InfluxSeries {
  tags?: Record<string, string>
  columns: string[]
  values: (string | number | boolean | null)[][]
}

/** What the server made of a write: everything stored, or it objects to some of the lines. */
export type WriteOutcome =
  | { stored: true }
  | { stored: false; reason: string; dropped: number | undefined; ofLines: boolean }

const REQUEST_TIMEOUT = 30_000
/** Smaller bodies are not worth the processor time; on loopback none is. */
const GZIP_FROM = 16_384
const compress = promisify(gzip)

/** What InfluxDB says when lines are at fault and not the request; versions 1.6 to 3. */
const LINE_FAULT =
  /partial write|unable to parse|field type conflict|parsing failed|line protocol|time outside range|outside retention|beyond retention|max key size|max-values-per-tag|invalid (field|tag|timestamp|point)/i

/** The two endpoints a store needs, and what their answers mean. Nothing is retried here. */
export class InfluxClient {
  readonly #base: URL
  readonly #address: InfluxAddress
  readonly #authorization: string | undefined
  readonly #compresses: boolean
  readonly #timeout: number
  #stopping = new AbortController()

  constructor(address: InfluxAddress, timeout = REQUEST_TIMEOUT) {
    this.#address = address
    this.#base = new URL(address.url)
    this.#authorization = authorizationOf(this.#base, address)
    this.#compresses = !/^(localhost|127\.|\[::1\])/.test(this.#base.hostname)
    this.#timeout = timeout
    this.#base.username = ''
    this.#base.password = ''
  }

  start(): void {
    this.#stopping = new AbortController()
  }

  /** Ends requests in flight; they fail as unavailable. */
  stop(): void {
    this.#stopping.abort()
  }

  /** @throws StoreUnavailableError unless the server answered for these very lines. */
  async write(lines: string): Promise<WriteOutcome> {
    const { database, organization } = this.#address
    const path =
      organization === undefined
        ? this.#path('write', { db: database, precision: 'ms' })
        : this.#path('api/v2/write', { org: organization, bucket: database, precision: 'ms' })
    const headers: Record<string, string> = { 'content-type': 'text/plain; charset=utf-8' }
    let body: string | Uint8Array<ArrayBuffer> = lines
    if (this.#compresses && lines.length >= GZIP_FROM) {
      headers['content-encoding'] = 'gzip'
      body = new Uint8Array(await compress(lines, { level: constants.Z_BEST_SPEED }))
    }
    const answer = await this.#send(path, headers, body)
    if (answer.status === 204) return { stored: true }
    const reason = errorOf(answer)
    // Only InfluxDB's own objection may turn readings away; a proxy's 400 says nothing about them.
    if ((answer.status === 400 || answer.status === 422) && reason !== undefined) {
      const dropped = /dropped=(\d+)/.exec(reason)?.[1]
      return {
        stored: false,
        reason,
        dropped: dropped === undefined ? undefined : Number(dropped),
        ofLines: LINE_FAULT.test(reason),
      }
    }
    throw unavailable(answer, 'write')
  }

  /**
   * Series of one InfluxQL statement; empty when the database does not exist.
   * @throws StoreUnavailableError
   */
  async query(statement: string): Promise<InfluxSeries[]> {
    const path = this.#path('query', { db: this.#address.database, epoch: 'ms' })
    const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' }
    const answer = await this.#send(path, headers, new URLSearchParams({ q: statement }).toString())
    const noDatabase = /(database|bucket) not found|not find (database|bucket)/i
    if (answer.status === 404 && noDatabase.test(answer.text)) return []
    if (answer.status !== 200) throw unavailable(answer, 'query')
    const { results = [], error } = parse(answer.text) as {
      results?: { series?: InfluxSeries[]; error?: string }[]
      error?: string
    }
    const failure = error ?? results.find((result) => result.error !== undefined)?.error
    if (failure === undefined) return results[0]?.series ?? []
    if (noDatabase.test(failure)) return []
    throw new StoreUnavailableError(`InfluxDB query: ${failure}`)
  }

  #path(endpoint: string, parameters: Record<string, string>): URL {
    const url = new URL(this.#base)
    url.pathname = `${url.pathname.replace(/\/$/, '')}/${endpoint}`
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
    return url
  }

  async #send(
    url: URL,
    headers: Record<string, string>,
    body: string | Uint8Array<ArrayBuffer>,
  ): Promise<Answer> {
    if (this.#authorization !== undefined) headers['authorization'] = this.#authorization
    const signal = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(this.#timeout)])
    try {
      const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'error' })
      const text = await response.text()
      return { status: response.status, text, retryAfter: readRetryAfter(response.headers) }
    } catch (error) {
      const cause = (error as Error).cause
      const detail = cause instanceof Error ? `${(error as Error).message}: ${cause.message}` : String(error)
      throw new StoreUnavailableError(`InfluxDB at ${this.#base.origin}: ${detail}`, { cause: error })
    }
  }
}

interface Answer {
  status: number
  text: string
  retryAfter: number | undefined
}

function authorizationOf(base: URL, { token }: InfluxAddress): string | undefined {
  if (base.username !== '') {
    return basic(`${decodeURIComponent(base.username)}:${decodeURIComponent(base.password)}`)
  }
  if (token === undefined || token === '') return undefined
  // 1.x before 1.8 knows no Token scheme, and no API token of 2.x or 3.x has a colon in it.
  return token.includes(':') ? basic(token) : `Token ${token}`
}

function basic(credentials: string): string {
  return `Basic ${Buffer.from(credentials).toString('base64')}`
}

function unavailable(answer: Answer, what: string): StoreUnavailableError {
  const reason = errorOf(answer) ?? answer.text.slice(0, 200)
  return new StoreUnavailableError(`InfluxDB ${what}: ${answer.status} ${reason}`, {
    retryAfter: answer.retryAfter,
  })
}

/** InfluxDB's error text: `{"error"}` in 1.x and 3.x, `{"code","message"}` in 2.x. */
function errorOf({ text }: Answer): string | undefined {
  const { error, message, data } = parse(text) as { error?: unknown; message?: unknown; data?: unknown }
  const reason = typeof error === 'string' ? error : message
  if (typeof reason !== 'string') return undefined
  // 3.x lists the lines it objects to beside a general text.
  return data === undefined ? reason : `${reason} ${JSON.stringify(data).slice(0, 500)}`
}

function parse(text: string): object {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}

/** Retry-After in milliseconds, RFC 9110 section 10.2.3. */
function readRetryAfter(headers: Headers): number | undefined {
  const text = headers.get('retry-after')
  if (text === null) return undefined
  if (/^\d+$/.test(text)) return Number(text) * 1000
  const date = Date.parse(text)
  const sent = Date.parse(headers.get('date') ?? '')
  return Number.isNaN(date) || Number.isNaN(sent) ? undefined : Math.max(0, date - sent)
}
