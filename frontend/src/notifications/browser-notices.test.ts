import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { BrowserNotifier } from './browser-notices.ts'

const NOTICE = { id: 'n1', title: 'PM2.5 · North Gate' }

class FakeNotification {
  static permission: NotificationPermission = 'default'
  static answer: NotificationPermission = 'granted'
  static asked = 0
  static shown: FakeNotification[] = []
  onclick: (() => void) | null = null
  closed = false

  constructor(
    readonly title: string,
    readonly options: NotificationOptions,
  ) {
    FakeNotification.shown.push(this)
  }

  static async requestPermission(): Promise<NotificationPermission> {
    FakeNotification.asked++
    FakeNotification.permission = FakeNotification.answer
    return FakeNotification.permission
  }

  close(): void {
    this.closed = true
  }
}

const page = { visibilityState: 'hidden', focused: false, hasFocus: () => page.focused }
const kept = new Map<string, string>()

beforeEach(() => {
  Object.assign(FakeNotification, { permission: 'default', answer: 'granted', asked: 0, shown: [] })
  Object.assign(page, { visibilityState: 'hidden', focused: false })
  kept.clear()
  Object.assign(globalThis, {
    Notification: FakeNotification,
    document: page,
    window: { isSecureContext: true, focus: () => undefined },
    localStorage: {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => kept.set(key, value),
    },
  })
})

afterEach(() => {
  for (const name of ['Notification', 'document', 'window', 'localStorage'])
    Reflect.deleteProperty(globalThis, name)
})

test('nothing is asked or shown before the person wishes it', () => {
  const notifier = new BrowserNotifier()
  expect(notifier.state.get()).toBe('off')
  notifier.show(NOTICE, 'Severe', () => undefined)
  expect(FakeNotification.asked).toBe(0)
  expect(FakeNotification.shown).toEqual([])
})

test('a notice is shown once per tag, and leads to its alert', async () => {
  const notifier = new BrowserNotifier()
  await notifier.enable()
  expect(notifier.state.get()).toBe('on')
  let opened = 0
  notifier.show(NOTICE, 'Severe · Alert', () => opened++)
  const [shown] = FakeNotification.shown
  expect(shown).toMatchObject({ title: NOTICE.title, options: { body: 'Severe · Alert', tag: 'n1' } })
  shown?.onclick?.()
  expect(opened).toBe(1)
  expect(shown?.closed).toBe(true)
})

test('the wish is kept in this browser, and can be taken back', async () => {
  await new BrowserNotifier().enable()
  const later = new BrowserNotifier()
  expect(later.state.get()).toBe('on')
  later.disable()
  later.show(NOTICE, '', () => undefined)
  expect(later.state.get()).toBe('off')
  expect(FakeNotification.shown).toEqual([])
  await later.enable()
  expect(FakeNotification.asked).toBe(1)
})

test('while the page is looked at the bell is enough', async () => {
  const notifier = new BrowserNotifier()
  await notifier.enable()
  Object.assign(page, { visibilityState: 'visible', focused: true })
  notifier.show(NOTICE, '', () => undefined)
  expect(FakeNotification.shown).toEqual([])
})

test('a refusal is told', async () => {
  FakeNotification.answer = 'denied'
  const notifier = new BrowserNotifier()
  await notifier.enable()
  expect(notifier.state.get()).toBe('refused')
})

test('a browser without notices, or that refuses to make one, is told of', async () => {
  const notifier = new BrowserNotifier()
  await notifier.enable()
  class Refusing extends FakeNotification {
    constructor(title: string, options: NotificationOptions) {
      super(title, options)
      throw new TypeError('Illegal constructor')
    }
  }
  Refusing.permission = 'granted'
  Object.assign(globalThis, { Notification: Refusing })
  notifier.show(NOTICE, '', () => undefined)
  expect(notifier.state.get()).toBe('unsupported')
  Reflect.deleteProperty(globalThis, 'Notification')
  expect(new BrowserNotifier().state.get()).toBe('unsupported')
})
