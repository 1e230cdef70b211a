import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import type { TLSSocket } from 'node:tls'
import proxyAddress from 'proxy-addr'
import { StartError } from '../config.ts'

export interface Sender {
  address: string
  secure: boolean
}

const senders = new WeakMap<IncomingMessage, Sender>()

/** Whose X-Forwarded-For and X-Forwarded-Proto are believed: those of the named networks, nobody else's. */
export class TrustedProxies {
  private readonly trusts: (address: string, hop: number) => boolean

  /** @throws StartError when one of `networks` is no network. */
  constructor(networks: readonly string[]) {
    try {
      this.trusts = proxyAddress.compile([...networks])
    } catch (error) {
      throw new StartError(`OSPREY_TRUSTED_PROXIES: ${(error as Error).message}`)
    }
  }

  /** Finds out where `request` comes from; whoever asks `senderOf` later is told so. */
  settle(request: IncomingMessage): void {
    const nearest = atSocket(request)
    if (!this.trusts(nearest.address, 0)) return
    // From the socket outwards to the first address that is no trusted proxy.
    const chain = proxyAddress.all(request, this.trusts)
    const address = chain.findLast((hop) => isIP(hop) !== 0) ?? nearest.address
    const protocol = String(request.headers['x-forwarded-proto'] ?? '').split(',')[0]
    senders.set(request, { address, secure: nearest.secure || protocol?.trim() === 'https' })
  }
}

/** Where `request` comes from; without a trusted proxy what the socket says. */
export function senderOf(request: IncomingMessage): Sender {
  return senders.get(request) ?? atSocket(request)
}

function atSocket({ socket }: IncomingMessage): Sender {
  return { address: socket.remoteAddress ?? '', secure: (socket as TLSSocket).encrypted === true }
}
