import { expect, test } from '@jest/globals'
import type { NoticeView } from '@osprey/core/api/notifications'
import type { Request, RequestOptions } from '../session/request.ts'
import { NoticeStore, unreadOf } from './notice-store.ts'

const notice = (id: string, minute: number, read = false): NoticeView => ({
  id,
  at: `2026-11-01T08:${String(minute).padStart(2, '0')}:00Z`,
  kind: 'alert',
  title: id,
  text: '',
  alert: 'a1',
  severity: 'severe',
  read,
})

/** Answers when the test says so. */
function heldRequest() {
  const waiting: { path: string; options: RequestOptions; answer: (value: unknown) => void }[] = []
  const request = ((path: string, options: RequestOptions = {}) =>
    new Promise<unknown>((answer) => waiting.push({ path, options, answer }))) as Request
  return { request, waiting }
}

test('what is told while the notices are read is not lost, and counts once', async () => {
  const { request, waiting } = heldRequest()
  const store = new NoticeStore(request)
  const arrived: string[] = []
  store.watch(({ id }) => arrived.push(id))
  const loading = store.load()
  store.receive(notice('b', 2))
  store.receive(notice('b', 2))
  waiting[0]?.answer({ notices: [notice('a', 1, true)], unread: 0 })
  await loading
  expect(store.notices.get()?.map(({ id }) => id)).toEqual(['b', 'a'])
  expect(unreadOf(store.notices.get())).toBe(1)
  expect(arrived).toEqual(['b'])
})

test('a reading that was overtaken says nothing', async () => {
  const { request, waiting } = heldRequest()
  const store = new NoticeStore(request)
  const [first, second] = [store.load(), store.load()]
  waiting[1]?.answer({ notices: [notice('new', 2)], unread: 1 })
  await second
  waiting[0]?.answer({ notices: [], unread: 0 })
  await first
  expect(store.notices.get()?.map(({ id }) => id)).toEqual(['new'])
})

test('marking one or all, also while an older answer is on its way', async () => {
  const { request, waiting } = heldRequest()
  const store = new NoticeStore(request)
  const loading = store.load()
  const reading = store.read(['a'])
  expect(waiting[1]?.options.body).toEqual({ notices: ['a'] })
  waiting[1]?.answer({ unread: 1 })
  await reading
  waiting[0]?.answer({ notices: [notice('b', 2), notice('a', 1)], unread: 2 })
  await loading
  expect(store.notices.get()?.map(({ read }) => read)).toEqual([false, true])
  const all = store.read(null)
  waiting[2]?.answer({ unread: 0 })
  await all
  expect(unreadOf(store.notices.get())).toBe(0)
})

test('a refused mark leaves the notice unread', async () => {
  const store = new NoticeStore((async () => {
    throw new Error('refused')
  }) as Request)
  store.receive(notice('a', 1))
  await expect(store.read(null)).rejects.toThrow('refused')
  expect(unreadOf(store.notices.get())).toBe(1)
})
