import { expect, test } from '@jest/globals'
import type { Write } from '../pipeline/outbox.ts'
import { silentLog as log } from '../pipeline/spine.fixture.ts'
import { Hearing } from './hearing.ts'
import type { ConditionInstance } from './instance.ts'
import type { NoDataInstance } from './no-data-watch.ts'
import { States } from './states.ts'

const resolver = { seriesDatastream: new Int32Array(0), seriesCount: 0 }
const machine = { snapshot: () => new Uint8Array(1) }
const condition = (key: string) =>
  ({ key, trigger: 'condition', index: -1, standsAt: 0, machine }) as unknown as ConditionInstance
const noData = (key: string, isSaved = true) =>
  ({ key, trigger: 'no_data', alert: null, began: 1, isSaved }) as unknown as NoDataInstance

function statesOf(conditions: ConditionInstance[], silences: NoDataInstance[] = []): States {
  const states = new States({ hearing: new Hearing(), resolver, log })
  states.use(conditions, silences, [])
  return states
}

/** What a transaction would write of instances: `+key` saved, `-key` removed. */
function sealed(states: States, everything = false): string[] {
  const writes: Write[] = []
  states.seal(writes, 9, 1, everything)
  return writes
    .filter(({ key }) => String(key).startsWith('instance '))
    .map(({ key, value }) => (value === null ? '-' : '+') + String(key).slice('instance '.length))
}

test('what has told something is saved before the others, also when the instances change in between', () => {
  const others = Array.from({ length: 50 }, (_, at) => condition(`other ${at}`))
  const told = condition('told')
  const states = statesOf([...others, told])
  for (const other of others) states.mark(other, 1)
  states.hurry(told, 2)
  states.use([told, ...others], [], [])
  expect(states.urgent).toBe(true)
  const first = sealed(states)
  expect(first[0]).toBe('+told')
  expect(first.length).toBeLessThan(50)
  expect(states.urgent).toBe(false)
})

test('a record of an instance that is gone is not written after its removal', () => {
  const gone = noData('gone')
  const states = statesOf([], [gone])
  states.hurry(gone, 1)
  states.use([], [], ['gone'])
  states.hurry(gone, 1)
  expect(sealed(states)).toEqual(['-gone'])
})

test('new instances that watch for silence are saved once, a part at a time', () => {
  const many = Array.from({ length: 2500 }, (_, at) => noData(`n${at}`, false))
  const states = statesOf([], many)
  expect(sealed(states)).toHaveLength(2000)
  states.hurry(many[0] as NoDataInstance, 1)
  expect(sealed(states)).toHaveLength(501)
  expect(states.urgent).toBe(false)
  states.use([], many, [])
  expect(states.urgent).toBe(false)
})
