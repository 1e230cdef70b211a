import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Registry } from 'prom-client'

export interface Health {
  status: 'ok' | 'failing'
  [detail: string]: unknown
}

/** Serves /metrics and /health, on the loopback interface only: they need no login. */
export class MetricsServer {
  readonly #server: Server

  constructor(registry: Registry, health: () => Health) {
    this.#server = createServer({ requestTimeout: 10_000 }, (request, response) => {
      if (request.url === '/metrics') answerMetrics(registry, response)
      else if (request.url === '/health') answerHealth(health(), response)
      else response.writeHead(404).end()
    })
  }

  /** Resolves with the port. */
  async start(port: number): Promise<number> {
    this.#server.listen(port, '127.0.0.1')
    await once(this.#server, 'listening')
    return (this.#server.address() as AddressInfo).port
  }

  stop(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }
}

function answerMetrics(registry: Registry, response: ServerResponse): void {
  registry.metrics().then(
    (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
    () => response.writeHead(500).end(),
  )
}

function answerHealth(health: Health, response: ServerResponse): void {
  const code = health.status === 'ok' ? 200 : 503
  response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(health))
}
