import type { Problem } from '@osprey/core/api'
import type { BacktestInput, BacktestLine, BacktestResult } from '@osprey/core/api/rules'
import { RequestError } from '../session/request.ts'

type Progress = Extract<BacktestLine, { kind: 'progress' }>

interface BacktestRun {
  body: BacktestInput
  signal: AbortSignal
  onProgress: (progress: Progress) => void
  /** The session turned out to be over. */
  unauthorized: () => void
  fetch?: typeof fetch
}

/**
 * Runs a backtest and follows its lines. Aborting the signal also ends it at the server, which notices that nobody
 * listens any more.
 * @throws RequestError when it was refused, failed on the way or broke off
 */
export async function runBacktest(run: BacktestRun): Promise<BacktestResult[]> {
  const response = await begin(run)
  if (!response.ok || response.body === null) {
    if (response.status === 401) run.unauthorized()
    throw new RequestError(response.status, await problemOf(response), retryAfter(response))
  }
  for await (const line of linesOf(response.body)) {
    const message = JSON.parse(line) as BacktestLine
    if (message.kind === 'progress') run.onProgress(message)
    else if (message.kind === 'result') return message.results
    else {
      throw new RequestError(200, {
        type: 'about:blank',
        title: message.title,
        status: 200,
        detail: message.detail,
      })
    }
  }
  // The answer ended before its last line: the connection was cut.
  throw new RequestError(0, null)
}

async function begin({ body, signal, fetch: send = fetch }: BacktestRun): Promise<Response> {
  try {
    return await send('/api/rules/backtest', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/x-ndjson, application/json' },
      credentials: 'same-origin',
      cache: 'no-store',
      body: JSON.stringify(body),
      signal,
    })
  } catch (error) {
    if (signal.aborted) throw error
    throw new RequestError(0, null)
  }
}

/** Complete lines of a stream of UTF-8, whatever its pieces are. */
export async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = stream.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      rest += decoder.decode(value, { stream: !done })
      const lines = rest.split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) if (line.trim() !== '') yield line
      if (!done) continue
      if (rest.trim() !== '') yield rest
      return
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

async function problemOf(response: Response): Promise<Problem | null> {
  try {
    return (await response.json()) as Problem
  } catch {
    return null
  }
}

function retryAfter(response: Response): number | null {
  const seconds = Number(response.headers.get('retry-after'))
  return Number.isFinite(seconds) && seconds > 0 ? seconds : null
}
