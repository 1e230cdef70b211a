import { BlockList, isIP } from 'node:net'

/** Why an address is not one to post to; null when it is on the public internet. */
export type AddressVerdict = 'not_public' | null

/** IANA special-purpose registry, and the metadata addresses of clouds that lie outside of it. */
const CLOSED_V4: readonly (readonly [network: string, bits: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]
/**
 * Of IPv6 only global unicast is open. What is outside of it needs no list: loopback, IPv4-mapped, NAT64
 * (64:ff9b::/96), unique local, link-local, multicast. Inside of it, what carries an IPv4 address or is reserved.
 */
const OPEN_V6 = ['2000::', 3] as const
const CLOSED_V6: readonly (readonly [network: string, bits: number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
]

const closedV4 = new BlockList()
for (const [network, bits] of CLOSED_V4) closedV4.addSubnet(network, bits, 'ipv4')
const openV6 = new BlockList()
openV6.addSubnet(...OPEN_V6, 'ipv6')
const closedV6 = new BlockList()
for (const [network, bits] of CLOSED_V6) closedV6.addSubnet(network, bits, 'ipv6')

/** Judges an address as a resolver gives it. What is no address is not public. */
export function judgeAddress(address: string): AddressVerdict {
  const family = isIP(address)
  if (family === 4) return closedV4.check(address, 'ipv4') ? 'not_public' : null
  // A zone (fe80::1%eth0) belongs to link-local addresses alone.
  if (family !== 6 || address.includes('%')) return 'not_public'
  return openV6.check(address, 'ipv6') && !closedV6.check(address, 'ipv6') ? null : 'not_public'
}

/** What the operator allows beyond the public internet: host names, addresses, networks. */
export class AllowList {
  readonly #hosts = new Set<string>()
  readonly #networks = new BlockList()

  constructor(entries: readonly string[]) {
    for (const entry of entries) {
      const [address = '', bits] = entry.split('/')
      const family = isIP(address)
      if (family === 0) this.#hosts.add(entry.toLowerCase())
      else {
        const type = family === 4 ? 'ipv4' : 'ipv6'
        this.#networks.addSubnet(address, bits === undefined ? (family === 4 ? 32 : 128) : Number(bits), type)
      }
    }
  }

  hasHost(host: string): boolean {
    return this.#hosts.has(host.toLowerCase().replace(/\.$/, ''))
  }

  hasAddress(address: string): boolean {
    const family = isIP(address)
    if (family === 0 || address.includes('%')) return false
    // A BlockList takes ::ffff:10.0.0.1 for 10.0.0.1; an allowed network means its own writing only.
    if (family === 6 && /^::ffff:/i.test(address)) return false
    return this.#networks.check(address, family === 4 ? 'ipv4' : 'ipv6')
  }
}
