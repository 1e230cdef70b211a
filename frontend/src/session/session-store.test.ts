import { expect, test } from '@jest/globals'
import { type Request, RequestError } from './request.ts'
import { SessionStore } from './session-store.ts'

const user = { username: 'admin', role: 'administrator' } as const
const view = { user, permissions: ['stations:read'], secondFactor: 'off', singleSignOn: false } as const
const signedIn = { ...view, phase: 'signed-in', permissions: new Set(['stations:read']) }

/** Answers one request after the other: a value, or the status of a failure. */
function storeWith(...answers: (object | number)[]): SessionStore {
  const request = async (): Promise<unknown> => {
    const next = answers.shift()
    if (typeof next === 'number') throw new RequestError(next, null)
    return next
  }
  return new SessionStore(() => request as Request)
}

test('a known session signs in, an unknown one shows the login without reproach', async () => {
  const known = storeWith(view)
  await known.check()
  expect(known.session.get()).toEqual(signedIn)
  const unknown = storeWith(401)
  await unknown.check()
  expect(unknown.session.get()).toEqual({ phase: 'anonymous', after: null })
})

test('a server that does not answer is not taken for a missing session', async () => {
  const store = storeWith(0, 503, view)
  await store.check()
  expect(store.session.get()).toEqual({ phase: 'unreachable' })
  await store.check()
  expect(store.session.get()).toEqual({ phase: 'unreachable' })
  await store.check()
  expect(store.session.get().phase).toBe('signed-in')
})

test('an ended session leads to the login and says why', async () => {
  const store = storeWith(view, 401)
  await store.check()
  expect(await store.stillValid()).toBe(false)
  expect(store.session.get()).toEqual({ phase: 'anonymous', after: 'expired' })
})

test('while the server cannot be asked the session is kept', async () => {
  const store = storeWith(view, 0)
  await store.check()
  expect(await store.stillValid()).toBe(true)
  expect(store.session.get().phase).toBe('signed-in')
})

test('a failed sign-in leaves the login page and tells the caller', async () => {
  const store = storeWith(401, 401)
  await store.check()
  await expect(store.signIn('admin', 'wrong')).rejects.toMatchObject({ status: 401 })
  expect(store.session.get()).toEqual({ phase: 'anonymous', after: null })
})

test('signing out is not an expiry', async () => {
  const store = storeWith(view, {})
  await store.check()
  await store.signOut()
  store.expire()
  expect(store.session.get()).toEqual({ phase: 'anonymous', after: null })
})

test('whoever used a one-time link starts at the login, told that the password is set', async () => {
  const fresh = storeWith(401)
  await fresh.check()
  await fresh.passwordSet()
  expect(fresh.session.get()).toEqual({ phase: 'anonymous', after: 'passwordSet' })
  const occupied = storeWith(view, {})
  await occupied.check()
  await occupied.passwordSet()
  expect(occupied.session.get()).toEqual({ phase: 'anonymous', after: 'passwordSet' })
})
