import { afterEach, expect, test } from '@jest/globals'
import { ruleInput } from '@osprey/core/api/rules'
import { PlatformClient } from '../platform/platform-client.ts'
import { type PlatformRequest, startTestPlatform, type TestPlatform } from '../testing/test-platform.ts'
import { registerRules } from './rules.ts'

let platform: TestPlatform | undefined
afterEach(() => platform?.close())

async function register(answer: (request: PlatformRequest) => { status?: number; body?: unknown }) {
  platform = await startTestPlatform(answer)
  await registerRules(new PlatformClient({ url: platform.url, token: () => 't' }))
  return platform.requests.filter(({ method }) => method === 'POST').map(({ body }) => JSON.parse(body))
}

test('an empty platform gets active rules that the interface accepts', async () => {
  const sent = await register(({ method }) => ({ body: method === 'GET' ? [] : {} }))
  expect(sent.length).toBeGreaterThan(10)
  for (const body of sent) {
    expect(ruleInput.safeParse(body).success).toBe(true)
    expect(body.active).toBe(true)
  }
  const ids: string[] = sent.map(({ id }) => id)
  expect(ids).toEqual(expect.arrayContaining(['data-silent-station-water', 'data-silent-site-water']))
  const silent = sent.filter(({ id }) => id.startsWith('data-silent-'))
  for (const { definition } of silent) expect(definition.trigger.graceSeconds).toBeLessThan(900)
})

test('where there are rules none is added', async () => {
  expect(await register(() => ({ body: [{ id: 'own' }] }))).toEqual([])
})

test('one that was removed stays removed, and the others come', async () => {
  const sent = await register(({ method, body }) => {
    if (method === 'GET') return { body: [] }
    return { status: JSON.parse(body).id === 'emission-nox' ? 409 : 200, body: {} }
  })
  expect(sent.map(({ id }) => id)).toContain('data-silent-site')
})
