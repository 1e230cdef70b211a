import type { IncomingMessage } from 'node:http'
import { expect, test } from '@jest/globals'
import { addressOf, isLocalPeer, isSecure } from './peer.ts'
import { TrustedProxies } from './trusted-proxies.ts'

const PROXIES = new TrustedProxies(['10.0.0.0/8', '2001:db8:1::/48', '127.0.0.1'])

function request(remoteAddress: string, forwarded?: string, protocol?: string): IncomingMessage {
  const headers = {
    ...(forwarded !== undefined && { 'x-forwarded-for': forwarded }),
    ...(protocol !== undefined && { 'x-forwarded-proto': protocol }),
  }
  return { headers, socket: { remoteAddress } } as unknown as IncomingMessage
}

test.each<[string, string | undefined, string, string]>([
  ['10.0.0.7', '203.0.113.5', '203.0.113.5', 'a trusted proxy'],
  ['::ffff:10.0.0.7', '203.0.113.5', '203.0.113.5', 'a trusted proxy on a dual-stack socket'],
  ['2001:db8:1::7', '2001:db8:9::1', '2001:db8:9::1', 'a trusted proxy on IPv6'],
  ['198.51.100.1', '203.0.113.5', '198.51.100.1', 'a stranger who claims to be a proxy'],
  ['10.0.0.7', '1.1.1.1, 203.0.113.5', '203.0.113.5', 'a client that sent a header of its own'],
  ['10.0.0.7', '203.0.113.5, 10.0.0.8', '203.0.113.5', 'two trusted proxies in a row'],
  ['10.0.0.7', '<script>, 10.0.0.8', '10.0.0.8', 'text that is no address'],
  ['10.0.0.7', 'unknown', '10.0.0.7', 'a proxy that does not know'],
  ['10.0.0.7', undefined, '10.0.0.7', 'the proxy itself'],
])('from %s with X-Forwarded-For %s the address is %s: %s', (socket, forwarded, expected, _name) => {
  const one = request(socket, forwarded)
  PROXIES.settle(one)
  expect(addressOf(one)).toBe(expected)
})

test.each([
  ['10.0.0.7', 'https', true],
  ['10.0.0.7', 'http', false],
  ['198.51.100.1', 'https', false],
])('from %s with X-Forwarded-Proto %s secure is %s', (socket, protocol, expected) => {
  const one = request(socket, '203.0.113.5', protocol)
  PROXIES.settle(one)
  expect(isSecure(one)).toBe(expected)
})

test('without trusted proxies nothing is believed', () => {
  const one = request('127.0.0.1', '203.0.113.5', 'https')
  new TrustedProxies([]).settle(one)
  expect([addressOf(one), isSecure(one)]).toEqual(['127.0.0.1', false])
})

test('nobody becomes a process of this machine through a trusted proxy', () => {
  for (const forwarded of ['127.0.0.1', '203.0.113.5']) {
    const one = request('127.0.0.1', forwarded)
    PROXIES.settle(one)
    expect(isLocalPeer(one)).toBe(false)
  }
  const remote = request('10.0.0.7', '127.0.0.1')
  PROXIES.settle(remote)
  expect(isLocalPeer(remote)).toBe(false)
})

test('a network that is none is named at the start', () => {
  expect(() => new TrustedProxies(['999.1.1.1'])).toThrow(
    'OSPREY_TRUSTED_PROXIES: invalid IP address: 999.1.1.1',
  )
})
