import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { ENVIRONMENT_OPTIONS } from '@osprey/journal/environment'
import { findProblems } from '@osprey/journal/salvage'
import MemoryPersistence, {
  type StoredPacket,
  type StoredSubscription,
} from 'aedes-persistence/asyncPersistence.js'
import { type Database, open, type RootDatabase } from 'lmdb'

interface Named {
  id: string
}

export interface SessionStoreOptions {
  path: string
  now(): number
  /** Whether the filter may be kept for the client; see reliability hazard 2 at `addSubscriptions`. */
  mayKeep?(clientId: string, topic: string): boolean
  /** Whether a connected client of this id has a will of its own. */
  hasLiveWill?(clientId: string): boolean
}

/** What is known about a stored session. */
export interface StoredSession {
  id: string
  /** Epoch milliseconds of the last sign of the client. */
  seenAt: number
}

/**
 * The MQTT sessions on disk: subscriptions and queued commands of clean=false sessions, retained messages, wills, and
 * who was connected. Aedes works on the in-memory persistence it comes with; every change is written to LMDB before
 * Aedes goes on, and read back at start. Inbound QoS 2 packet ids are kept in memory only: after a restart a
 * repeated PUBLISH is journaled twice, and the same reading is stored once.
 */
export class SessionStore extends MemoryPersistence {
  /** Set when the files were damaged and put aside; sessions then begin anew. */
  readonly putAside: string | undefined
  /** Queued messages that went with a session: the client asked for a clean one, or it was forgotten. */
  discarded = 0
  readonly #options: SessionStoreOptions
  readonly #root: RootDatabase
  readonly #subscriptions: Database<StoredSubscription[], string>
  readonly #queued: Database<StoredPacket, [string, number]>
  readonly #retained: Database<StoredPacket, string>
  readonly #wills: Database<StoredPacket, string>
  readonly #online: Database<number, string>
  readonly #topics = new Map<string, Set<string>>()
  readonly #queueKeys = new Map<string, Map<string, number>>()
  readonly #seenAt = new Map<string, number>()
  #nextKey = 1
  #closed = false
  #keepingWills = false

  constructor(options: SessionStoreOptions) {
    super()
    this.#options = options
    this.putAside = putAsideIfDamaged(options.path)
    mkdirSync(options.path, { recursive: true })
    this.#root = open({ ...ENVIRONMENT_OPTIONS, encoding: 'msgpack', path: options.path, noSubdir: false })
    this.#subscriptions = this.#root.openDB({ name: 'subscriptions' })
    this.#queued = this.#root.openDB({ name: 'queued' })
    this.#retained = this.#root.openDB({ name: 'retained' })
    this.#wills = this.#root.openDB({ name: 'wills' })
    this.#online = this.#root.openDB({ name: 'online' })
  }

