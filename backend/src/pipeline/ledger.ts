import { REJECTION_REASONS, type RejectionReason } from '@osprey/core/rejections'
import type { Outbox, Write } from './outbox.ts'

/** Losses no sender is to blame for: damage to a record of the journal or a batch of the outbox, a fault here. */
export const PLATFORM_REASONS = ['journal_damaged', 'outbox_damaged', 'internal_error'] as const
export type LedgerReason = RejectionReason | (typeof PLATFORM_REASONS)[number]

/** Counts of readings. `received = stored + rejected + pending` holds at all times. */
export interface LedgerAccount {
  received: number
  stored: number
  rejected: number
  pending: number
  rejectedBy: Partial<Record<LedgerReason, number>>
}

export interface DeviceAccount extends LedgerAccount {
  device: string
  /** Epoch milliseconds; null before the first message. */
  lastMessageAt: number | null
}

/** Counts of journal messages on the observations and senml topics. */
export interface MessageCounts {
  received: number
  decoded: number
  rejected: number
  pending: number
}

export interface TotalAccount extends LedgerAccount {
  messages: MessageCounts
}

const REASONS: readonly LedgerReason[] = [...REJECTION_REASONS, ...PLATFORM_REASONS]

/** Who changes a counter, and so in whose transactions it is written. */
export type LedgerOwner = 'pipeline' | 'held' | 'archive'

/**
 * Why a reading that was pending will never be stored, and who finds out. A reason may also be met before a
 * reading is accepted; that is another counter, of the pipeline.
 */
const DROPS = { unknown_station: 'held', store_refused: 'archive', outbox_damaged: 'archive' } as const
export type DropReason = keyof typeof DROPS

/** Devices per block: a step that touches every one of 10,000 devices writes 40 blocks of 2 KiB per column. */
const BLOCK = 256
/** The account of what cannot be attributed to a device. */
export const NOBODY = 0

/** Counters of one kind for all devices, by device slot, kept on disk in blocks. */
class Column {
  readonly name: string
  readonly owner: LedgerOwner
  values = new Float64Array(BLOCK)
  total = 0
  #dirty = new Uint8Array(1)
  #dirtyBlocks: number[] = []

  constructor(name: string, owner: LedgerOwner) {
    this.name = name
    this.owner = owner
  }

  add(slot: number, count: number): void {
    if (slot >= this.values.length) this.#grow(slot)
    this.values[slot] = (this.values[slot] as number) + count
    this.total += count
    this.#touch(slot)
  }

  raise(slot: number, value: number): void {
    if (slot >= this.values.length) this.#grow(slot)
    if (value <= (this.values[slot] as number)) return
    this.values[slot] = value
    this.#touch(slot)
  }

  at(slot: number): number {
    return this.values[slot] ?? 0
  }

  load(block: number, bytes: Buffer): void {
    const start = block * BLOCK
    this.#grow(start + BLOCK - 1)
    for (let at = 0; at < BLOCK; at++) {
      const value = bytes.readDoubleLE(at * 8)
      this.values[start + at] = value
      this.total += value
    }
  }

  takeDirty(writes: Write[]): void {
    for (const block of this.#dirtyBlocks) {
      this.#dirty[block] = 0
      const copy = this.values.slice(block * BLOCK, (block + 1) * BLOCK)
      writes.push({ table: 'counters', key: `${this.name}/${block}`, value: Buffer.from(copy.buffer) })
    }
    this.#dirtyBlocks = []
  }

  #touch(slot: number): void {
    const block = slot >>> 8
    if (this.#dirty[block] === 1) return
    this.#dirty[block] = 1
    this.#dirtyBlocks.push(block)
  }

  #grow(slot: number): void {
    let capacity = this.values.length
    while (capacity <= slot) capacity *= 2
    if (capacity === this.values.length) return
    const values = new Float64Array(capacity)
    values.set(this.values)
    const dirty = new Uint8Array(capacity / BLOCK)
    dirty.set(this.#dirty)
    this.values = values
    this.#dirty = dirty
  }
}

/**
 * Accounts of readings per device and in total. Counters change in memory with each step and are written in
 * the transaction of that step, each by its owner only: so a transaction never holds half of another step.
 * Pending is not written: it is counted again from the outbox at start, which makes the balance a real check.
 */
