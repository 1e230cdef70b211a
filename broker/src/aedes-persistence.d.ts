/* The asynchronous in-memory persistence of aedes-persistence 11, whose types are not exported under its path. */
declare module 'aedes-persistence/asyncPersistence.js' {
  import type { Readable } from 'node:stream'

  export interface StoredPacket {
    cmd: string
    brokerId: string
    brokerCounter: number
    topic: string
    payload: Buffer
    qos: 0 | 1 | 2
    retain: boolean
    dup: boolean
    messageId?: number | undefined
    messageExpiry?: number
    clientId?: string
  }

  export interface StoredSubscription {
    topic: string
    qos: 0 | 1 | 2
    rh?: number
    rap?: boolean
    nl?: boolean
  }

  export default class MemoryPersistence {
    setup(broker: unknown): Promise<void>
    storeRetained(packet: StoredPacket): Promise<void>
    createRetainedStream(pattern: string): Readable
    createRetainedStreamCombi(patterns: string[]): Readable
    addSubscriptions(client: { id: string }, subscriptions: StoredSubscription[]): Promise<void>
    removeSubscriptions(client: { id: string }, topics: string[]): Promise<void>
    subscriptionsByClient(client: { id: string }): Promise<StoredSubscription[]>
    countOffline(): Promise<{ subsCount: number; clientsCount: number }>
    cleanSubscriptions(client: { id: string }): Promise<void>
    outgoingEnqueue(subscription: { clientId: string }, packet: StoredPacket): Promise<void>
    outgoingEnqueueCombi(subscriptions: { clientId: string }[], packet: StoredPacket): Promise<void>
    outgoingStream(client: { id: string }): Readable
    outgoingClearMessageId(client: { id: string }, packet: StoredPacket): Promise<StoredPacket | undefined>
    incomingGetPacket(
      client: { id: string },
      packet: { messageId?: number | undefined },
    ): Promise<StoredPacket>
    putWill(client: { id: string }, packet: StoredPacket): Promise<void>
    delWill(client: { id: string }): Promise<StoredPacket | undefined>
    streamWill(brokers: Record<string, number>): Readable
    destroy(): Promise<void>
  }
}
