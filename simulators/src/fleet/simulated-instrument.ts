import { setImmediate as breathe, setTimeout as delay } from 'node:timers/promises'
import { streamOf, uniform } from '../environment/hash-noise.ts'
import type { World } from '../environment/world.ts'
import type { BrokerAddress } from '../platform/connection.ts'
import { DeviceLink } from '../platform/device-link.ts'
import type { SimulatedDevice } from '../territory/devices.ts'
import { stationById } from '../territory/stations.ts'
import { CommandHandler } from './commands.ts'
import type { Pacer } from './pacer.ts'
import { payloadOf, type StationReport } from './payload.ts'
import { type Sample, sampleTimes } from './sample-times.ts'

/** Station reports in one message, at most: about 20 KB, and not half a second of the simulator's time. */
const MAX_REPORTS = 120
/** A message is sent up to this share of the interval late, as real devices do. */
const JITTER = 0.08
const RESTART_PAUSE = 3000

export interface InstrumentOptions {
  device: SimulatedDevice
  world: World
  address: BrokerAddress
  secret: () => string
  /** ms between reports. */
  interval: number
  /** Epoch ms; what is later than this is still to be reported. */
  reportedUntil: number
  /** Bounds messages that carry the past. */
  pacer: Pacer
  events: InstrumentEvents
  now?: () => number
}

export interface InstrumentEvents {
  connected(device: string): void
  lost(device: string, reason: string, refused: number | undefined): void
  reported(device: string, reports: number, readings: number): void
}

/**
 * A device at its place: it measures on its beat and reports until it has been acknowledged. Since the world can
 * be asked for any instant, it needs no memory but how far it got: after a gap it measures the gap.
 */
export class SimulatedInstrument {
  readonly link: DeviceLink
  private reportedUntil: number
  private interval: number
  private readonly offsetShare: number
  private readonly commands: CommandHandler
  private readonly stopped = new AbortController()
  private wake: (() => void) | undefined
  private running: Promise<void> | undefined

  constructor(private readonly options: InstrumentOptions) {
    const { device, address, secret, events } = options
    this.reportedUntil = options.reportedUntil
    this.interval = options.interval
    this.offsetShare = uniform(0, streamOf(device.id), 0)
    this.commands = new CommandHandler({
      interval: () => this.interval / 1000,
      setInterval: (seconds) => {
        this.interval = seconds * 1000
        this.wake?.()
      },
      read: () => this.wake?.(),
      restart: () => void this.restart(),
      startedAt: this.now(),
    })
    this.link = new DeviceLink({
      address,
      device: device.id,
      secret,
      events: {
        connected: () => {
          this.wake?.()
          events.connected(device.id)
        },
        lost: (reason, refused) => events.lost(device.id, reason, refused),
        command: (payload) => this.onCommand(payload),
      },
    })
  }

  start(): void {
    this.running = this.run()
  }

  async stop(): Promise<void> {
    this.stopped.abort()
    this.wake?.()
    await this.link.stop()
    await this.running
  }

  private async run(): Promise<void> {
    while (!this.stopped.signal.aborted) {
      if (this.options.world.isHolding(this.options.device.id, this.now())) this.link.suspend('held back')
      else await this.catchUp()
      await this.untilNextBeat()
    }
  }

  /** Reports what is due, the past in batches, until nothing is left or the connection is lost. */
  private async catchUp(): Promise<void> {
    this.link.start()
    if (!this.link.connected) return
    for (let more = true; more && this.link.connected && !this.stopped.signal.aborted; ) {
      const { samples, reports } = await this.measure()
      const last = samples.at(-1)
      if (last === undefined || this.isBatchOpen(samples)) return
      more = samples.length > 1
      if (reports.length > this.options.device.stations.length) await this.wait(this.options.pacer.reserve())
      if (reports.length > 0 && !(await this.send(reports))) return
      this.reportedUntil = last.time
    }
  }

  /** The next samples and what the stations read at them; those a scenario silences read nothing. */
  private async measure(): Promise<{ samples: Sample[]; reports: StationReport[] }> {
    const { device, world } = this.options
    const now = this.now()
    const limit = Math.max(1, Math.floor(MAX_REPORTS / device.stations.length))
    const sampling = { interval: this.interval, offset: Math.round(this.offsetShare * this.interval) }
    const after = device.clockless ? Math.max(this.reportedUntil, now - this.interval) : this.reportedUntil
    const samples = sampleTimes(after, now, sampling, limit)
    const reports: StationReport[] = []
    for (const { time, interval } of samples) {
      for (const id of device.stations) {
        const readings = world.observe(stationById(id), time, interval)
        if (readings !== undefined) reports.push({ station: id, time, readings })
      }
      if (samples.length > 1) await breathe()
    }
    return { samples, reports }
  }

  private isBatchOpen(samples: readonly Sample[]): boolean {
    const first = samples[0]
    return first !== undefined && this.now() - first.time < this.options.device.batch
  }

  private async send(reports: readonly StationReport[]): Promise<boolean> {
    const { device, events } = this.options
    try {
      await this.link.publish(device.protocol, payloadOf(device, reports))
    } catch {
      return false
    }
    const readings = reports.reduce((sum, report) => sum + Object.keys(report.readings).length, 0)
    events.reported(device.id, reports.length, readings)
    return true
  }

  private onCommand(payload: Buffer): void {
    const result = this.commands.handle(payload, this.now())
    if (result === undefined) return
    void this.link.publish('commands/result', JSON.stringify(result)).catch(() => undefined)
  }

  private async restart(): Promise<void> {
    // The answer goes out first.
    await this.wait(500)
    this.link.suspend('restarting')
    await this.wait(RESTART_PAUSE)
    if (!this.stopped.signal.aborted) this.link.start()
  }

  private async untilNextBeat(): Promise<void> {
    const now = this.now()
    const offset = this.offsetShare * this.interval
    const next = (Math.floor((now - offset) / this.interval) + 1) * this.interval + offset
    const woken = new AbortController()
    this.wake = () => woken.abort()
    const lateness = this.interval * JITTER * Math.random()
    const signal = AbortSignal.any([woken.signal, this.stopped.signal])
    await delay(next - now + lateness, undefined, { signal }).catch(() => undefined)
    this.wake = undefined
  }

  private async wait(milliseconds: number): Promise<void> {
    if (milliseconds <= 0) return
    await delay(milliseconds, undefined, { signal: this.stopped.signal }).catch(() => undefined)
  }

  private now(): number {
    return (this.options.now ?? Date.now)()
  }
}