  override async setup(broker: unknown): Promise<void> {
    await super.setup(broker)
    const now = this.#options.now()
    for (const { key, value } of this.#subscriptions.getRange()) {
      await super.addSubscriptions({ id: key }, value)
      this.#topics.set(key, new Set(value.map(({ topic }) => topic)))
      this.#seenAt.set(key, now)
    }
    for (const { key, value } of this.#queued.getRange()) {
      await super.outgoingEnqueue({ clientId: key[0] }, value)
      this.#keysOf(key[0]).set(packetName(value), key[1])
      this.#nextKey = Math.max(this.#nextKey, key[1] + 1)
    }
    for (const { value } of this.#retained.getRange()) await super.storeRetained(value)
    for (const { key, value } of this.#wills.getRange()) {
      const { brokerId } = value
      await super.putWill({ id: key }, value)
      value.brokerId = brokerId // of the process that took the will, so that it counts as stale now
    }
  }

  override async storeRetained(packet: StoredPacket): Promise<void> {
    // the payload is a view into a whole chunk of the socket; keeping it would keep the chunk
    const kept = { ...packet, payload: Buffer.from(packet.payload) }
    await super.storeRetained(kept)
    if (packet.payload.length === 0) await this.#write(() => this.#retained.remove(packet.topic))
    else await this.#write(() => this.#retained.put(packet.topic, kept))
  }

  /** Aedes hands over all filters of a SUBSCRIBE, the denied ones too. */
  override async addSubscriptions(client: Named, subscriptions: StoredSubscription[]): Promise<void> {
    const { mayKeep = () => true } = this.#options
    const kept = subscriptions.filter(({ topic }) => mayKeep(client.id, topic))
    if (kept.length === 0) return
    await super.addSubscriptions(client, kept)
    await this.#writeSubscriptions(client)
  }

  override async removeSubscriptions(client: Named, topics: string[]): Promise<void> {
    await super.removeSubscriptions(client, topics)
    await this.#writeSubscriptions(client)
  }

  /** A clean session begins: what an earlier one had stored is discarded (MQTT-3.1.2-6). */
  override async cleanSubscriptions(client: Named): Promise<void> {
    await super.cleanSubscriptions(client)
    await this.#writeSubscriptions(client)
    this.discarded += await this.discardQueue(client.id)
  }

  override async outgoingEnqueue(subscription: { clientId: string }, packet: StoredPacket): Promise<void> {
    await this.outgoingEnqueueCombi([subscription], packet)
  }

  override async outgoingEnqueueCombi(
    subscriptions: { clientId: string }[],
    packet: StoredPacket,
  ): Promise<void> {
    await super.outgoingEnqueueCombi(subscriptions, packet)
    if (subscriptions.length === 0) return
    await this.#write(() =>
      this.#queued.batch(() => {
        for (const { clientId } of subscriptions) {
          const key = this.#nextKey++
          this.#keysOf(clientId).set(packetName(packet), key)
          this.#queued.put([clientId, key], { ...packet })
        }
      }),
    )
  }

  override async outgoingClearMessageId(
    client: Named,
    packet: StoredPacket,
  ): Promise<StoredPacket | undefined> {
    const cleared = await super.outgoingClearMessageId(client, packet)
    const keys = this.#queueKeys.get(client.id)
    const name = cleared && packetName(cleared)
    const key = name === undefined ? undefined : keys?.get(name)
    if (name === undefined || key === undefined || !keys) return cleared
    keys.delete(name)
    if (keys.size === 0) this.#queueKeys.delete(client.id)
    await this.#write(() => this.#queued.remove([client.id, key]))
    return cleared
  }

  override async putWill(client: Named, packet: StoredPacket): Promise<void> {
    await super.putWill(client, packet)
    await this.#write(() => this.#wills.put(client.id, { ...packet, payload: Buffer.from(packet.payload) }))
  }

  /**
   * When a device connects anew while its former connection is open, Aedes stores the new will, then closes the former
   * client, which deletes "its" will: the new one. That call carries a plain object instead of the client.
   */
  override async delWill(client: Named): Promise<StoredPacket | undefined> {
    const isClosing = !('broker' in client)
    if (isClosing && (this.#keepingWills || this.#options.hasLiveWill?.(client.id))) return undefined
    const deleted = await super.delWill(client)
    if (deleted) await this.#write(() => this.#wills.remove(client.id))
    return deleted
  }

  /** The broker is stopping: connections that end now leave their wills for the next process. */
  keepWills(): void {
    this.#keepingWills = true
  }

  /** Whether the client has a stored subscription to the topic, so that messages are queued while it is away. */
  keeps(clientId: string, topic: string): boolean {
    return this.#topics.get(clientId)?.has(topic) ?? false
  }

  queueLength(clientId: string): number {
    return this.#queueKeys.get(clientId)?.size ?? 0
  }

  counts(): { sessions: number; queued: number } {
    let queued = 0
    for (const keys of this.#queueKeys.values()) queued += keys.size
    return { sessions: this.#topics.size, queued }
  }

  /** Remembers on disk that the client is connected. */
  async markOnline(id: string): Promise<void> {
    this.#seenAt.set(id, this.#options.now())
    await this.#write(() => this.#online.put(id, this.#options.now()))
  }

  async markOffline(id: string): Promise<void> {
    if (this.#topics.has(id)) this.#seenAt.set(id, this.#options.now())
    else this.#seenAt.delete(id)
    await this.#write(() => this.#online.remove(id))
  }

  /** Who was connected when the broker last stopped or crashed. */
  whoWasOnline(): string[] {
    return Array.from(this.#online.getKeys())
  }

  sessions(): StoredSession[] {
    return Array.from(this.#topics.keys(), (id) => ({ id, seenAt: this.#seenAt.get(id) ?? 0 }))
  }

  /** Deletes everything kept for the client. */
  async forget(id: string, statusTopic: string): Promise<void> {
    const client = { id }
    await this.cleanSubscriptions(client)
    await super.delWill(client)
    await this.#write(() => this.#wills.remove(id))
    const retained = { topic: statusTopic, payload: Buffer.alloc(0) } as StoredPacket
    await this.storeRetained(retained)
    this.#seenAt.delete(id)
  }

  /** Empties the queue of the client and returns how many messages it held. */
  async discardQueue(id: string): Promise<number> {
    const keys = this.#queueKeys.get(id)
    if (!keys) return 0
    this.#queueKeys.delete(id)
    const client = { id }
    for await (const packet of super.outgoingStream(client))
      await super.outgoingClearMessageId(client, packet)
    await this.#write(() =>
      this.#queued.batch(() => {
        for (const key of keys.values()) this.#queued.remove([id, key])
      }),
    )
    return keys.size
  }

  override async destroy(): Promise<void> {
    this.#closed = true
    await super.destroy()
    await this.#root.close()
  }

  /** Writes unless the store is closed: a connection may end after that, and LMDB then throws where nobody catches. */
  async #write(write: () => Promise<boolean>): Promise<void> {
    if (!this.#closed) await write()
  }

  #keysOf(clientId: string): Map<string, number> {
    const keys = this.#queueKeys.get(clientId) ?? new Map<string, number>()
    this.#queueKeys.set(clientId, keys)
    return keys
  }

  async #writeSubscriptions(client: Named): Promise<void> {
    const stored = await super.subscriptionsByClient(client)
    if (stored.length > 0) {
      this.#topics.set(client.id, new Set(stored.map(({ topic }) => topic)))
      await this.#write(() => this.#subscriptions.put(client.id, stored))
    } else if (this.#topics.delete(client.id)) await this.#write(() => this.#subscriptions.remove(client.id))
  }
}

/** What makes a queued packet unique (aedes-packet). */
function packetName({ brokerId, brokerCounter }: StoredPacket): string {
  return `${brokerId}:${brokerCounter}`
}

/** Sessions are worth less than a broker that starts: a damaged file is kept aside and an empty one takes its place. */
function putAsideIfDamaged(path: string): string | undefined {
  if (!existsSync(`${path}/data.mdb`) || findProblems(path).length === 0) return undefined
  const aside = `${path}-damaged`
  rmSync(aside, { recursive: true, force: true })
  renameSync(path, aside)
  return aside
}