export class Ledger {
  readonly #received = new Column('received', 'pipeline')
  readonly #lastMessage = new Column('lastMessageAt', 'pipeline')
  readonly #stored = new Column('stored', 'archive')
  readonly #rejected = new Map(
    REASONS.map((reason) => [reason, new Column(`rejected.${reason}`, 'pipeline')]),
  )
  readonly #dropped = new Map(
    (Object.keys(DROPS) as DropReason[]).map((reason) => [
      reason,
      new Column(`dropped.${reason}`, DROPS[reason]),
    ]),
  )
  readonly #columns: readonly Column[] = [
    this.#received,
    this.#lastMessage,
    this.#stored,
    ...this.#rejected.values(),
    ...this.#dropped.values(),
  ]
  readonly #pending = new Column('pending', 'pipeline')
  readonly #slots = new Map<string, number>([['', NOBODY]])
  readonly #devices: string[] = ['']
  #sorted: string[] | undefined
  #newDevices: number[] = []

  /** Reads the counters kept in the outbox. Pending readings are added while the outbox is loaded. */
  load(outbox: Outbox): void {
    for (const { key, value } of outbox.entries('devices')) {
      const slot = key as number
      this.#devices[slot] = value.toString('utf8')
      this.#slots.set(this.#devices[slot] as string, slot)
    }
    for (const { key, value } of outbox.entries('counters')) {
      const [name, block] = String(key).split('/')
      this.#columns.find((column) => column.name === name)?.load(Number(block), value)
    }
    this.#sorted = undefined
  }

  /** The slot of a device's account, opened when there is none. */
  slotOf(device: string): number {
    let slot = this.#slots.get(device)
    if (slot === undefined) {
      slot = this.#devices.length
      this.#devices.push(device)
      this.#slots.set(device, slot)
      this.#newDevices.push(slot)
      this.#sorted = undefined
    }
    return slot
  }

  deviceOf(slot: number): string {
    return this.#devices[slot] ?? ''
  }

  /** A message of the device was taken from the journal. */
  heard(slot: number, receivedAt: number): void {
    this.#lastMessage.raise(slot, receivedAt)
  }

  /** Readings received and accepted: they wait for the store. */
  accepted(slot: number, readings: number): void {
    this.#received.add(slot, readings)
    this.#pending.add(slot, readings)
  }

  /** Readings received and rejected at once. */
  rejected(slot: number, reason: LedgerReason, readings: number): void {
    this.#received.add(slot, readings)
    this.#rejected.get(reason)?.add(slot, readings)
  }

  /** Readings found waiting in the outbox at start. */
  restored(slot: number, readings: number): void {
    this.#pending.add(slot, readings)
  }

  /** Pending readings that are in the store now. */
  stored(slot: number, readings: number): void {
    this.#stored.add(slot, readings)
    this.#pending.add(slot, -readings)
  }

  /** Pending readings that will never be stored. */
  dropped(slot: number, reason: DropReason, readings: number): void {
    this.#dropped.get(reason)?.add(slot, readings)
    this.#pending.add(slot, -readings)
  }

  /**
   * After loading: readings that are in no account and not in the outbox either were lost with damaged batches.
   * Answers how many.
   */
  reconcile(): number {
    const damaged = this.#dropped.get('outbox_damaged') as Column
    let lost = 0
    for (const { device, received, stored, rejected, pending } of this.imbalances()) {
      const missing = received - stored - rejected - pending
      damaged.add(this.slotOf(device), missing)
      lost += missing
    }
    return lost
  }

  /** What this owner changed since the last call, for its transaction. */
  takeWrites(owner: LedgerOwner): Write[] {
    const writes: Write[] = []
    if (owner === 'pipeline') {
      for (const slot of this.#newDevices) {
        writes.push({ table: 'devices', key: slot, value: Buffer.from(this.#devices[slot] as string) })
      }
      this.#newDevices = []
    }
    for (const column of this.#columns) {
      if (column.owner === owner) column.takeDirty(writes)
    }
    return writes
  }

  /** Messages not yet taken from the journal count as one reading each, received and pending. */
  total(messages: MessageCounts): TotalAccount {
    const account = this.#account(
      (column) => column.total,
      this.#pending.total + messages.pending,
      messages.pending,
    )
    return { ...account, messages }
  }

  device(device: string): DeviceAccount | undefined {
    const slot = this.#slots.get(device)
    return slot === undefined || slot === NOBODY ? undefined : this.#deviceAccount(slot)
  }

  lastMessageAt(device: string): number | null {
    const slot = this.#slots.get(device)
    return slot === undefined ? null : this.#lastMessage.at(slot) || null
  }

  /** Accounts ordered by device id, beginning after `after`. */
  devices(options: { limit: number; after?: string | undefined }): DeviceAccount[] {
    this.#sorted ??= this.#devices.slice(NOBODY + 1).sort()
    const start = options.after === undefined ? 0 : firstAfter(this.#sorted, options.after)
    return this.#sorted
      .slice(start, start + options.limit)
      .map((device) => this.#deviceAccount(this.#slots.get(device) as number))
  }

  /** Devices whose account does not balance: always empty, unless the software is wrong or its disk is. */
  imbalances(): DeviceAccount[] {
    const wrong: DeviceAccount[] = []
    for (let slot = 0; slot < this.#devices.length; slot++) {
      const account = this.#deviceAccount(slot)
      if (account.received !== account.stored + account.rejected + account.pending) wrong.push(account)
    }
    return wrong
  }

  #deviceAccount(slot: number): DeviceAccount {
    return {
      device: this.deviceOf(slot),
      lastMessageAt: this.#lastMessage.at(slot) || null,
      ...this.#account((column) => column.at(slot), this.#pending.at(slot), 0),
    }
  }

  #account(count: (column: Column) => number, pending: number, undecoded: number): LedgerAccount {
    const rejectedBy: LedgerAccount['rejectedBy'] = {}
    let rejected = 0
    for (const [reason, column] of this.#rejected) {
      const drops = this.#dropped.get(reason as DropReason)
      const readings = count(column) + (drops === undefined ? 0 : count(drops))
      if (readings === 0) continue
      rejectedBy[reason] = readings
      rejected += readings
    }
    return {
      received: count(this.#received) + undecoded,
      stored: count(this.#stored),
      rejected,
      pending,
      rejectedBy,
    }
  }
}

/** Index of the first id greater than `id` in an ascending list. */
function firstAfter(sorted: readonly string[], id: string): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sorted[middle] as string) <= id) low = middle + 1
    else high = middle
  }
  return low
}
