import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'

/** What happens to a request on its way to the store. */
export type Fault = 'none' | 'unavailable' | 'silence' | 'reset'

/** Stands between the backend and a real store and lets it fail: 503, no answer at all, or a broken connection. */
export class FaultProxy {
  fault: Fault = 'none'
  /** Bodies with a line that matches are refused as InfluxDB refuses a line it cannot take: 400, nothing stored. */
  badLine: RegExp | undefined
  /** Requests the fault was applied to. */
  failed = 0
  refused = 0
  private readonly server: Server
  private readonly held = new Set<ServerResponse>()

  private constructor(private readonly target: URL) {
    this.server = createServer((incoming, outgoing) => void this.handle(incoming, outgoing))
  }

  static async start(target: string): Promise<FaultProxy> {
    const proxy = new FaultProxy(new URL(target))
    proxy.server.listen(0, '127.0.0.1')
    await once(proxy.server, 'listening')
    return proxy
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  /** Switches the fault; requests that were left without an answer are cut. */
  set(fault: Fault): void {
    this.fault = fault
    for (const outgoing of this.held) outgoing.destroy()
    this.held.clear()
  }

  async stop(): Promise<void> {
    this.set('none')
    this.server.closeAllConnections()
    this.server.close()
    await once(this.server, 'close')
  }

  private async handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    incoming.on('error', () => {})
    for await (const chunk of incoming) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    if (this.fault !== 'none') return this.fail(outgoing)
    if (this.badLine?.test(textOf(incoming, body))) return this.refuse(outgoing)
    this.forward(incoming, body, outgoing)
  }

  private fail(outgoing: ServerResponse): void {
    this.failed++
    if (this.fault === 'unavailable') outgoing.writeHead(503).end('{"error":"service unavailable"}')
    else if (this.fault === 'reset') outgoing.socket?.resetAndDestroy()
    else this.held.add(outgoing)
  }

  private refuse(outgoing: ServerResponse): void {
    this.refused++
    const error =
      'partial write: field type conflict: input field "value" is type string, already exists as type float dropped=1'
    outgoing.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ error }))
  }

  private forward(incoming: IncomingMessage, body: Buffer, outgoing: ServerResponse): void {
    const { method, url, headers } = incoming
    const options = {
      host: this.target.hostname,
      port: this.target.port,
      method,
      path: url,
      headers,
      agent: false,
    }
    const call = request(options, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    call.once('error', () => outgoing.destroy())
    call.end(body)
  }
}

function textOf(incoming: IncomingMessage, body: Buffer): string {
  if (!incoming.url?.startsWith('/write') && !incoming.url?.startsWith('/api/v2/write')) return ''
  return (incoming.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString('utf8')
}
