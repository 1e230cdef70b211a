import { lookup as systemLookup } from 'node:dns'
import {
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { type AllowList, judgeAddress } from './addresses.ts'

/** What a receiver answered. `text` is the beginning of the body. */
export interface EgressAnswer {
  status: number
  text: string
  retryAfterMs: number | null
}

export interface EgressLimits {
  /** From the first look-up to the last byte of the answer. */
  withinMs: number
  /** Bytes of the answer that are read. */
  answerBytes: number
  /** Bytes that are sent at most. */
  bodyBytes: number
}

/** An address nothing is sent to. Its message names the host and nothing else of the address. */
export class RefusedAddressError extends Error {
  readonly code = 'EREFUSEDADDRESS'
}

/** More than is ever sent: the same content will not go through later either. */
export class TooLargeError extends Error {}

type Resolve = typeof systemLookup

const LIMITS: EgressLimits = { withinMs: 10_000, answerBytes: 16 * 1024, bodyBytes: 512 * 1024 }

/**
 * The one way out to addresses people type in. Every address a name resolves to is judged when the connection is
 * made, by the look-up the socket itself uses: a name that resolves differently the next moment gains nothing.
 * Redirects are answers like any other; proxies are not used; every connection is made anew.
 */
export class Egress {
  readonly #allowed: AllowList
  readonly #resolve: Resolve
  readonly #limits: EgressLimits

  constructor(allowed: AllowList, limits: Partial<EgressLimits> = {}, resolve: Resolve = systemLookup) {
    this.#allowed = allowed
    this.#limits = { ...LIMITS, ...limits }
    this.#resolve = resolve
  }

  /** @throws RefusedAddressError, or the error of the connection. */
  async post(
    address: string,
    headers: Record<string, string>,
    body: string,
    signal?: AbortSignal,
  ): Promise<EgressAnswer> {
    const url = new URL(address)
    if (url.protocol !== 'http:' && url.protocol !== 'https:')
      throw new RefusedAddressError('only http and https')
    const host = url.hostname.replace(/^\[|\]$/g, '')
    this.#checkLiteral(host)
    const bytes = Buffer.from(body)
    if (bytes.length > this.#limits.bodyBytes)
      throw new TooLargeError(`more than ${this.#limits.bodyBytes} bytes to send`)
    const within = AbortSignal.timeout(this.#limits.withinMs)
    const secure = url.protocol === 'https:'
    const agentOptions = { keepAlive: false, maxSockets: 1 }
    const agent = secure ? new HttpsAgent(agentOptions) : new HttpAgent(agentOptions)
    const options: RequestOptions = {
      method: 'POST',
      agent,
      host,
      port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
      path: url.pathname + url.search,
      headers: {
        ...credentials(url),
        ...headers,
        host: url.host,
        'content-length': bytes.length,
        connection: 'close',
      },
      lookup: this.#lookup(host),
      signal: signal ? AbortSignal.any([signal, within]) : within,
      ...(secure && { servername: isIP(host) === 0 ? host : '' }),
    }
    try {
      return await exchange(secure ? httpsRequest : httpRequest, options, bytes, this.#limits.answerBytes)
    } catch (error) {
      if (within.aborted) throw new Error(`no answer within ${this.#limits.withinMs / 1000} s`)
      throw error
    } finally {
      agent.destroy()
    }
  }

  /** Sockets skip the look-up for what is an address already. */
  #checkLiteral(host: string): void {
    if (isIP(host) === 0) return
    if (judgeAddress(host) !== null && !this.#allowed.hasAddress(host)) throw refused(host)
  }

  #lookup(host: string): LookupFunction {
    return (hostname, options, callback) => {
      this.#resolve(hostname, { ...options, all: true }, (error, found) => {
        if (error) return callback(error, '', 0)
        // One closed address among open ones is enough: it may be the one that is connected to.
        const closed = found.some(
          ({ address }) => judgeAddress(address) !== null && !this.#allowed.hasAddress(address),
        )
        if (found.length === 0 || (closed && !this.#allowed.hasHost(host)))
          return callback(refused(host), '', 0)
        if (options.all) return callback(null, found)
        const [first] = found
        callback(null, first?.address ?? '', first?.family ?? 0)
      })
    }
  }
}

function refused(host: string): RefusedAddressError {
  return new RefusedAddressError(
    `${host} is not on the public internet; the operator can allow it in OSPREY_WEBHOOK_ALLOW`,
  )
}

function credentials({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {}
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
}

function exchange(
  send: typeof httpRequest,
  options: RequestOptions,
  body: Buffer,
  answerBytes: number,
): Promise<EgressAnswer> {
  return new Promise((resolve, fail) => {
    const request = send(options, (response) => {
      const chunks: Buffer[] = []
      let size = 0
      const settle = () => resolve(answerOf(response, Buffer.concat(chunks).subarray(0, answerBytes)))
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
        size += chunk.length
        if (size < answerBytes) return
        settle()
        request.destroy()
      })
      response.on('end', settle)
      response.on('error', fail)
    })
    request.on('error', fail)
    request.end(body)
  })
}

function answerOf({ statusCode, headers }: IncomingMessage, body: Buffer): EgressAnswer {
  const seconds = /^\d{1,6}$/.test(headers['retry-after'] ?? '') ? Number(headers['retry-after']) : null
  return {
    status: statusCode ?? 0,
    text: body.toString('utf8'),
    retryAfterMs: seconds === null ? null : seconds * 1000,
  }
}
