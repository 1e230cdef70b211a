import type { Duplex } from 'node:stream'
import type { DeviceRecord } from '@osprey/journal/directory'
import type { Aedes, AuthenticateError, ConnectPacket } from 'aedes'
import { refusalOf } from './connection-errors.ts'
import {
  type DeviceClient,
  type EndReason,
  newSession,
  RecordedRefusal,
  type Session,
} from './device-client.ts'
import { HeldPublishes } from './held-publishes.ts'
import type { Peer } from './listeners.ts'
import { judgeLogin } from './login.ts'
import { guardReads, PacketGuard } from './packet-guard.ts'
import { RateLimit } from './rate-limit.ts'
import type { Refusal, RefusalReason } from './refusals.ts'
import { shown } from './shown.ts'

export interface ConnectionsOptions {
  find(deviceId: string): DeviceRecord | undefined
  /** Whether the login of this session still holds. */
  holds(session: Session): boolean
  refuse(refusal: Refusal): void
  connected(session: Session): void
  disconnected(session: Session, reason: EndReason): void
  warn(kind: string, fields: Record<string, unknown>): void
  now(): number
  maxPacketBytes: number
  deviceRate: number
}

/** Devices may send this many seconds' worth of messages at once, so that small batches are not slowed down. */
const BURST_SECONDS = 2
const SMALLEST_BURST = 20

/**
 * Connections and logins. The MQTT session belongs to the device id: Aedes is told to use it as the client id, so a
 * device has one session whatever client id it gives, and no device can take over the session of another.
 */
export class Connections {
  readonly #options: ConnectionsOptions
  readonly #live = new Map<string, DeviceClient>()

  constructor(options: ConnectionsOptions) {
    this.#options = options
  }

  /** The client of the device, while it is connected. */
  get(deviceId: string): DeviceClient | undefined {
    return this.#live.get(deviceId)
  }

  all(): Iterable<DeviceClient> {
    return this.#live.values()
  }

  /** Hands an accepted connection to Aedes, with the packet guard in front. */
  accept(aedes: Aedes, connection: Duplex, { address, request, certificate }: Peer): void {
    const guard = new PacketGuard(this.#options.maxPacketBytes)
    guardReads(connection, guard, ({ reason, detail }) => this.#refuse(client, reason, detail))
    const client = aedes.handle(connection, request) as DeviceClient
    client.address = address
    client.certificate = certificate
  }

  /** Follows what Aedes tells about its clients. */
  listen(aedes: Aedes): void {
    aedes.on('client', (client) => this.#registered(client as DeviceClient))
    aedes.on('clientDisconnect', (client) => this.#unregistered(client as DeviceClient))
    aedes.on('keepaliveTimeout', (client) => this.#note(client as DeviceClient, 'keepalive_timeout'))
    aedes.on('clientError', (client, error) => this.#failed(client as DeviceClient, error))
    aedes.on('connectionError', (client, error) => this.#failed(client as DeviceClient, error))
  }

  preConnect = (
    client: DeviceClient,
    packet: ConnectPacket,
    callback: (error: Error | null, success: boolean) => void,
  ): void => {
    client.givenId = packet.clientId
    client.givenName = packet.username ?? ''
    callback(null, true)
  }

  authenticate = (
    client: DeviceClient,
    username: string | undefined,
    password: Buffer | undefined,
    done: (error: AuthenticateError | null, success: boolean | null) => void,
  ): void => {
    const { givenId: clientId = '', address = '', certificate } = client
    const attempt = { clientId, username, password, will: client._will, certificate }
    const verdict = judgeLogin(attempt, this.#options.find)
    if (!verdict.accepted) {
      const { reason, detail, returnCode } = verdict
      const deviceId = shown(verdict.deviceId)
      this.#options.refuse({ reason, detail, deviceId, clientId: shown(clientId), address })
      done(new RecordedRefusal(detail, returnCode) as unknown as AuthenticateError, null)
      return
    }
    const { id: deviceId, secretHash } = verdict.device
    const { deviceRate, now } = this.#options
    const rate = new RateLimit(deviceRate, Math.max(SMALLEST_BURST, deviceRate * BURST_SECONDS))
    client.id = deviceId
    client.session = newSession({
      deviceId,
      clientId,
      address,
      secretHash,
      certificate: verdict.proof === 'certificate' ? certificate : undefined,
      rate,
      held: new HeldPublishes(now),
    })
    const former = this.#live.get(deviceId)
    if (former) this.#note(former, 'taken_over')
    done(null, true)
  }

  /** Ends the connection of the device, if it has one. */
  end(deviceId: string, reason: EndReason): void {
    const client = this.#live.get(deviceId)
    if (!client) return
    this.#note(client, reason)
    client.close()
  }

  #registered(client: DeviceClient): void {
    const { session } = client
    if (!session) return
    this.#live.set(session.deviceId, client)
    this.#options.connected(session)
    if (!this.#options.holds(session)) this.end(session.deviceId, 'credentials_changed')
  }

  #unregistered(client: DeviceClient): void {
    const { session } = client
    if (!session) return
    session.held.cancel()
    if (this.#live.get(session.deviceId) === client) this.#live.delete(session.deviceId)
    const reason = client._disconnected ? 'disconnect' : (session.endReason ?? 'connection_lost')
    this.#options.disconnected(session, reason)
  }

  #failed(client: DeviceClient, error: Error): void {
    if (error.message === 'drain timeout') this.#note(client, 'too_slow')
    const reason = refusalOf(error)
    if (!reason) return
    this.#note(client, reason === 'not_stored' ? 'not_stored' : 'refused')
    this.#refuse(client, reason, error.message)
  }

  #note({ session }: DeviceClient, reason: EndReason): void {
    if (session) session.endReason ??= reason
  }

  #refuse(
    { session, givenId = '', givenName = '', address = '' }: DeviceClient,
    reason: RefusalReason,
    detail: string,
  ): void {
    const deviceId = session?.deviceId ?? shown(givenName)
    const refusal = { reason, detail: shown(detail), deviceId, clientId: shown(givenId), address }
    this.#options.refuse(refusal)
    this.#options.warn(`connection refused: ${reason}`, refusal)
  }
}
