import { deviceTopic } from '@osprey/core/topics'
import type { Client } from 'aedes'
import type { ClientCertificate } from './certificate-verdict.ts'
import type { HeldPublishes } from './held-publishes.ts'
import type { RateLimit } from './rate-limit.ts'

/** Why a connection ended, in the payload of its `disconnected` entry. */
export type EndReason =
  | 'disconnect'
  | 'connection_lost'
  | 'keepalive_timeout'
  | 'taken_over'
  | 'credentials_changed'
  | 'certificate_ended'
  | 'refused'
  | 'not_stored'
  | 'too_slow'
  | 'broker_stopping'
  | 'broker_restarted'

/** What the broker knows about a device that is logged in. */
export interface Session {
  readonly deviceId: string
  /** As the device named itself; the MQTT session itself belongs to the device id. */
  readonly clientId: string
  readonly address: string
  /** SHA-256 of the secret at the login; what it is worth is decided by `certificate`. */
  readonly secretHash: string
  /** With which the device logged in; undefined when it did so with its secret. */
  readonly certificate: ClientCertificate | undefined
  readonly observationsTopic: string
  readonly senmlTopic: string
  readonly rate: RateLimit
  readonly held: HeldPublishes
  endReason: EndReason | undefined
}

/** An Aedes client with the session of its device, and the internals of Aedes 1.2.0 that are needed here. */
export interface DeviceClient extends Client {
  session?: Session
  /** Where the connection comes from, and the client id and user name it gave: known before it has logged in. */
  address?: string
  givenId?: string
  givenName?: string
  /** Presented at the TLS handshake. */
  certificate?: ClientCertificate | undefined
  will: { topic: string; payload: Buffer; qos: 0 | 1 | 2; retain: boolean } | null
  _will: { topic: string; payload: Buffer; qos: 0 | 1 | 2; retain: boolean } | null
  _disconnected: boolean
  subscriptions: Record<string, unknown>
  pause(): void
}

export function newSession(
  identity: Pick<
    Session,
    'deviceId' | 'clientId' | 'address' | 'secretHash' | 'certificate' | 'rate' | 'held'
  >,
): Session {
  return {
    ...identity,
    observationsTopic: deviceTopic(identity.deviceId, 'observations'),
    senmlTopic: deviceTopic(identity.deviceId, 'senml'),
    endReason: undefined,
  }
}

/** An error that ends a connection and has already been recorded as a refusal. */
export class RecordedRefusal extends Error {
  override readonly name = 'RecordedRefusal'
  /** Return code of the CONNACK (MQTT 3.1.1 clause 3.2.2.3). */
  readonly returnCode: number

  constructor(detail: string, returnCode = 5) {
    super(detail)
    this.returnCode = returnCode
  }
}
