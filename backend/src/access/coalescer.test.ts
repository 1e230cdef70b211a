import { expect, test } from '@jest/globals'
import { Coalescer, type FrequentEvent } from './coalescer.ts'

function failure(account: string, address = '192.0.2.1', reason = 'wrong'): FrequentEvent {
  return {
    action: 'session.login_failed',
    object: { kind: 'account', id: account },
    actor: { kind: 'anonymous', name: '', address },
    after: { reason },
  }
}

const counts = (events: FrequentEvent[]) => events.map(({ object, after }) => [object?.id, after['count']])

test('the first is told at once, the rest once a minute as a count', () => {
  const coalescer = new Coalescer()
  expect(coalescer.take(failure('anna'), 0)?.after).toEqual({ reason: 'wrong', count: 1 })
  for (let index = 1; index <= 500; index++)
    expect(coalescer.take(failure('anna'), index * 100)).toBeUndefined()
  expect(coalescer.due(59_999)).toEqual([])
  expect(counts(coalescer.due(60_000))).toEqual([['anna', 500]])
  coalescer.take(failure('anna'), 61_000)
  expect(coalescer.due(119_999)).toEqual([])
  expect(counts(coalescer.due(120_000))).toEqual([['anna', 1]])
})

test('a quiet series is forgotten, and its next event is told at once again', () => {
  const coalescer = new Coalescer()
  coalescer.take(failure('anna'), 0)
  expect(coalescer.due(60_000)).toEqual([])
  expect(coalescer.size).toBe(0)
  expect(coalescer.take(failure('anna'), 60_001)).toBeDefined()
})

test('another account, address or reason is another series', () => {
  const coalescer = new Coalescer()
  const events = [
    failure('anna'),
    failure('berta'),
    failure('anna', '192.0.2.2'),
    failure('anna', '192.0.2.1', 'code'),
  ]
  for (const event of events) expect(coalescer.take(event, 0)).toBeDefined()
})

test('a flood of names and addresses stays bounded in memory and in the record, and is counted in full', () => {
  const coalescer = new Coalescer()
  let told = 0
  let counted = 0
  const tell = (events: FrequentEvent[]) => {
    told += events.length
    for (const { after } of events) counted += Number(after['count'])
  }
  for (let index = 0; index < 100_000; index++) {
    const one = coalescer.take(failure(`user${index}`, `192.0.2.${index % 256}`), 0)
    if (one) tell([one])
  }
  expect(coalescer.size).toBeLessThanOrEqual(201)
  tell(coalescer.due(60_000))
  tell(coalescer.drain())
  expect([told, counted]).toEqual([202, 100_000])
})

test('what was counted is told at the end', () => {
  const coalescer = new Coalescer()
  for (let index = 0; index < 3; index++) coalescer.take(failure('anna'), index)
  expect(counts(coalescer.drain())).toEqual([['anna', 2]])
  expect(coalescer.drain()).toEqual([])
})
