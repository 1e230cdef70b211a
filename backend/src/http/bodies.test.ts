import { once } from 'node:events'
import { type ClientRequest, request as httpRequest, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { ROLE_PERMISSIONS, type Role } from '@osprey/core/permissions'
import express from 'express'
import { OPERATOR } from '../access/principal.ts'
import { bodyParsers } from './bodies.ts'
import type { ProblemException } from './problem.ts'

/** Answers whether the body was read. A request whose body never ends gets its answer only when it is not. */

let server: Server
let requests: ClientRequest[]
beforeEach(async () => {
  requests = []
  const app = express()
  app.use(
    (request: express.Request, _response: express.Response, next: express.NextFunction) => {
      const role = request.headers['x-role'] as Role | undefined
      if (role) request.principal = { ...OPERATOR, role, permissions: ROLE_PERMISSIONS[role] }
      next()
    },
    bodyParsers(),
    (request: express.Request, response: express.Response) => {
      response.json(request.body === undefined ? 'unread' : typeof request.body)
    },
    // Four parameters make it a handler of errors.
    (error: ProblemException, _request: express.Request, response: express.Response, _next: unknown) => {
      response.status(error.getStatus()).set(error.headers).json(error.detail)
    },
  )
  server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterEach(() => {
  for (const request of requests) request.destroy()
  server.close()
})

/** Begins a body, of a length not known before, and leaves it at that. */
function begin(method: string, path: string, role: Role, type = 'text/csv'): ClientRequest {
  const { port } = server.address() as AddressInfo
  const headers = { 'x-role': role, 'content-type': type }
  const request = httpRequest({ port, host: '127.0.0.1', method, path, headers })
  requests.push(request.on('error', () => {}))
  request.write('{"text":')
  return request
}

async function answer(
  request: ClientRequest,
): Promise<[status: number | undefined, body: unknown, wait?: string]> {
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  const chunks = await response.toArray()
  const wait = response.headers['retry-after']
  return [response.statusCode, JSON.parse(Buffer.concat(chunks).toString()), ...(wait ? [wait] : [])] as never
}

test.each([
  ['POST', '/api/stations/import', 'viewer'],
  ['POST', '/API/Jurisdictions/Import/', 'supervisor'],
  ['PUT', '/api/layers/rivers', 'inspector'],
  ['POST', '/api/stations', 'viewer'],
  ['POST', '/api/nothing', 'administrator'],
] as const)('%s %s by a %s is answered without its body', async (method, path, role) => {
  expect(await answer(begin(method, path, role))).toEqual([200, 'unread'])
})

test.each([
  ['POST', '/api/stations/import', 'text/csv', 'string'],
  ['PUT', '/API/Layers/rivers/', 'application/geo+json', 'string'],
  ['POST', '/api/stations', 'application/json', 'object'],
  ['PATCH', '/api/stations/s-1/', 'application/json', 'object'],
  ['POST', '/api/session', 'application/json', 'object'],
] as const)('%s %s is read where it may be called', async (method, path, type, read) => {
  const request = begin(method, path, 'administrator', type)
  request.end('"whole row"}')
  expect(await answer(request)).toEqual([200, read])
})

test('four large files at a time; whoever comes then is told to come again', async () => {
  const send = () => begin('POST', '/api/stations/import', 'administrator')
  const sent: ClientRequest[] = []
  while (sent.length < 4) {
    const arrived = once(server, 'request')
    sent.push(send())
    await arrived
  }
  const refused = await answer(send())
  expect(refused).toEqual([503, expect.stringContaining('too many large files'), '5'])
  const small = httpRequest(
    `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/stations/import`,
    {
      method: 'POST',
      headers: { 'x-role': 'administrator', 'content-type': 'text/csv', 'content-length': '2' },
    },
  )
  expect(await answer(small.end('id'))).toEqual([200, 'string'])
  const first = sent[0] as ClientRequest
  first.end('"whole row"}')
  expect(await answer(first)).toEqual([200, 'string'])
  const next = send()
  next.end('"whole row"}')
  expect(await answer(next)).toEqual([200, 'string'])
})
