import { setTimeout as delay } from 'node:timers/promises'
import { HOUR, MINUTE } from '../environment/calendar.ts'
import type { World } from '../environment/world.ts'
import { backoff } from '../platform/backoff.ts'
import type { BrokerAddress } from '../platform/connection.ts'
import type { Credentials } from '../platform/credentials.ts'
import { TokenMissing } from '../platform/operator-token.ts'
import { type PlatformClient, PlatformError, PlatformUnreachable } from '../platform/platform-client.ts'
import { DEVICES, type SimulatedDevice } from '../territory/devices.ts'
import { Pacer } from './pacer.ts'
import { newestTimes, registerTerritory } from './registration.ts'
import { SimulatedInstrument } from './simulated-instrument.ts'

export interface FleetOptions {
  client: PlatformClient
  credentials: Credentials
  findBroker: () => Promise<BrokerAddress>
  world: World
  /** ms between reports of a station. */
  interval: number
  /** How far back an empty platform is filled, hours. */
  backfillHours: number
  /** Messages a second that carry the past, over all devices. */
  backfillRate: number
  say: (line: string) => void
  signal: AbortSignal
}

/** Devices begin to connect within this time, ms: not all in one instant. */
const CONNECT_SPREAD = 4000
/** Registering again after refused logins, at most this often, ms. */
const REGISTER_AGAIN = 30_000

interface Statistics {
  reports: number
  readings: number
  losses: Map<string, number>
}

/** All simulated devices of the territory: registered, connected, reporting, until told to stop. */
export class Fleet {
  private instruments: SimulatedInstrument[] = []
  private secrets = new Map<string, string>()
  private statistics = noStatistics()
  private registering: Promise<void> | undefined
  private registeredAt = 0

  constructor(private readonly options: FleetOptions) {}

  /** Registers, connects and runs; resolves when the signal aborts and every device has said goodbye. */
  async run(): Promise<void> {
    const { signal, say } = this.options
    await this.untilRegistered()
    if (signal.aborted) return
    const address = await this.options.findBroker()
    const newest = await newestTimes(this.options.client)
    const pacer = new Pacer(this.options.backfillRate)
    this.instruments = DEVICES.map((device) => this.instrument(device, address, newest, pacer))
    say(`${DEVICES.length} devices connect to ${address.host}:${address.port}`)
    await this.startAll()
    while (!signal.aborted) {
      await delay(MINUTE, undefined, { signal }).catch(() => undefined)
      this.tellStatistics()
    }
    await Promise.all(this.instruments.map((instrument) => instrument.stop()))
    say('stopped')
  }

  private async startAll(): Promise<void> {
    const { signal } = this.options
    for (const instrument of this.instruments) {
      if (signal.aborted) return
      instrument.start()
      await delay(CONNECT_SPREAD / this.instruments.length, undefined, { signal }).catch(() => undefined)
    }
  }

  private instrument(
    device: SimulatedDevice,
    address: BrokerAddress,
    newest: ReadonlyMap<string, number>,
    pacer: Pacer,
  ): SimulatedInstrument {
    const { world, interval, backfillHours } = this.options
    const now = Date.now()
    const known = device.stations.map((id) => newest.get(id) ?? 0)
    // A platform whose newest value lies ahead of the clock must not keep a device silent.
    const reportedUntil = Math.min(now, Math.max(now - backfillHours * HOUR, ...known))
    return new SimulatedInstrument({
      device,
      world,
      address,
      secret: () => this.secrets.get(device.id) ?? '',
      interval,
      reportedUntil,
      pacer,
      events: {
        connected: () => undefined,
        lost: (_id, reason, refused) => this.onLost(reason, refused),
        reported: (_id, reports, readings) => {
          this.statistics.reports += reports
          this.statistics.readings += readings
        },
      },
    })
  }

  /** Tries until the platform answers: simulators may be started before it. */
  private async untilRegistered(): Promise<void> {
    const { signal, say } = this.options
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        await this.register()
        return
      } catch (error) {
        if (!isPassing(error)) throw error
        say(`waiting for the platform: ${(error as Error).message}`)
        await delay(backoff(attempt, 1000, 15_000, Math.random()), undefined, { signal }).catch(
          () => undefined,
        )
      }
    }
  }

  private async register(): Promise<void> {
    this.secrets = await registerTerritory(this.options.client, this.options.credentials)
    this.registeredAt = performance.now()
  }

  /** A refused login may mean that the platform was set up anew: then stations and devices are missing. */
  private onLost(reason: string, refused: number | undefined): void {
    const { losses } = this.statistics
    if (losses.size < 50) losses.set(reason, (losses.get(reason) ?? 0) + 1)
    const isRecent = performance.now() - this.registeredAt < REGISTER_AGAIN
    if (refused === undefined || isRecent || this.registering !== undefined) return
    this.registering = this.register()
      .catch((error) => this.options.say(`registering again: ${(error as Error).message}`))
      .finally(() => {
        this.registeredAt = performance.now()
        this.registering = undefined
      })
  }

  private tellStatistics(): void {
    const { reports, readings, losses } = this.statistics
    this.statistics = noStatistics()
    const connected = this.instruments.filter(({ link }) => link.connected).length
    const lost = [...losses].map(([reason, count]) => `${count} × ${reason}`).join(', ')
    const trouble = lost === '' ? '' : `; connections lost: ${lost}`
    this.options.say(
      `${connected} of ${this.instruments.length} devices connected, ${reports} reports with ${readings} readings in the last minute${trouble}`,
    )
  }
}

function noStatistics(): Statistics {
  return { reports: 0, readings: 0, losses: new Map() }
}

/** Is this a failure that time may heal? */
function isPassing(error: unknown): boolean {
  if (error instanceof PlatformUnreachable || error instanceof TokenMissing) return true
  return (
    error instanceof PlatformError && (error.status >= 500 || error.status === 401 || error.status === 429)
  )
}
