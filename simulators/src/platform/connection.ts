import type { ConfigView } from '@osprey/core/api'
import { operatorToken } from './operator-token.ts'
import { PlatformClient } from './platform-client.ts'

export interface PlatformArguments {
  url: string
  'data-dir': string
  'mqtt-host': string | undefined
  'mqtt-port': number | undefined
  ca: string | undefined
}

export interface BrokerAddress {
  host: string
  port: number
  tls: boolean
  /** PEM file of the authority that signed the broker's certificate, when the system does not know it. */
  caFile?: string | undefined
}

/** The HTTP client of a tool, authenticated by the operator token. */
export function connectPlatform(options: Pick<PlatformArguments, 'url' | 'data-dir'>): PlatformClient {
  return new PlatformClient({ url: options.url, token: () => operatorToken(options['data-dir']) })
}

/** Where the broker listens, as far as not given on the command line. */
export async function findBroker(client: PlatformClient, options: PlatformArguments): Promise<BrokerAddress> {
  const { mqtt } = await client.get<ConfigView>('/api/config')
  const host = options['mqtt-host'] ?? new URL(options.url).hostname
  return { host, port: options['mqtt-port'] ?? mqtt.port, tls: mqtt.tls, caFile: options.ca }
}
