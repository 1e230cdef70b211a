import { expect, test } from '@jest/globals'
import { type Handover, Handovers } from './handovers.ts'

const codes = (name: string): Handover => ({ kind: 'recovery', username: name, codes: [`code of ${name}`] })
const secrets: Handover = { kind: 'devices', secrets: [{ id: 'd-1', secret: 's' }], broker: null }

test('what was handed out waits until it is taken, one after the other', () => {
  const handovers = new Handovers()
  handovers.signedIn('admin')
  handovers.add('admin', secrets)
  handovers.add('admin', codes('admin'))
  expect(handovers.waiting.get()).toEqual([secrets, codes('admin')])
  handovers.done()
  expect(handovers.waiting.get()).toEqual([codes('admin')])
  handovers.done()
  expect(handovers.waiting.get()).toEqual([])
})

test('it is still there when the same person signs in again', () => {
  const handovers = new Handovers()
  handovers.signedIn('admin')
  handovers.add('admin', secrets)
  handovers.signedIn('admin')
  expect(handovers.waiting.get()).toEqual([secrets])
})

test('nobody sees what another person was given, not even when the answer comes late', () => {
  const handovers = new Handovers()
  handovers.signedIn('admin')
  handovers.add('admin', secrets)
  handovers.signedIn('li.na')
  expect(handovers.waiting.get()).toEqual([])
  handovers.add('admin', secrets)
  expect(handovers.waiting.get()).toEqual([])
})

test('nothing waits before anybody has signed in', () => {
  const handovers = new Handovers()
  handovers.add('admin', secrets)
  expect(handovers.waiting.get()).toEqual([])
})
