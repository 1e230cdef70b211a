import { HttpException } from '@nestjs/common'
import type { FieldError, Problem } from '@osprey/core/api'

const TITLES: Record<number, string> = {
  400: 'Bad request',
  401: 'Not logged in',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  413: 'Too large',
  415: 'Unsupported media type',
  421: 'Misdirected request',
  422: 'Not accepted',
  429: 'Too many attempts',
  500: 'Unexpected error',
  503: 'Unavailable',
}

/** An error meant for the client, sent as an RFC 9457 problem document. `detail` must hold no secret. */
export class ProblemException extends HttpException {
  constructor(
    status: number,
    readonly detail: string,
    readonly errors: readonly FieldError[] = [],
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail, status)
  }

  /** `type` is about:blank: title and status say all there is (RFC 9457 clause 4.2.1). */
  document(): Problem {
    const status = this.getStatus()
    return {
      type: 'about:blank',
      title: titleOf(status),
      status,
      detail: this.detail,
      ...(this.errors.length > 0 && { errors: [...this.errors] }),
    }
  }
}

export function titleOf(status: number): string {
  return TITLES[status] ?? 'Error'
}

export function invalid(field: string, value: unknown, expected: string): ProblemException {
  return invalidFields([{ field, value, expected }])
}

/** 400 that lists every wrong field; `detail` repeats the first for clients that show one line. */
export function invalidFields(errors: readonly FieldError[]): ProblemException {
  const first = errors[0]
  const detail = first ? `${first.field || 'body'}: expected ${first.expected}` : 'the request is not valid'
  return new ProblemException(400, detail, errors)
}

export function notFound(kind: string, id: string): ProblemException {
  return new ProblemException(404, `no ${kind} ${quote(id)}`, [
    { field: kind, value: shorten(id), expected: `the id of an existing ${kind}` },
  ])
}

export function conflict(kind: string, id: string): ProblemException {
  return new ProblemException(409, `${kind} ${quote(id)} exists already`, [
    { field: 'id', value: shorten(id), expected: `an id that no ${kind} has yet` },
  ])
}

export function unavailable(detail: string): ProblemException {
  return new ProblemException(503, detail, [], { 'Retry-After': '5' })
}

/** Echoed values are cut: an error must not become a way to send megabytes back, or into a log. */
export function shorten(value: unknown): unknown {
  if (typeof value === 'string') return value.length > 200 ? `${value.slice(0, 200)}…` : value
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return value
  if (value === undefined) return null
  return Array.isArray(value) ? `array of ${value.length}` : 'object'
}

export function quote(text: string): string {
  return JSON.stringify(shorten(text))
}
