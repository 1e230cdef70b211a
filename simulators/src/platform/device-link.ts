import { readFileSync } from 'node:fs'
import { deviceTopic, type TopicKind } from '@osprey/core/topics'
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'
import { backoff } from './backoff.ts'
import type { BrokerAddress } from './connection.ts'

const SHORTEST_WAIT = 1000
const LONGEST_WAIT = 60_000
/** A refused login will not be accepted a second later: begin with 16 s. */
const ATTEMPTS_SKIPPED_WHEN_REFUSED = 4
const KEEPALIVE_SECONDS = 60
const CONNECT_TIMEOUT = 15_000

/** The connection ended before the message was acknowledged. It may or may not have arrived: send it again. */
export class LinkLost extends Error {
  constructor(device: string) {
    super(`${device}: connection lost before the acknowledgement`)
  }
}

export interface LinkEvents {
  connected?: () => void
  /** Why a connection ended or did not come about; `refused` carries the return code of CONNACK. */
  lost?: (reason: string, refused: number | undefined) => void
  command?: (payload: Buffer) => void
}

export interface LinkOptions {
  address: BrokerAddress
  device: string
  /** Called for each attempt: a secret may have been rotated meanwhile. */
  secret: () => string
  events?: LinkEvents
  random?: () => number
  /** Shortest and longest wait between attempts, ms. */
  wait?: { shortest: number; longest: number }
}

/**
 * One device's connection, kept up until stopped. Every attempt is a fresh session with its own MQTT.js client:
 * MQTT.js would repeat at a fixed period, all devices in step. Announces itself on the status topic and leaves
 * a last will there. Keeps nothing for later: a publish either is acknowledged or rejects.
 */
export class DeviceLink {
  private client: MqttClient | undefined
  private closed: Promise<never> | undefined
  private waiters: (() => void)[] = []
  private timer: NodeJS.Timeout | undefined
  private attempt = 0
  private stopped = false
  private isOpen = false

  constructor(private readonly options: LinkOptions) {}

  get device(): string {
    return this.options.device
  }

  get connected(): boolean {
    return this.client?.connected === true
  }

  /** Begins connecting, unless it has begun already; returns at once. */
  start(): void {
    if (this.stopped || this.isOpen) return
    this.isOpen = true
    this.open()
  }

  /** Cuts the connection without a word, so that the last will is published, and stays away until started again. */
  suspend(reason: string): void {
    if (!this.isOpen) return
    this.isOpen = false
    clearTimeout(this.timer)
    if (this.connected) this.options.events?.lost?.(reason, undefined)
    this.client?.stream.destroy()
  }

  /** Resolves when there is a connection; at once when there is one. Also resolves when stopped. */
  whenConnected(): Promise<void> {
    if (this.connected || this.stopped) return Promise.resolve()
    return new Promise((resolve) => this.waiters.push(resolve))
  }

  /** Publishes with QoS 1. Resolves at the acknowledgement; rejects with LinkLost. */
  async publish(kind: TopicKind, payload: string, retain = false): Promise<void> {
    const { client, closed } = this
    if (client === undefined || closed === undefined || !client.connected) throw new LinkLost(this.device)
    await Promise.race([
      client.publishAsync(deviceTopic(this.device, kind), payload, { qos: 1, retain }),
      closed,
    ])
  }

  /** Publishes until acknowledged, over as many connections as it takes. Resolves early only when stopped. */
  async deliver(kind: TopicKind, payload: string): Promise<boolean> {
    while (!this.stopped) {
      await this.whenConnected()
      if (this.stopped) return false
      try {
        await this.publish(kind, payload)
        return true
      } catch (error) {
        if (!(error instanceof LinkLost)) throw error
      }
    }
    return false
  }

  /** Says goodbye on the status topic and disconnects. */
  async stop(): Promise<void> {
    if (this.stopped) return
    if (this.connected) {
      const farewell = this.publish('status', OFFLINE, true).catch(() => undefined)
      await Promise.race([farewell, new Promise((resolve) => setTimeout(resolve, 1000).unref())])
    }
    this.stopped = true
    clearTimeout(this.timer)
    this.release()
    await this.client?.endAsync(!this.connected)
  }

  private open(): void {
    const { device, events = {} } = this.options
    let problem = 'closed by the broker'
    let refused: number | undefined
    const client = mqtt.connect(this.clientOptions())
    this.client = client
    client.on('error', (error) => {
      problem = error.message || (error as NodeJS.ErrnoException).code || 'unknown error'
      const code = (error as { code?: unknown }).code
      if (typeof code === 'number') refused = code
    })
    client.on('connect', () => this.onConnect(client))
    client.on('message', (_topic, payload) => events.command?.(payload))
    let fail: (error: Error) => void = () => {}
    this.closed = new Promise<never>((_resolve, reject) => {
      fail = reject
    })
    // Nobody may be waiting at the moment.
    this.closed.catch(() => undefined)
    client.once('close', () => {
      fail(new LinkLost(device))
      client.end(true)
      if (this.stopped || !this.isOpen || this.client !== client) return
      events.lost?.(problem, refused)
      this.retry(refused !== undefined)
    })
  }

  private onConnect(client: MqttClient): void {
    this.attempt = 0
    client.subscribe(deviceTopic(this.device, 'commands'), { qos: 1 }, () => undefined)
    client.publish(deviceTopic(this.device, 'status'), ONLINE, { qos: 1, retain: true }, () => undefined)
    this.options.events?.connected?.()
    this.release()
  }

  private retry(refused: boolean): void {
    if (refused) this.attempt = Math.max(this.attempt, ATTEMPTS_SKIPPED_WHEN_REFUSED)
    const { random = Math.random, wait = { shortest: SHORTEST_WAIT, longest: LONGEST_WAIT } } = this.options
    this.timer = setTimeout(() => this.open(), backoff(this.attempt++, wait.shortest, wait.longest, random()))
  }

  private release(): void {
    const { waiters } = this
    this.waiters = []
    for (const resume of waiters) resume()
  }

  private clientOptions(): IClientOptions {
    const { address, device, secret } = this.options
    return {
      protocol: address.tls ? 'mqtts' : 'mqtt',
      host: address.host,
      port: address.port,
      clientId: device,
      username: device,
      password: secret(),
      clean: true,
      keepalive: KEEPALIVE_SECONDS,
      connectTimeout: CONNECT_TIMEOUT,
      reconnectPeriod: 0,
      will: { topic: deviceTopic(device, 'status'), payload: Buffer.from(OFFLINE), qos: 1, retain: true },
      ...(address.tls && address.caFile !== undefined ? { ca: readFileSync(address.caFile) } : {}),
    }
  }
}

const ONLINE = '{"state":"online"}'
const OFFLINE = '{"state":"offline"}'
