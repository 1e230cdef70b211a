import { RequestError } from './request.ts'

/** Why signing in did not work, in the terms the login page explains. */
export type LoginProblem =
  | { kind: 'wrong' }
  /** The password was right; now the second factor is asked for. */
  | { kind: 'codeNeeded' }
  | { kind: 'codeWrong' }
  /** `until` is epoch milliseconds. */
  | { kind: 'throttled'; until: number }
  | { kind: 'unreachable' }
  | { kind: 'server' }

const DEFAULT_WAIT = 30

/** `withCode`: a code was sent along; `now` is epoch milliseconds. */
export function loginProblem(error: unknown, withCode: boolean, now: number): LoginProblem {
  if (!(error instanceof RequestError) || error.status === 0) return { kind: 'unreachable' }
  if (error.status === 429)
    return { kind: 'throttled', until: now + (error.retryAfter ?? DEFAULT_WAIT) * 1000 }
  if (error.status >= 500) return { kind: 'server' }
  const aboutCode = error.problem?.errors?.some(({ field }) => field === 'code') === true
  if (!aboutCode) return { kind: 'wrong' }
  return { kind: withCode ? 'codeWrong' : 'codeNeeded' }
}

/** Whole seconds left to wait, 0 when none. */
export function secondsLeft(until: number, now: number): number {
  return Math.max(0, Math.ceil((until - now) / 1000))
}
