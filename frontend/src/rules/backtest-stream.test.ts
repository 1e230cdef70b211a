import { expect, jest, test } from '@jest/globals'
import type { BacktestInput } from '@osprey/core/api/rules'
import { RequestError } from '../session/request.ts'
import { linesOf, runBacktest } from './backtest-stream.ts'

const encoder = new TextEncoder()

function stream(...pieces: (string | Uint8Array)[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces)
        controller.enqueue(typeof piece === 'string' ? encoder.encode(piece) : piece)
      controller.close()
    },
  })
}

const BODY = { definitions: [], from: '', to: '' } as unknown as BacktestInput

function run(response: Response, unauthorized = () => {}) {
  const onProgress = jest.fn()
  const results = runBacktest({
    body: BODY,
    signal: new AbortController().signal,
    onProgress,
    unauthorized,
    fetch: async () => response,
  })
  return { results, onProgress }
}

test('lines are whole whatever the pieces of the stream are', async () => {
  const text = encoder.encode('{"a":"日"}\n\n{"b":2}')
  const pieces = [...text].map((byte) => Uint8Array.of(byte))
  const lines: string[] = []
  for await (const line of linesOf(stream(...pieces))) lines.push(line)
  expect(lines).toEqual(['{"a":"日"}', '{"b":2}'])
})

test('progress is told on the way, the result at the end', async () => {
  const { results, onProgress } = run(
    new Response(
      stream('{"kind":"progress","done":1,"total":2,"observations":5}\n{"kind":"res', 'ult","results":[]}\n'),
    ),
  )
  expect(await results).toEqual([])
  expect(onProgress).toHaveBeenCalledWith({ kind: 'progress', done: 1, total: 2, observations: 5 })
})

test('a backtest that fails on the way says why', async () => {
  const { results } = run(
    new Response(stream('{"kind":"failed","title":"Store","detail":"does not answer"}\n')),
  )
  await expect(results).rejects.toThrow('does not answer')
})

test('an answer that breaks off is no result', async () => {
  const { results } = run(new Response(stream('{"kind":"progress","done":1,"total":2,"observations":5}\n')))
  await expect(results).rejects.toEqual(new RequestError(0, null))
})

test('a refusal carries its problem and how long to wait', async () => {
  const unauthorized = jest.fn()
  const busy = Response.json(
    { type: 'about:blank', title: 'Too many', status: 429, detail: 'two are running' },
    { status: 429, headers: { 'retry-after': '5' } },
  )
  await expect(run(busy, unauthorized).results).rejects.toMatchObject({ status: 429, retryAfter: 5 })
  expect(unauthorized).not.toHaveBeenCalled()
  await expect(run(new Response('', { status: 401 }), unauthorized).results).rejects.toMatchObject({
    status: 401,
  })
  expect(unauthorized).toHaveBeenCalledTimes(1)
})
