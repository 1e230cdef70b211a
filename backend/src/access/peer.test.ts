import type { IncomingMessage } from 'node:http'
import { expect, test } from '@jest/globals'
import { bearerOf, cookieOf, hasLocalHost, isCrossOrigin, isLocalPeer } from './peer.ts'

function request(headers: Record<string, string>, remoteAddress = '127.0.0.1'): IncomingMessage {
  return { headers, socket: { remoteAddress } } as unknown as IncomingMessage
}

test.each<[string, Record<string, string>, boolean]>([
  ['no browser', { host: 'osprey:8080' }, false],
  ['same origin', { host: 'osprey:8080', origin: 'http://osprey:8080' }, false],
  ['default port spelt out', { host: 'osprey:80', origin: 'http://osprey' }, false],
  ['TLS ended at a proxy', { host: 'osprey.example.org', origin: 'https://osprey.example.org' }, false],
  ['allowed', { host: '127.0.0.1:8080', origin: 'https://map.example.org' }, false],
  ['another host', { host: 'osprey:8080', origin: 'http://evil.example' }, true],
  ['another port', { host: 'osprey:8080', origin: 'http://osprey:9090' }, true],
  ['a sandboxed frame', { host: 'osprey:8080', origin: 'null' }, true],
  ['not a URL', { host: 'osprey:8080', origin: 'x' }, true],
  ['no host', { origin: 'http://osprey:8080' }, true],
  ['cross-site without origin', { host: 'osprey:8080', 'sec-fetch-site': 'cross-site' }, true],
  ['same-origin without origin', { host: 'osprey:8080', 'sec-fetch-site': 'same-origin' }, false],
])('cross origin, %s', (_name, headers, expected) => {
  expect(isCrossOrigin(request(headers), ['https://map.example.org'])).toBe(expected)
})

test('only a direct connection on this machine is local', () => {
  expect(isLocalPeer(request({}))).toBe(true)
  expect(isLocalPeer(request({}, '::1'))).toBe(true)
  expect(isLocalPeer(request({}, '::ffff:127.0.0.1'))).toBe(true)
  expect(isLocalPeer(request({}, '192.0.2.1'))).toBe(false)
  for (const header of ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via']) {
    expect(isLocalPeer(request({ [header]: '203.0.113.5' }))).toBe(false)
  }
})

test('a name of another site that leads here is not a local host', () => {
  for (const host of ['localhost:8080', '127.0.0.1:8080', '[::1]:8080', 'osprey.localhost']) {
    expect(hasLocalHost(request({ host }))).toBe(true)
  }
  for (const host of ['evil.example:8080', '127.0.0.1.evil.example', '', 'localhost.evil.example']) {
    expect(hasLocalHost(request({ host }))).toBe(false)
  }
})

test('cookies and bearer tokens are read exactly', () => {
  const headers = { cookie: 'a=1; osprey_session=tok=en ;b=2', authorization: 'bearer  abc.def-1 ' }
  expect(cookieOf(request(headers), 'osprey_session')).toBe('tok=en')
  expect(cookieOf(request(headers), 'session')).toBeUndefined()
  expect(bearerOf(request(headers))).toBe('abc.def-1')
  expect(bearerOf(request({ authorization: 'Basic abc' }))).toBeUndefined()
})
