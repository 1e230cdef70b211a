import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { storable } from '../database/storable.ts'
import { senderOf } from './trusted-proxies.ts'

/** What the network tells about a request's sender. */

/** The client's address: the socket's, or what a trusted proxy says. For throttling and for the record. */
export function addressOf(request: IncomingMessage): string {
  return senderOf(request).address
}

/** The page came over TLS, be it ended here or at a trusted proxy. */
export function isSecure(request: IncomingMessage): boolean {
  return senderOf(request).secure
}

/** User-Agent header, cut: a help for people to tell their sessions apart. */
export function browserOf(request: IncomingMessage): string {
  return storable(request.headers['user-agent'] ?? '', 200)
}

/** A process on this machine that speaks to us directly, not through a proxy that could stand for anyone. */
export function isLocalPeer(request: IncomingMessage): boolean {
  const { headers } = request
  if (headers['x-forwarded-for'] || headers['forwarded'] || headers['x-real-ip'] || headers['via'])
    return false
  return isLoopback(request.socket.remoteAddress ?? '')
}

export function isLoopback(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127(\.\d{1,3}){3}$/.test(address)
}

/**
 * True when the Host header names this machine itself. A page of another site that points its own name at
 * 127.0.0.1 (DNS rebinding) is a local peer and same-origin, but its Host is its own name.
 */
export function hasLocalHost(request: IncomingMessage): boolean {
  const host = hostName(request.headers.host ?? '')
  return host === 'localhost' || host.endsWith('.localhost') || isLoopback(host)
}

/**
 * True when the request comes from a page of another site. Browsers send Origin with every unsafe request and
 * every WebSocket; without Origin and Sec-Fetch-Site the client is no browser and carries no one's cookie
 * unknowingly.
 */
export function isCrossOrigin(request: IncomingMessage, allowed: readonly string[]): boolean {
  const { origin, host } = request.headers
  if (origin === undefined) {
    const site = request.headers['sec-fetch-site']
    return site === 'cross-site' || site === 'same-site'
  }
  if (allowed.includes(origin)) return false
  return !URL.canParse(origin) || !host || new URL(origin).host !== normalizeHost(host, origin)
}

/** URL drops the default port of its scheme; the Host header may name it. */
function normalizeHost(host: string, origin: string): string {
  const url = `${new URL(origin).protocol}//${host}`
  return URL.canParse(url) ? new URL(url).host : host
}

function hostName(host: string): string {
  return URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname.replace(/^\[|\]$/g, '') : ''
}

export function cookieOf(request: IncomingMessage, name: string): string | undefined {
  for (const part of request.headers.cookie?.split(';') ?? []) {
    const [key, ...value] = part.split('=')
    if (key?.trim() === name) return value.join('=').trim()
  }
  return undefined
}

export function bearerOf(request: IncomingMessage): string | undefined {
  return /^Bearer +([\w.~+/=-]+) *$/i.exec(request.headers.authorization ?? '')?.[1]
}

/** Compares secrets in a time that does not depend on where they differ. */
export function sameSecret(left: string, right: string): boolean {
  return timingSafeEqual(sha256(left), sha256(right))
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

export function hashToken(token: string): string {
  return sha256(token).toString('hex')
}
