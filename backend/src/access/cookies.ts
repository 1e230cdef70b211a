import type { Response } from 'express'
import { BROWSER_COOKIE, BROWSER_MS } from './known-browsers.ts'
import type { LoggedIn } from './log-in.ts'
import { isSecure } from './peer.ts'
import { SESSION_COOKIE } from './sessions.ts'

/**
 * Scripts cannot read them and other sites cannot send them. Secure where the page came over TLS; a browser that
 * says so in Origin is believed even when the proxy is not known, because it makes the cookie stricter only.
 */
export function setCookie(response: Response, name: string, value: string, maxAge: number): void {
  const { req } = response
  const secure = isSecure(req) || req.headers.origin?.startsWith('https://') === true
  response.cookie(name, value, { httpOnly: true, sameSite: 'strict', path: '/', secure, maxAge })
}

/** Session and, but for guests, the mark of a known browser. */
export function setLogInCookies(
  response: Response,
  { sessionToken, browserToken }: LoggedIn,
  longestMs: number,
): void {
  setCookie(response, SESSION_COOKIE, sessionToken, longestMs)
  if (browserToken !== undefined) setCookie(response, BROWSER_COOKIE, browserToken, BROWSER_MS)
}
