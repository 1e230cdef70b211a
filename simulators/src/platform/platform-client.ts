import type { Problem } from '@osprey/core/api'

/** An answer other than 2xx, with what the platform said is wrong. */
export class PlatformError extends Error {
  constructor(
    readonly status: number,
    readonly method: string,
    readonly path: string,
    readonly problem: Problem | undefined,
  ) {
    super(`${method} ${path}: ${status} ${describe(problem)}`.trimEnd())
  }
}

/** The platform could not be reached or did not answer in time. */
export class PlatformUnreachable extends Error {}

export interface PlatformOptions {
  /** For example http://127.0.0.1:8080 */
  url: string
  /** Called again after a 401: the token changes with every start of the backend. */
  token: () => string
  timeout?: number
}

type Query = Record<string, string | number | undefined>

/** The HTTP interface as the simulators use it: JSON in and out, bearer token, one retry after a 401. */
export class PlatformClient {
  readonly origin: string
  private token: string | undefined

  constructor(private readonly options: PlatformOptions) {
    const url = new URL(options.url)
    if (url.protocol !== 'http:' && url.protocol !== 'https:') {
      throw new Error(`url: ${JSON.stringify(options.url)}, expected http:// or https://`)
    }
    this.origin = url.origin
  }

  get<T>(path: string, query?: Query): Promise<T> {
    return this.request('GET', withQuery(path, query))
  }

  post<T>(path: string, body: unknown): Promise<T> {
    return this.request('POST', path, JSON.stringify(body), 'application/json')
  }

  patch<T>(path: string, body: unknown): Promise<T> {
    return this.request('PATCH', path, JSON.stringify(body), 'application/json')
  }

  delete(path: string): Promise<void> {
    return this.request('DELETE', path)
  }

  /** Posts text of another type, such as CSV or GeoJSON. */
  postText<T>(path: string, text: string, type: string): Promise<T> {
    return this.request('POST', path, text, type)
  }

  /** Puts text of another type, such as GeoJSON. */
  putText<T>(path: string, text: string, type: string, query?: Query): Promise<T> {
    return this.request('PUT', withQuery(path, query), text, type)
  }

  private async request<T>(method: string, path: string, body?: string, type?: string): Promise<T> {
    this.token ??= this.options.token()
    let response = await this.send(method, path, body, type)
    if (response.status === 401) {
      await response.body?.cancel()
      this.token = this.options.token()
      response = await this.send(method, path, body, type)
    }
    const text = await response.text()
    if (!response.ok) throw new PlatformError(response.status, method, path, problemOf(text))
    return (text === '' ? undefined : JSON.parse(text)) as T
  }

  private async send(method: string, path: string, body?: string, type?: string): Promise<Response> {
    const headers: Record<string, string> = {
      authorization: `Bearer ${this.token}`,
      accept: 'application/json',
    }
    if (type !== undefined) headers['content-type'] = type
    const signal = AbortSignal.timeout(this.options.timeout ?? 30_000)
    try {
      return await fetch(new URL(path, this.origin), {
        method,
        headers,
        signal,
        ...(body === undefined ? {} : { body }),
      })
    } catch (error) {
      throw new PlatformUnreachable(`${method} ${this.origin}${path}: ${reasonOf(error)}`, { cause: error })
    }
  }
}

function withQuery(path: string, query: Query | undefined): string {
  if (query === undefined) return path
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) parameters.set(name, String(value))
  return `${path}?${parameters}`
}

function problemOf(text: string): Problem | undefined {
  try {
    return JSON.parse(text) as Problem
  } catch {
    return undefined
  }
}

function describe(problem: Problem | undefined): string {
  if (problem === undefined) return ''
  const errors = problem.errors?.slice(0, 5).map((error) => {
    const row = error.row === undefined ? '' : `row ${error.row} `
    return `${row}${error.field}: ${JSON.stringify(error.value)}, expected ${error.expected}`
  })
  return [problem.detail ?? problem.title, ...(errors ?? [])].filter(Boolean).join('; ')
}

/** fetch hides the reason (ECONNREFUSED and the like) in the cause. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as { cause?: NodeJS.ErrnoException; message?: string }
  return cause?.code ?? cause?.message ?? message ?? String(error)
}
