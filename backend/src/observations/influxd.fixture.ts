import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

/** Path of influxd (InfluxDB 1.x) on this machine, if any. */
export function findInfluxd(): string | undefined {
  for (const directory of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(directory, 'influxd')
    try {
      accessSync(path, constants.X_OK)
      return path
    } catch {
      // Not in this directory.
    }
  }
  return undefined
}

/** A real InfluxDB 1.x with its own configuration and data, on a free port. */
export class Influxd {
  readonly #path: string
  readonly #directory: string
  readonly #port: number
  readonly #options: { authentication: boolean }
  #process: ChildProcess | undefined

  private constructor(path: string, directory: string, port: number, options: { authentication: boolean }) {
    this.#path = path
    this.#directory = directory
    this.#port = port
    this.#options = options
  }

  static async create(path: string, options = { authentication: false }): Promise<Influxd> {
    const directory = await mkdtemp(join(tmpdir(), 'osprey-influxd-'))
    const influxd = new Influxd(path, directory, await freePort(), options)
    await influxd.start()
    return influxd
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  async start(): Promise<void> {
    const config = join(this.#directory, 'influxdb.conf')
    await writeFile(config, this.#configuration())
    const child = spawn(this.#path, ['-config', config], { stdio: ['ignore', 'ignore', 'pipe'] })
    this.#process = child
    const lines = createInterface({ input: child.stderr as Readable })
    const log: string[] = []
    await new Promise<void>((resolve, reject) => {
      lines.on('line', (line) => {
        if (log.length < 100) log.push(line)
        if (line.includes('Listening for signals')) resolve()
      })
      child.once('exit', (code) => reject(new Error(`influxd ended with ${code}:\n${log.join('\n')}`)))
      child.once('error', reject)
    })
  }

  async stop(): Promise<void> {
    const child = this.#process
    this.#process = undefined
    if (!child || child.exitCode !== null) return
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    await exited
  }

  async dispose(): Promise<void> {
    await this.stop()
    await rm(this.#directory, { recursive: true, force: true })
  }

  async query(database: string, statement: string, authorization?: string): Promise<unknown[][]> {
    const url = `${this.url}/query?${new URLSearchParams({ db: database, q: statement, epoch: 'ms' })}`
    const headers: Record<string, string> = authorization ? { authorization } : {}
    const response = await fetch(url, { method: 'POST', headers })
    const body = (await response.json()) as { results?: { series?: { values: unknown[][] }[] }[] }
    return body.results?.[0]?.series?.flatMap((series) => series.values) ?? []
  }

  async write(database: string, lines: string): Promise<void> {
    const response = await fetch(`${this.url}/write?db=${database}&precision=ms`, {
      method: 'POST',
      body: lines,
    })
    if (!response.ok) throw new Error(await response.text())
  }

  #configuration(): string {
    const directory = (name: string) => JSON.stringify(join(this.#directory, name))
    return `
reporting-enabled = false
bind-address = "127.0.0.1:0"
[meta]
  dir = ${directory('meta')}
[data]
  dir = ${directory('data')}
  wal-dir = ${directory('wal')}
  query-log-enabled = false
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:${this.#port}"
  log-enabled = false
  auth-enabled = ${this.#options.authentication}
[ifql]
  enabled = false
`
  }
}

/** What a FaultyProxy does with a request. */
export type Fault =
  | 'none'
  /** 503 with Retry-After. */
  | 'unavailable'
  /** No answer at all. */
  | 'silence'
  /** The connection is reset before an answer. */
  | 'reset'
  /** The write arrives, but its answer is lost. */
  | 'answer-lost'
  /** 400 by something that is not InfluxDB. */
  | 'foreign-400'
  /** Every request is objected to, for a reason that is not of lines. */
  | 'misconfigured'
  | 'unauthorized'
  | 'too-many'

/** A proxy before InfluxDB that fails on purpose. Remembers the last requests. */
export class FaultyProxy {
  fault: Fault = 'none'
  readonly requests: { path: string; headers: IncomingMessage['headers']; body: string }[] = []
  readonly #target: string
  readonly #server: Server
  #arrived: (() => void) | undefined

  private constructor(target: string) {
    this.#target = target
    this.#server = createServer((request, response) => {
      this.#handle(request, response).catch(() => response.destroy())
    })
  }

  static async create(target: string): Promise<FaultyProxy> {
    const proxy = new FaultyProxy(target)
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Resolves when the next request has arrived. */
  nextRequest(): Promise<void> {
    return new Promise((resolve) => {
      this.#arrived = resolve
    })
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    this.requests.push({ path: request.url ?? '', headers: request.headers, body: body.toString() })
    this.#arrived?.()
    const answer = (status: number, text: string, headers = {}) =>
      response.writeHead(status, headers).end(text)
    switch (this.fault) {
      case 'unavailable':
        return void answer(503, '{"error":"service unavailable"}', { 'retry-after': '7' })
      case 'too-many':
        return void answer(429, '{"code":"too many requests","message":"quota"}', { 'retry-after': '3' })
      case 'unauthorized':
        return void answer(401, '{"code":"unauthorized","message":"unauthorized access"}')
      case 'foreign-400':
        return void answer(400, '<html>Bad Request</html>')
      case 'misconfigured':
        return void answer(400, '{"code":"invalid","message":"please provide either orgID or org"}')
      case 'silence':
        return
      case 'reset':
        request.socket.resetAndDestroy()
        return
      case 'answer-lost':
        await this.#forward(request, body)
        request.socket.resetAndDestroy()
        return
      case 'none': {
        const { status, text } = await this.#forward(request, body)
        return void answer(status, text)
      }
    }
  }

  async #forward(request: IncomingMessage, body: Buffer): Promise<{ status: number; text: string }> {
    const headers: Record<string, string> = {}
    for (const name of ['content-type', 'content-encoding', 'authorization']) {
      const value = request.headers[name]
      if (typeof value === 'string') headers[name] = value
    }
    const response = await fetch(`${this.#target}${request.url}`, {
      method: 'POST',
      headers,
      body: new Uint8Array(body),
    })
    return { status: response.status, text: await response.text() }
  }
}

async function freePort(): Promise<number> {
  const server = createTcpServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
