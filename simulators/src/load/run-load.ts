import { deviceTopic } from '@osprey/core/topics'
import { AcknowledgementLog } from './acknowledgement-log.ts'
import { LatencyHistogram, type LatencySummary } from './latency-histogram.ts'
import { LoadConnection } from './load-connection.ts'
import { assertLoopback } from './loopback.ts'
import { layOut, MAX_SEQUENCE } from './packets.ts'
import { Reconnector } from './reconnector.ts'

export interface LoadDevice {
  id: string
  secret: string
  /** Stations this device speaks for: `id` itself when 1, `id-000`… when more. */
  stations: number
}

export interface LoadOptions {
  /** Loopback only. */
  host: string
  port: number
  devices: readonly LoadDevice[]
  /** Messages per second over all devices; 0 sends as fast as windows allow. */
  rate: number
  seconds: number
  /** Ends earlier once this many messages are sent, over all devices. */
  messages?: number
  /** Carries the sequence number of each message. */
  sequenceProperty: string
  /** Further properties; each reads `loadValue(sequence)`. */
  properties: readonly string[]
  /** Epoch ms of sequence 0 of every device; sequence n is observed n ms later. */
  baseTime: number
  /** Most unacknowledged messages per device. */
  window?: number
  packetsPerWrite?: number
  keepaliveSeconds?: number
  /** Connects again after a loss and sends unacknowledged messages again, with the same times. */
  resilient?: boolean
  /** File to which every acknowledged (device, sequence) is appended and synced. */
  acknowledgementLog?: string
  /** How long to wait for the last acknowledgements; in resilient mode for sending as well. */
  drainSeconds?: number
  /** The topic of a device, for brokers other than Osprey's. */
  topic?: (deviceId: string) => string
  /** Connections being opened at a time. */
  connecting?: number
  progress?: (progress: LoadProgress) => void
  /** Stops sending; what is in flight is still waited for and reported. */
  signal?: AbortSignal
}

export interface LoadProgress {
  seconds: number
  sent: number
  acknowledged: number
  connected: number
}

export interface DeviceTally {
  device: string
  stations: number
  sent: number
  acknowledged: number
}

export interface LoadReport {
  devices: number
  stations: number
  valuesPerMessage: number
  bytesPerMessage: number
  requestedRate: number
  /** From the first message to the last acknowledgement. */
  seconds: number
  sent: number
  acknowledged: number
  unacknowledged: number
  /** Messages that were due and never sent: the rate was not reached. */
  unsent: number
  reconnects: number
  /** How often connections were lost or refused, by reason. */
  connectionLosses: Record<string, number>
  messagesPerSecond: number
  readingsPerSecond: number
  /** Milliseconds from first writing a message to its PUBACK. */
  latency: LatencySummary
  cpu: { seconds: number; cores: number }
  baseTime: number
  sequenceProperty: string
  properties: readonly string[]
  tallies: DeviceTally[]
}

const TICK = 5
/** Each connection is visited at least this often, ms, however slow its device. */
const LONGEST_VISIT = 250
const DEFAULTS = { window: 256, packetsPerWrite: 16, keepaliveSeconds: 60, drainSeconds: 30, connecting: 100 }

/**
 * Publishes with QoS 1 at a given rate and reports what was sent and acknowledged. Throws when a device is
 * refused or, outside resilient mode, cannot connect. Bounded in count (`rate × seconds`) and in time
 * (`seconds + drainSeconds`). Never talks to another host.
 */
export async function runLoad(options: LoadOptions): Promise<LoadReport> {
  assertLoopback(options.host)
  const run = new LoadRun(options)
  try {
    await run.connect()
    await run.send()
    await run.drain()
    return run.report()
  } finally {
    await run.close()
  }
}

/** How many messages each device sends: an even share of all, the remainder spread over the fleet. */
export function shares(total: number, devices: number): number[] {
  return Array.from({ length: devices }, (_, index) => {
    return Math.floor(((index + 1) * total) / devices) - Math.floor((index * total) / devices)
  })
}

class LoadRun {
  private readonly connections: LoadConnection[]
  private readonly histogram = new LatencyHistogram()
  private readonly log: AcknowledgementLog | undefined
  private readonly reconnector: Reconnector
  private readonly losses: Record<string, number> = {}
  private readonly total: number
  private acknowledged = 0
  private startedAt = 0
  private lastAcknowledgement = 0
  private cpuAtStart = process.cpuUsage()
  private nextVisit = 0
  private visits = 0

