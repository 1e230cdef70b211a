import { once } from 'node:events'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from '@jest/globals'
import express from 'express'
import { endSlowRequests, slowBodies } from './slow-bodies.ts'

const NEVER_MS = 3_600_000

async function listening(limits: { jsonMs: number; fileMs: number }): Promise<Server> {
  const app = express().use(slowBodies(limits), express.text({ type: () => true }), (incoming, response) => {
    response.send(incoming.body)
  })
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

function post(server: Server, path: string) {
  const { port } = server.address() as AddressInfo
  return request({ host: '127.0.0.1', port, path, method: 'POST', headers: { 'content-length': 4 } })
}

test.each([
  ['JSON', '/api/stations', { jsonMs: 50, fileMs: NEVER_MS }],
  ['a file', '/api/stations/import', { jsonMs: NEVER_MS, fileMs: 50 }],
])('a client whose body of %s does not come to its end is hung up on', async (_name, path, limits) => {
  const server = await listening(limits)
  const slow = post(server, path)
  slow.write('ab')
  const [error] = await once(slow, 'error')
  expect(error).toMatchObject({ code: 'ECONNRESET' })
  server.close()
})

test('a file has time that JSON has not, and what came in time is answered', async () => {
  const server = await listening({ jsonMs: 50, fileMs: NEVER_MS })
  const file = post(server, '/api/stations/import')
  file.write('ab')
  const slow = post(server, '/api/stations')
  slow.write('ab')
  await once(slow, 'error')
  file.end('cd')
  const [response] = await once(file, 'response')
  expect(response.statusCode).toBe(200)
  response.resume()
  server.close()
})

test('the listener waits for no request longer than for a file, and less for its headers', () => {
  const server = createServer()
  endSlowRequests(server)
  expect([server.headersTimeout, server.requestTimeout]).toEqual([15_000, 120_000])
})
