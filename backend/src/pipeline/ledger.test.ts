import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { Ledger, NOBODY } from './ledger.ts'
import { Outbox } from './outbox.ts'
import { T0, temporaryDirectory } from './spine.fixture.ts'

let directory: ReturnType<typeof temporaryDirectory>
let outbox: Outbox

beforeEach(() => {
  directory = temporaryDirectory()
  outbox = Outbox.open(directory.path, { maxBytes: 1e9, now: T0 })
})

afterEach(async () => {
  await outbox.close()
  directory.remove()
})

const NO_MESSAGES = { received: 0, decoded: 0, rejected: 0, pending: 0 }

function accounts(ledger: Ledger) {
  return ledger.devices({ limit: 1000 })
}

test('an account balances through every step', () => {
  const ledger = new Ledger()
  const slot = ledger.slotOf('d')
  const steps = [
    { step: () => ledger.accepted(slot, 6), received: 6, stored: 0, rejected: 0, pending: 6 },
    { step: () => ledger.rejected(slot, 'wrong_kind', 2), received: 8, stored: 0, rejected: 2, pending: 6 },
    { step: () => ledger.stored(slot, 4), received: 8, stored: 4, rejected: 2, pending: 2 },
    { step: () => ledger.dropped(slot, 'store_refused', 1), received: 8, stored: 4, rejected: 3, pending: 1 },
    {
      step: () => ledger.dropped(slot, 'unknown_station', 1),
      received: 8,
      stored: 4,
      rejected: 4,
      pending: 0,
    },
  ]
  for (const { step, ...expected } of steps) {
    step()
    expect(ledger.device('d')).toMatchObject(expected)
    expect(ledger.total(NO_MESSAGES)).toMatchObject(expected)
    expect(ledger.imbalances()).toEqual([])
  }
  expect(ledger.device('d')?.rejectedBy).toEqual({ wrong_kind: 2, store_refused: 1, unknown_station: 1 })
})

test('messages still in the journal count as received and pending', () => {
  const ledger = new Ledger()
  ledger.accepted(ledger.slotOf('d'), 6)
  const messages = { received: 3, decoded: 1, rejected: 0, pending: 2 }
  expect(ledger.total(messages)).toMatchObject({ received: 8, pending: 8, messages })
})

test('counters survive a restart, each with the transaction of its owner', async () => {
  const ledger = new Ledger()
  for (let at = 0; at < 600; at++) {
    const slot = ledger.slotOf(`d${String(at).padStart(3, '0')}`)
    ledger.accepted(slot, at + 1)
    ledger.stored(slot, 1)
    ledger.rejected(slot, 'bad_unit', 2)
    ledger.heard(slot, T0 + at)
  }
  await outbox.write(ledger.takeWrites('pipeline'))
  const half = new Ledger()
  half.load(outbox)
  expect(half.device('d599')).toMatchObject({ received: 602, stored: 0, rejected: 2 })

  await outbox.write(ledger.takeWrites('archive'))
  const whole = new Ledger()
  whole.load(outbox)
  for (let at = 0; at < 600; at++) whole.restored(whole.slotOf(`d${String(at).padStart(3, '0')}`), at)
  expect(accounts(whole)).toEqual(accounts(ledger))
  expect(whole.total(NO_MESSAGES)).toEqual(ledger.total(NO_MESSAGES))
  expect(whole.lastMessageAt('d007')).toBe(T0 + 7)
  expect(whole.lastMessageAt('nobody')).toBeNull()
})

test('only blocks of devices that changed are written', async () => {
  const ledger = new Ledger()
  for (let at = 0; at < 10_000; at++) ledger.accepted(ledger.slotOf(`d${at}`), 1)
  await outbox.write(ledger.takeWrites('pipeline'))
  ledger.accepted(ledger.slotOf('d5000'), 1)
  const writes = ledger.takeWrites('pipeline')
  expect(writes).toHaveLength(1)
  expect(writes[0]?.value?.length).toBe(2048)
  expect(ledger.takeWrites('pipeline')).toEqual([])
})

test('accounts are listed by device, page by page', () => {
  const ledger = new Ledger()
  for (const device of ['c', 'a', 'e', 'b', 'd']) ledger.accepted(ledger.slotOf(device), 1)
  const page = (after?: string) => ledger.devices({ limit: 2, after }).map(({ device }) => device)
  expect(page()).toEqual(['a', 'b'])
  expect(page('b')).toEqual(['c', 'd'])
  expect(page('bb')).toEqual(['c', 'd'])
  expect(page('e')).toEqual([])
  expect(ledger.device('')).toBeUndefined()
  expect(ledger.device('z')).toBeUndefined()
})

test('readings missing after a start are counted as lost with the outbox', () => {
  const ledger = new Ledger()
  const slot = ledger.slotOf('d')
  ledger.accepted(slot, 10)
  ledger.stored(slot, 3)
  ledger.restored(slot, -5)
  ledger.dropped(NOBODY, 'outbox_damaged', 5)
  ledger.restored(NOBODY, 5)
  expect(ledger.imbalances()).toHaveLength(2)
  expect(ledger.reconcile()).toBe(0)
  expect(ledger.device('d')).toMatchObject({ pending: 2, rejectedBy: { outbox_damaged: 5 } })
  expect(ledger.imbalances()).toEqual([])
})
