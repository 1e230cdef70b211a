import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'

export interface PlatformRequest {
  method: string
  path: string
  query: URLSearchParams
  token: string | undefined
  body: string
}

export interface TestPlatform {
  url: string
  requests: PlatformRequest[]
  close(): Promise<void>
}

export interface Answer {
  status?: number
  body?: unknown
}

/** An HTTP server on loopback that answers as told and keeps what it was asked. */
export async function startTestPlatform(answer: (request: PlatformRequest) => Answer): Promise<TestPlatform> {
  const requests: PlatformRequest[] = []
  const server = createServer(async (incoming, response) => {
    const url = new URL(incoming.url ?? '/', 'http://platform')
    const request = {
      method: incoming.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      token: incoming.headers.authorization?.replace('Bearer ', ''),
      body: await textOf(incoming),
    }
    requests.push(request)
    const { status = 200, body } = answer(request)
    response.writeHead(status, {
      'content-type': status < 400 ? 'application/json' : 'application/problem+json',
    })
    response.end(body === undefined ? undefined : JSON.stringify(body))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
    requests,
    close: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

async function textOf(stream: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of stream) parts.push(part as Buffer)
  return Buffer.concat(parts).toString('utf8')
}
