import { sql } from 'drizzle-orm'
import type { Database } from '../database/database.ts'
import { presence } from '../database/schema.ts'
import { storable } from '../database/storable.ts'
import type { PresenceNotice } from '../pipeline/notices.ts'

export type Presence = typeof presence.$inferSelect

const MAX_TEXT = 1000

/** Which devices are connected, and what they last said of themselves. */
export class PresenceBoard {
  private readonly devices = new Map<string, Presence>()

  constructor(private readonly database: Database) {}

  async load(): Promise<void> {
    for (const row of await this.database.queries.select().from(presence)) this.devices.set(row.device, row)
  }

  get(device: string): Presence | undefined {
    return this.devices.get(device)
  }

  /** To be called when the device is removed and its row is deleted. */
  forget(device: string): void {
    this.devices.delete(device)
  }

  /** Number of devices connected now. */
  connected(): number {
    let count = 0
    for (const { connected } of this.devices.values()) if (connected) count++
    return count
  }

  /** Takes events in the order they happened; the same events again change nothing. */
  async take(notices: readonly PresenceNotice[]): Promise<void> {
    const changed = new Map<string, Presence>()
    for (const notice of notices) {
      const device = storable(notice.device, MAX_TEXT)
      const before = changed.get(device) ?? this.devices.get(device) ?? unknown(device)
      changed.set(device, after(before, notice))
    }
    await this.write([...changed.values()])
    for (const [device, row] of changed) this.devices.set(device, row)
  }

  private async write(rows: readonly Presence[]): Promise<void> {
    await this.database.queries
      .insert(presence)
      .values([...rows])
      .onConflictDoUpdate({
        target: presence.device,
        set: {
          connected: sql`excluded.connected`,
          since: sql`excluded.since`,
          address: sql`excluded.address`,
          reason: sql`excluded.reason`,
          status: sql`excluded.status`,
          statusAt: sql`excluded.status_at`,
        },
      })
  }
}

function unknown(device: string): Presence {
  return {
    device,
    connected: false,
    since: new Date(0),
    address: null,
    reason: null,
    status: null,
    statusAt: null,
  }
}

function after(before: Presence, { kind, receivedAt, detail }: PresenceNotice): Presence {
  if (kind === 'status') {
    return { ...before, status: storable(JSON.stringify(detail), 4000), statusAt: new Date(receivedAt) }
  }
  const connected = kind === 'connected'
  return {
    ...before,
    connected,
    since: before.connected === connected && connected ? before.since : new Date(receivedAt),
    address: text(detail['address']),
    reason: text(detail['reason']),
  }
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? storable(value, MAX_TEXT) : null
}
