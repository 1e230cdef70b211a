import { expect, test } from '@jest/globals'
import { StoreUnavailableError } from './store.ts'
import { Turnstile } from './turnstile.ts'

/** A task that ends when told to. */
function held() {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { promise, end: resolve }
}

test('a resource is lent to one task at a time, in order of asking', async () => {
  const turnstile = new Turnstile('test', ['a'], 10)
  const order: string[] = []
  const first = held()
  const tasks = ['first', 'second', 'third'].map((name) =>
    turnstile.use(async (resource) => {
      if (name === 'first') await first.promise
      order.push(name + resource)
    }),
  )
  expect(order).toEqual([])
  first.end()
  await Promise.all(tasks)
  expect(order).toEqual(['firsta', 'seconda', 'thirda'])
})

test('a failing task gives its resource back', async () => {
  const turnstile = new Turnstile('test', [1], 10)
  await expect(turnstile.use(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(await turnstile.use(async (resource) => resource)).toBe(1)
})

test('a full queue refuses the next task', async () => {
  const turnstile = new Turnstile('test', [1], 1)
  const first = held()
  const tasks = [turnstile.use(() => first.promise), turnstile.use(async () => {})]
  const refused = turnstile.use(async () => {})
  await expect(refused).rejects.toThrow(StoreUnavailableError)
  await expect(refused).rejects.toThrow('test: 1 calls are waiting already')
  first.end()
  await Promise.all(tasks)
})

test('closing waits for the tasks there are and refuses new ones', async () => {
  const turnstile = new Turnstile('test', [1, 2], 10)
  const first = held()
  const ended: string[] = []
  const tasks = [
    turnstile.use(() => first.promise).then(() => ended.push('running')),
    turnstile.use(() => first.promise).then(() => ended.push('running')),
    turnstile.use(async () => {}).then(() => ended.push('waiting')),
  ]
  const closed = turnstile.close().then(() => ended.push('closed'))
  await expect(turnstile.use(async () => {})).rejects.toThrow('test: closed')
  first.end()
  await Promise.all([...tasks, closed])
  expect(ended.at(-1)).toBe('closed')
  expect(ended).toHaveLength(4)
})
