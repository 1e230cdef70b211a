import { afterEach, expect, jest, test } from '@jest/globals'
import { createRequest, RequestError } from './request.ts'

const realFetch = globalThis.fetch
afterEach(() => {
  globalThis.fetch = realFetch
})

function answer(
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): jest.Mock<typeof fetch> {
  const mock = jest.fn<typeof fetch>(async () => {
    const text = body === undefined ? null : JSON.stringify(body)
    return new Response(text, { status, headers: { 'content-type': 'application/json', ...headers } })
  })
  globalThis.fetch = mock
  return mock
}

async function failure(work: Promise<unknown>): Promise<RequestError> {
  return work.then(
    () => {
      throw new Error('expected a failure')
    },
    (error: RequestError) => error,
  )
}

test('bodies go out as JSON, files as they are', async () => {
  const sent = answer(200, { ok: true })
  const request = createRequest(() => undefined)
  await request('/api/x', { method: 'POST', body: { a: 1 } })
  expect(sent.mock.calls[0]?.[1]).toMatchObject({ method: 'POST', body: '{"a":1}' })
  await request('/api/x', { method: 'PUT', type: 'text/csv', body: 'id,name' })
  expect(sent.mock.calls[1]?.[1]).toMatchObject({ body: 'id,name', headers: { 'content-type': 'text/csv' } })
})

test('an answer without content is undefined', async () => {
  for (const status of [204, 202]) {
    answer(status, undefined)
    expect(await createRequest(() => undefined)('/api/x', { method: 'DELETE' })).toBeUndefined()
  }
})

test('a problem is handed on with its fields', async () => {
  answer(
    422,
    { title: 'invalid', detail: 'latitude', status: 422, errors: [] },
    { 'content-type': 'application/problem+json' },
  )
  const error = await failure(createRequest(() => undefined)('/api/x'))
  expect(error).toBeInstanceOf(RequestError)
  expect([error.status, error.problem?.detail]).toEqual([422, 'latitude'])
})

test('waiting times are read from the answer', async () => {
  answer(429, {}, { 'retry-after': '12' })
  expect((await failure(createRequest(() => undefined)('/api/session'))).retryAfter).toBe(12)
})

test('the end of the session is told, except by the session itself', async () => {
  answer(401, {})
  const ended = jest.fn()
  const request = createRequest(ended)
  await failure(request('/api/session'))
  expect(ended).not.toHaveBeenCalled()
  await failure(request('/api/stations'))
  expect(ended).toHaveBeenCalledTimes(1)
})

test('a wrong field is not the end of the session', async () => {
  answer(401, { errors: [{ field: 'current', value: null, expected: 'the current password' }] })
  const ended = jest.fn()
  await failure(createRequest(ended)('/api/session/password', { method: 'PUT', body: {} }))
  expect(ended).not.toHaveBeenCalled()
})

test('no answer at all has status 0', async () => {
  globalThis.fetch = jest.fn<typeof fetch>().mockRejectedValue(new TypeError('network'))
  expect((await failure(createRequest(() => undefined)('/api/x'))).status).toBe(0)
})
