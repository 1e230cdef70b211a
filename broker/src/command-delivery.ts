import { deviceTopic } from '@osprey/core/topics'
import type { Command } from '@osprey/journal/commands'

export interface CommandDeliveryOptions {
  queue: {
    after(position: number, limit: number): { position: number; command: Command }[]
    has(id: string): boolean
    remove(id: string): Promise<void>
  }
  /** Whether the device listens now, or has a stored session with room for one more command. */
  canTake(deviceId: string, topic: string): boolean
  /** Hands the command to MQTT; resolves when it is written to the device or stored for it. */
  publish(packet: { topic: string; payload: Buffer; messageExpiry: number }): Promise<void>
  failed(error: Error): void
  now(): number
}

/** Commands read from the queue per poll. */
const READ_LIMIT = 1000
/** Deliveries at one time, well under the concurrency of the broker's emitter. */
const IN_FLIGHT_LIMIT = 50

/**
 * Takes commands from the queue to the devices. A command stays in the queue while its device neither listens nor has
 * a stored session, until it expires. A crash between delivery and removal delivers it again: commands carry an id.
 */
export class CommandDelivery {
  delivered = 0
  expired = 0
  readonly #options: CommandDeliveryOptions
  /** Commands read and not yet delivered, by device, oldest first; the queue bounds their number. */
  readonly #waiting = new Map<string, Command[]>()
  readonly #busy = new Set<string>()
  #position = 0

  constructor(options: CommandDeliveryOptions) {
    this.#options = options
  }

  get waiting(): number {
    let count = 0
    for (const commands of this.#waiting.values()) count += commands.length
    return count
  }

  /** Reads what is new and delivers what can be delivered. */
  poll(): void {
    for (const { position, command } of this.#options.queue.after(this.#position, READ_LIMIT)) {
      this.#position = position
      const commands = this.#waiting.get(command.deviceId)
      if (commands) commands.push(command)
      else this.#waiting.set(command.deviceId, [command])
    }
    for (const deviceId of this.#waiting.keys()) this.deliver(deviceId)
  }

  /** Delivers the commands of one device, one after the other; called too when it begins to listen. */
  deliver(deviceId: string): void {
    if (this.#busy.has(deviceId) || this.#busy.size >= IN_FLIGHT_LIMIT) return
    this.#busy.add(deviceId)
    this.#deliverAll(deviceId)
      .catch((error: Error) => this.#options.failed(error))
      .finally(() => this.#busy.delete(deviceId))
  }

  async #deliverAll(deviceId: string): Promise<void> {
    const topic = deviceTopic(deviceId, 'commands')
    for (;;) {
      await this.#dropExpired(deviceId)
      const command = this.#waiting.get(deviceId)?.[0]
      if (!command || !this.#options.canTake(deviceId, topic)) return
      if (this.#options.queue.has(command.id)) await this.#deliverOne(topic, command)
      this.#waiting.get(deviceId)?.shift()
    }
  }

  async #deliverOne(topic: string, { id, payload, expiresAt }: Command): Promise<void> {
    await this.#options.publish({ topic, payload: Buffer.from(payload), messageExpiry: expiresAt })
    await this.#options.queue.remove(id)
    this.delivered++
  }

  async #dropExpired(deviceId: string): Promise<void> {
    const now = this.#options.now()
    const commands = this.#waiting.get(deviceId) ?? []
    const alive = commands.filter(({ expiresAt }) => expiresAt > now)
    if (alive.length > 0) this.#waiting.set(deviceId, alive)
    else this.#waiting.delete(deviceId)
    if (alive.length === commands.length) return
    for (const { id, expiresAt } of commands) if (expiresAt <= now) await this.#options.queue.remove(id)
    this.expired += commands.length - alive.length
  }
}