  constructor(private readonly options: LoadOptions) {
    const { devices, rate, seconds, messages } = options
    this.total = Math.min(
      rate > 0 ? Math.round(rate * seconds) : Number.MAX_SAFE_INTEGER,
      messages ?? Number.MAX_SAFE_INTEGER,
    )
    const limits = this.total < Number.MAX_SAFE_INTEGER ? shares(this.total, devices.length) : undefined
    this.log =
      options.acknowledgementLog === undefined
        ? undefined
        : new AcknowledgementLog(options.acknowledgementLog)
    this.connections = devices.map((device, index) =>
      this.makeConnection(device, limits?.[index] ?? MAX_SEQUENCE),
    )
    this.reconnector = new Reconnector((reason) => this.count(reason))
  }

  /** Opens all connections, a bounded number at a time. */
  async connect(): Promise<void> {
    const waiting = [...this.connections]
    const workers = Array.from({ length: this.options.connecting ?? DEFAULTS.connecting }, async () => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        if (this.options.resilient === true) await this.reconnector.connect(next, CONNECT_PATIENCE)
        else await next.connect()
      }
    })
    await Promise.all(workers)
  }

  /** Paces until all is sent or the time is over. */
  async send(): Promise<void> {
    this.cpuAtStart = process.cpuUsage()
    this.startedAt = this.lastAcknowledgement = performance.now()
    const { rate, resilient, seconds } = this.options
    const grace = resilient === true ? this.drainMilliseconds : rate > 0 ? 1000 : 0
    const end = this.startedAt + seconds * 1000 + grace
    await this.everyTick((now, elapsed) => {
      if (this.options.signal?.aborted === true) return true
      if (now > end) return true
      this.visit(now, elapsed)
      return this.connections.every((connection) => connection.window.high >= connection.settings.limit)
    })
  }

  /** Waits for the last acknowledgements, sending again what a lost connection left open. */
  async drain(): Promise<void> {
    const end = performance.now() + this.drainMilliseconds
    const sent = this.connections.map((connection) => connection.window.high)
    await this.everyTick((now, elapsed) => {
      if (this.sent <= this.acknowledged || now > end) return true
      this.visit(now, elapsed, sent)
      return false
    })
  }

  report(): LoadReport {
    const { devices, properties } = this.options
    const seconds = Math.max(0.001, (this.lastAcknowledgement - this.startedAt) / 1000)
    const cpu = process.cpuUsage(this.cpuAtStart)
    const cpuSeconds = (cpu.user + cpu.system) / 1e6
    const sent = this.sent
    return {
      devices: devices.length,
      stations: devices.reduce((sum, device) => sum + device.stations, 0),
      valuesPerMessage: properties.length + 1,
      bytesPerMessage: this.connections[0]?.settings.layout.packet.length ?? 0,
      requestedRate: this.options.rate,
      seconds: round(seconds, 3),
      sent,
      acknowledged: this.acknowledged,
      unacknowledged: sent - this.acknowledged,
      unsent: this.total < Number.MAX_SAFE_INTEGER ? this.total - sent : 0,
      reconnects: this.reconnector.reconnects,
      connectionLosses: this.losses,
      messagesPerSecond: Math.round(this.acknowledged / seconds),
      readingsPerSecond: Math.round((this.acknowledged * (properties.length + 1)) / seconds),
      latency: this.histogram.summary(),
      cpu: { seconds: round(cpuSeconds, 3), cores: round(cpuSeconds / seconds, 3) },
      baseTime: this.options.baseTime,
      sequenceProperty: this.options.sequenceProperty,
      properties,
      tallies: this.connections.map((connection, index) => ({
        device: connection.device,
        stations: (devices[index] as LoadDevice).stations,
        sent: connection.window.high,
        acknowledged: connection.window.acknowledged,
      })),
    }
  }

  async close(): Promise<void> {
    this.reconnector.stop()
    await Promise.all(this.connections.map((connection) => connection.close()))
    await this.log?.close()
  }

  private get drainMilliseconds(): number {
    return (this.options.drainSeconds ?? DEFAULTS.drainSeconds) * 1000
  }

  private get sent(): number {
    let sum = 0
    for (const connection of this.connections) sum += connection.window.high
    return sum
  }

  /** Calls `step` until it returns true; reports progress once a second; flushes the log meanwhile. */
  private async everyTick(step: (now: number, elapsed: number) => boolean): Promise<void> {
    let last = performance.now()
    let reported = last
    while (true) {
      const now = performance.now()
      if (step(now, now - last)) return
      last = now
      if (now - reported >= 1000) {
        reported = now
        this.reportProgress(now)
      }
      if (this.log?.full === true) await this.log.flush()
      else await Promise.all([delay(TICK), this.log?.flush()])
    }
  }

  /** Visits the connections in turn so that each is seen about when it has a full write's worth of messages. */
  private visit(now: number, elapsed: number, limits?: number[]): void {
    const count = this.connections.length
    this.visits = Math.min(count, this.visits + (count * elapsed) / this.visitInterval())
    for (; this.visits >= 1; this.visits--) {
      const index = this.nextVisit
      this.nextVisit = (index + 1) % count
      const connection = this.connections[index] as LoadConnection
      connection.pump(now, limits === undefined ? this.due(index, now) : (limits[index] as number))
      this.checkStall(connection, now)
    }
  }

  private visitInterval(): number {
    const { rate, devices, packetsPerWrite = DEFAULTS.packetsPerWrite } = this.options
    if (rate === 0) return TICK
    return Math.min(LONGEST_VISIT, Math.max(TICK, (packetsPerWrite * 1000 * devices.length) / rate))
  }

  /** How many messages a device should have sent by now. Devices are out of step, as real ones are. */
  private due(index: number, now: number): number {
    const { rate, devices, seconds } = this.options
    const elapsed = (now - this.startedAt) / 1000
    if (rate === 0 || elapsed >= seconds) return MAX_SEQUENCE
    const phase = (index * GOLDEN_RATIO) % 1
    return Math.floor((elapsed * rate) / devices.length + phase)
  }

  private checkStall(connection: LoadConnection, now: number): void {
    if (this.options.resilient !== true || !connection.ready || connection.window.inFlight === 0) return
    if (now - connection.lastProgress > STALL) connection.fail('no acknowledgement for 15 s')
  }

  private makeConnection(device: LoadDevice, limit: number): LoadConnection {
    const { options } = this
    const window = options.window ?? DEFAULTS.window
    return new LoadConnection(
      {
        host: options.host,
        port: options.port,
        device: device.id,
        secret: device.secret,
        layout: layOut({
          topic: options.topic?.(device.id) ?? deviceTopic(device.id, 'observations'),
          baseTime: options.baseTime,
          sequenceProperty: options.sequenceProperty,
          properties: options.properties,
          stations: device.stations,
          stationPrefix: device.id,
        }),
        limit,
        window,
        packetsPerWrite: Math.min(window, options.packetsPerWrite ?? DEFAULTS.packetsPerWrite),
        keepaliveSeconds: options.keepaliveSeconds ?? DEFAULTS.keepaliveSeconds,
      },
      {
        acknowledged: (connection, sequence, latency) => this.onAcknowledged(connection, sequence, latency),
        lost: (connection, reason) => this.onLost(connection, reason),
      },
    )
  }

  private onAcknowledged(connection: LoadConnection, sequence: number, latency: number): void {
    this.acknowledged++
    this.histogram.record(latency)
    this.lastAcknowledgement = connection.lastProgress
    this.log?.add(connection.device, sequence, Date.now())
  }

  private onLost(connection: LoadConnection, reason: string): void {
    this.count(reason)
    if (this.options.resilient === true) void this.reconnector.connect(connection)
  }

  private count(reason: string): void {
    this.losses[reason] = (this.losses[reason] ?? 0) + 1
  }

  private reportProgress(now: number): void {
    this.options.progress?.({
      seconds: (now - this.startedAt) / 1000,
      sent: this.sent,
      acknowledged: this.acknowledged,
      connected: this.connections.filter((connection) => connection.ready).length,
    })
  }
}

/** Consecutive multiples, modulo 1, fall as evenly as possible (the golden angle). */
const GOLDEN_RATIO = 0.618_033_988_75
const STALL = 15_000
/** How long a resilient run tries to connect at first, ms. */
const CONNECT_PATIENCE = 60_000

const delay = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds))

function round(value: number, decimals: number): number {
  return Math.round(value * 10 ** decimals) / 10 ** decimals
}
