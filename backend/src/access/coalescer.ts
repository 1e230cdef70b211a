import type { AuditEvent } from '../audit/audit.ts'

/** An event that strangers can cause as often as they like. */
export interface FrequentEvent extends AuditEvent {
  action:
    | 'session.login_failed'
    | 'session.login_throttled'
    | 'session.denied'
    | 'token.refused'
    | 'link.refused'
    | 'password.reset_requested'
  actor: NonNullable<AuditEvent['actor']>
  after: Record<string, unknown>
}

interface Series {
  /** The last one: it tells of those that are counted. */
  event: FrequentEvent
  count: number
  writtenAt: number
}

const EVERY_MS = 60_000
/** Beyond this many series at a time, the rest is told together, one series per action. */
const MAX_SERIES = 200

/**
 * Keeps a flood of refusals from flooding the record: of a series (same action, reason, account and address) the first
 * is told at once, then one entry a minute says how many followed. Nothing is left out of the counts.
 */
export class Coalescer {
  private readonly series = new Map<string, Series>()

  get size(): number {
    return this.series.size
  }

  /** Answers what is to be told at once. */
  take(event: FrequentEvent, now: number): FrequentEvent | undefined {
    const key = this.keyOf(event)
    const known = this.series.get(key)
    const told = key === togetherKey(event) ? together(event) : event
    if (known) {
      known.event = told
      known.count++
      return undefined
    }
    this.series.set(key, { event: told, count: 0, writtenAt: now })
    return counted(told, 1)
  }

  /** What is to be told now. Series without news for a minute are forgotten. */
  due(now: number): FrequentEvent[] {
    const events: FrequentEvent[] = []
    for (const [key, one] of this.series) {
      if (now - one.writtenAt < EVERY_MS) continue
      if (one.count === 0) this.series.delete(key)
      else events.push(counted(one.event, one.count))
      one.count = 0
      one.writtenAt = now
    }
    return events
  }

  /** Everything that is still to be told, at the end. */
  drain(): FrequentEvent[] {
    const events = [...this.series.values()].filter(({ count }) => count > 0)
    this.series.clear()
    return events.map(({ event, count }) => counted(event, count))
  }

  private keyOf(event: FrequentEvent): string {
    const { action, object, actor, after } = event
    const key = JSON.stringify([action, after['reason'], object?.id, actor.name, actor.address])
    return this.series.has(key) || this.series.size < MAX_SERIES ? key : togetherKey(event)
  }
}

function counted(event: FrequentEvent, count: number): FrequentEvent {
  return { ...event, after: { ...event.after, count } }
}

function togetherKey({ action }: FrequentEvent): string {
  return `${action} *`
}

function together({ action, actor }: FrequentEvent): FrequentEvent {
  return {
    action,
    object: null,
    actor: { ...actor, name: '', address: '' },
    after: { reason: 'many accounts and addresses at a time' },
  }
}
