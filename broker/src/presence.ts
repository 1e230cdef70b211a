import type { JournalEntry } from '@osprey/journal/journal'
import type { EndReason, Session } from './device-client.ts'

export interface PresenceOptions {
  append(entry: JournalEntry, done: (error: Error | null) => void): void
  now(): number
}

/** Milliseconds until presence that could not be journaled is tried again. */
const RETRY_INTERVAL = 1000

/** Journals who comes and who goes. */
export class Presence {
  readonly #options: PresenceOptions
  /** The newest entry of each device that is not in the journal yet, so bounded by the number of devices. */
  readonly #unsaved = new Map<string, JournalEntry>()
  #timer: NodeJS.Timeout | undefined
  #stopped = false

  constructor(options: PresenceOptions) {
    this.#options = options
  }

  get unsaved(): number {
    return this.#unsaved.size
  }

  connected({ deviceId, address, clientId }: Session): void {
    this.#save('connected', deviceId, { address, clientId })
  }

  disconnected({ deviceId, address, clientId }: Session, reason: EndReason): void {
    this.#save('disconnected', deviceId, { address, clientId, reason })
  }

  /** Devices that were connected when an earlier process ended without a word. */
  lost(deviceId: string): void {
    this.#save('disconnected', deviceId, { address: '', clientId: '', reason: 'broker_restarted' })
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
  }

  #save(kind: 'connected' | 'disconnected', deviceId: string, details: Record<string, string>): void {
    const payload = Buffer.from(JSON.stringify(details))
    this.#append({ kind, receivedAt: this.#options.now(), deviceId, topic: '', payload, qos: 0 })
  }

  #append(entry: JournalEntry): void {
    this.#unsaved.set(entry.deviceId, entry)
    this.#options.append(entry, (error) => {
      if (error && !this.#stopped) this.#timer ??= setTimeout(this.#retry, RETRY_INTERVAL)
      if (!error && this.#unsaved.get(entry.deviceId) === entry) this.#unsaved.delete(entry.deviceId)
    })
  }

  #retry = (): void => {
    this.#timer = undefined
    for (const entry of this.#unsaved.values()) this.#append(entry)
  }
}
