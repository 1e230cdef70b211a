import { REFUSAL_REASONS, type RefusalReason } from '@osprey/core/refusal-reasons'
import type { JournalEntry } from '@osprey/journal/journal'
import { RateLimit } from './rate-limit.ts'

export type { RefusalReason }

/** Why a connection, a publish or a subscription was not accepted. */
export interface Refusal {
  reason: RefusalReason
  detail: string
  /** As far as it is known, else empty. */
  deviceId: string
  clientId: string
  address: string
}

export interface RefusalsOptions {
  append(entry: JournalEntry, done: (error: Error | null) => void): void
  now(): number
}

/** One kind of refusal of one peer is journaled this often (ms); what happens between is in the next `count`. */
const REPEAT_INTERVAL = 10_000
/** Entries per second over all peers, so that a storm of connections cannot flood the journal. */
const ENTRIES_PER_SECOND = 50
const ENTRIES_AT_ONCE = 500
const PEERS_REMEMBERED = 10_000

interface Recent {
  journaledAt: number
  unreported: number
}

/** Counts every refusal and journals enough of them that a vendor can see why a device does not get in. */
export class Refusals {
  readonly counts: Record<RefusalReason, number>
  /** Refusals that are in no journal entry: the peer was forgotten before its next entry. */
  unjournaled = 0
  readonly #options: RefusalsOptions
  readonly #recent = new Map<string, Recent>()
  readonly #entries = new RateLimit(ENTRIES_PER_SECOND, ENTRIES_AT_ONCE)

  constructor(options: RefusalsOptions) {
    this.#options = options
    this.counts = Object.fromEntries(REFUSAL_REASONS.map((reason) => [reason, 0])) as Record<
      RefusalReason,
      number
    >
  }

  record(refusal: Refusal): void {
    this.counts[refusal.reason]++
    const now = this.#options.now()
    const recent = this.#remember(`${refusal.reason}|${refusal.deviceId}|${refusal.address}`)
    recent.unreported++
    const elapsed = now - recent.journaledAt
    // Negative when the clock was set back: that is no reason to keep silent.
    if ((elapsed >= 0 && elapsed < REPEAT_INTERVAL) || !this.#entries.allow(now)) return
    recent.journaledAt = now
    this.#journal(refusal, recent, now)
  }

  #remember(key: string): Recent {
    const known = this.#recent.get(key)
    if (known) return known
    if (this.#recent.size >= PEERS_REMEMBERED) this.#forgetOldest()
    const recent = { journaledAt: Number.NEGATIVE_INFINITY, unreported: 0 }
    this.#recent.set(key, recent)
    return recent
  }

  #forgetOldest(): void {
    for (const [key, { unreported }] of this.#recent) {
      this.unjournaled += unreported
      this.#recent.delete(key)
      return
    }
  }

  #journal(refusal: Refusal, recent: Recent, now: number): void {
    const { deviceId, reason, detail, address, clientId } = refusal
    const count = recent.unreported
    recent.unreported = 0
    const payload = Buffer.from(JSON.stringify({ reason, detail, address, clientId, count }))
    this.#options.append(
      { kind: 'refused', receivedAt: now, deviceId, topic: '', payload, qos: 0 },
      (error) => {
        if (!error) return
        recent.unreported += count
        recent.journaledAt = Number.NEGATIVE_INFINITY
      },
    )
  }
}
