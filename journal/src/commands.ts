import type { Database } from 'lmdb'
import { Environment } from './environment.ts'
import { CommandQueueFullError } from './errors.ts'

export { CommandQueueFullError } from './errors.ts'

export interface Command {
  id: string
  deviceId: string
  payload: Uint8Array
  /** Epoch milliseconds after which the command must not be delivered any more. */
  expiresAt: number
}

export interface CommandQueueOptions {
  maxCommands?: number
  maxPerDevice?: number
}

/** Keys beside the counts per device; no device id looks like these. */
const ALL = '*'
const NEXT = '*next'

/** Commands on their way from the backend to the broker; the backend pushes, the broker takes. */
export class CommandQueue {
  readonly #environment: Environment
  readonly #commands: Database<Command, number>
  readonly #keys: Database<number, string>
  readonly #counts: Database<number, string>
  readonly #maxCommands: number
  readonly #maxPerDevice: number

  private constructor(environment: Environment, options: CommandQueueOptions) {
    this.#environment = environment
    this.#commands = environment.root.openDB('commands', { encoding: 'msgpack' })
    this.#keys = environment.root.openDB('command_keys', { encoding: 'msgpack' })
    this.#counts = environment.root.openDB('command_counts', { encoding: 'msgpack' })
    this.#maxCommands = options.maxCommands ?? 100_000
    this.#maxPerDevice = options.maxPerDevice ?? 100
  }

  /** Opens the queue kept in the journal folder `path`. */
  static open(path: string, options: CommandQueueOptions = {}): CommandQueue {
    return new CommandQueue(Environment.open(path), options)
  }

  /** Queues the command; resolves when durable, rejects with CommandQueueFullError. The same id is queued once. */
  async push(command: Command): Promise<void> {
    const full = await this.#commands.transaction(() => this.#insert(command))
    if (full) throw new CommandQueueFullError(full)
  }

  /** The oldest commands, expired ones included. */
  pending(limit: number): Command[] {
    this.#commands.resetReadTxn()
    return Array.from(this.#commands.getRange({ limit }), ({ value }) => value)
  }

  /** Commands pushed after `position`, oldest first, each with the position to go on from. */
  after(position: number, limit: number): { position: number; command: Command }[] {
    this.#commands.resetReadTxn()
    return Array.from(this.#commands.getRange({ start: position + 1, limit }), ({ key, value }) => ({
      position: key,
      command: value,
    }))
  }

  /** Whether the command still waits. */
  has(id: string): boolean {
    this.#keys.resetReadTxn()
    return this.#keys.get(id) !== undefined
  }

  /** Takes the command out of the queue; resolves when durable. */
  async remove(id: string): Promise<void> {
    await this.#commands.transaction(() => {
      const key = this.#keys.get(id)
      if (key === undefined) return
      const command = this.#commands.get(key)
      this.#commands.remove(key)
      this.#keys.remove(id)
      if (!command) return
      this.#count(command.deviceId, -1)
      this.#count(ALL, -1)
    })
  }

  async close(): Promise<void> {
    await this.#environment.release()
  }

  #insert(command: Command): string | undefined {
    if (this.#keys.get(command.id) !== undefined) return undefined
    const stored = this.#counts.get(ALL) ?? 0
    if (stored >= this.#maxCommands)
      return `${stored} commands are waiting, the limit is ${this.#maxCommands}`
    const ofDevice = this.#counts.get(command.deviceId) ?? 0
    if (ofDevice >= this.#maxPerDevice)
      return `${ofDevice} commands are waiting for ${command.deviceId}, the limit is ${this.#maxPerDevice}`
    const key = this.#nextKey()
    this.#commands.put(key, { ...command, payload: Buffer.from(command.payload) })
    this.#keys.put(command.id, key)
    this.#count(command.deviceId, 1)
    this.#count(ALL, 1)
    return undefined
  }

  /** Positions are never used twice, so that a reader can go on from the last one it saw. */
  #nextKey(): number {
    const key = this.#counts.get(NEXT) ?? 1
    this.#counts.put(NEXT, key + 1)
    return key
  }

  #count(key: string, change: number): void {
    const count = (this.#counts.get(key) ?? 0) + change
    if (count > 0) this.#counts.put(key, count)
    else this.#counts.remove(key)
  }
}
