import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { CONTROLLERS } from '../app.module.ts'
import { routesOf } from '../http/routes.ts'
import { cookiesOf, TestBackend } from '../testing.ts'

const PUBLIC = [
  'DELETE /api/session',
  'GET /api/health/live',
  'GET /api/health/ready',
  'GET /api/session/options',
  'POST /api/session',
  'POST /api/session/visit',
]

let backend: TestBackend
beforeAll(async () => {
  backend = await TestBackend.start({ OSPREY_DEMO: '1', OSPREY_METRICS_TOKEN: 'metrics-token-of-the-test' })
})
afterAll(() => backend.stop())

const routes = routesOf(CONTROLLERS).map((route) => ({
  ...route,
  label: `${route.method} ${route.path}`,
  url: route.path.replace(/:\w+/g, 'some-id'),
}))

test('every route declares who may call it, and the public ones are these', () => {
  expect(routes.filter((route) => !route.declaration).map(({ label }) => label)).toEqual([])
  const open = routes.filter((route) => route.declaration?.access === 'public').map(({ label }) => label)
  expect(open.sort()).toEqual(PUBLIC)
})

test('a stranger gets 401 from every other route, with and without a body', async () => {
  for (const { label, method, url } of routes.filter((route) => !PUBLIC.includes(route.label))) {
    for (const body of [undefined, {}]) {
      const answer = await backend.request(method, url, { body })
      expect([label, answer.status, answer.headers['content-type']]).toEqual([
        label,
        401,
        'application/problem+json',
      ])
    }
  }
})

test('wrong and foreign tokens are no better than none', async () => {
  const attempts: Record<string, string>[] = [
    { authorization: 'Bearer wrong' },
    { authorization: `Basic ${Buffer.from('admin:x').toString('base64')}` },
    { cookie: 'osprey_session=wrong' },
    { authorization: `Bearer ${backend.operatorToken}`, 'x-forwarded-for': '203.0.113.9' },
  ]
  for (const headers of attempts) {
    expect((await backend.request('GET', '/api/stations', { headers })).status).toBe(401)
  }
})

test('a visitor may read everything and change nothing', async () => {
  const cookie = cookiesOf(await backend.request('POST', '/api/session/visit'))
  for (const { label, method, url } of routes.filter((route) => !PUBLIC.includes(route.label))) {
    const { status } = await backend.request(method, url, {
      headers: { cookie },
      body: method === 'GET' ? undefined : {},
    })
    const closed = method !== 'GET' || url === '/metrics'
    expect([label, status === 403]).toEqual([label, closed])
  }
})

test('the metrics token opens /metrics and nothing else', async () => {
  const headers = { authorization: 'Bearer metrics-token-of-the-test' }
  for (const { label, method, url } of routes.filter((route) => !PUBLIC.includes(route.label))) {
    const { status } = await backend.request(method, url, { headers })
    expect([label, status]).toEqual([label, url === '/metrics' ? 200 : 403])
  }
})

test('the operator token opens everything from this machine', async () => {
  for (const { label, method, url } of routes.filter((route) => route.method === 'GET')) {
    const { status } = await backend.operator(method, url)
    expect([label, status === 401 || status === 403]).toEqual([label, false])
  }
})
