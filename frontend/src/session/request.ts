import type { Problem } from '@osprey/core/api'

/** An answer that is not a success, or no answer at all (`status` 0). */
export class RequestError extends Error {
  override readonly name = 'RequestError'

  constructor(
    readonly status: number,
    readonly problem: Problem | null,
    /** Seconds the server asked to wait (RFC 9110 clause 10.2.3), null when it did not. */
    readonly retryAfter: number | null = null,
  ) {
    super(problem?.detail ?? (status === 0 ? 'no answer' : `status ${status}`))
  }
}

export interface RequestOptions {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Sent as JSON; with `type` it is sent as it is. */
  body?: unknown
  type?: string
  signal?: AbortSignal
}

export type Request = <T>(path: string, options?: RequestOptions) => Promise<T>

/**
 * Makes the one function that talks to the HTTP interface. `unauthorized` is told whenever the session turns out
 * to be over, whichever part of the page noticed it.
 * @throws RequestError for everything but a success; the abort error when `signal` fires.
 */
export function createRequest(unauthorized: () => void): Request {
  return async <T>(path: string, options: RequestOptions = {}): Promise<T> => {
    const response = await send(path, options)
    if (response.ok) return (await readAnswer(response)) as T
    const error = new RequestError(response.status, await readProblem(response), readRetryAfter(response))
    // Where a field is named, what was typed is wrong (a password, a code), not the session.
    const wrongField = (error.problem?.errors?.length ?? 0) > 0
    if (response.status === 401 && path !== '/api/session' && !wrongField) unauthorized()
    throw error
  }
}

async function send(path: string, { method = 'GET', body, type, signal }: RequestOptions): Promise<Response> {
  const headers: Record<string, string> = { accept: 'application/json' }
  if (body !== undefined) headers['content-type'] = type ?? 'application/json'
  const init: RequestInit = { method, headers, credentials: 'same-origin', cache: 'no-store' }
  if (body !== undefined) init.body = type === undefined ? JSON.stringify(body) : (body as BodyInit)
  if (signal !== undefined) init.signal = signal
  try {
    return await fetch(path, init)
  } catch (error) {
    if (signal?.aborted) throw error
    throw new RequestError(0, null)
  }
}

/** Some successes say nothing (204, 202). */
async function readAnswer(response: Response): Promise<unknown> {
  const text = await response.text()
  return text === '' ? undefined : JSON.parse(text)
}

async function readProblem(response: Response): Promise<Problem | null> {
  const type = response.headers.get('content-type') ?? ''
  if (!type.includes('json')) return null
  try {
    return (await response.json()) as Problem
  } catch {
    return null
  }
}

function readRetryAfter(response: Response): number | null {
  const seconds = Number(response.headers.get('retry-after'))
  return Number.isFinite(seconds) && seconds > 0 ? seconds : null
}
