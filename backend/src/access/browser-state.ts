import type { IncomingMessage } from 'node:http'
import { BROWSER_COOKIE } from './known-browsers.ts'
import { cookieOf, hashToken } from './peer.ts'
import { SESSION_COOKIE } from './sessions.ts'

/** The hashes of what a browser's cookies say. */
export interface BrowserState {
  session: string | undefined
  browser: string | undefined
}

export function browserState(request: IncomingMessage): BrowserState {
  const hashed = (name: string) => {
    const token = cookieOf(request, name)
    return token ? hashToken(token) : undefined
  }
  return { session: hashed(SESSION_COOKIE), browser: hashed(BROWSER_COOKIE) }
}
