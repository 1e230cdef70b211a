import { expect, test } from '@jest/globals'
import { isExposed, offersVisits, type Reach } from './exposure.ts'

const LOCAL: Reach = { loopback: true, publicUrl: undefined, allowedOrigins: [], trustedProxies: [] }

test.each<[string, Partial<Reach>, exposed: boolean, visits: boolean]>([
  ['loopback alone', {}, false, true],
  [
    'its own names',
    { publicUrl: 'http://localhost:8080', allowedOrigins: ['http://[::1]:5173'] },
    false,
    true,
  ],
  ['another network address', { loopback: false }, true, true],
  ['a public address', { publicUrl: 'https://osprey.example.org' }, true, false],
  ['a trusted proxy', { trustedProxies: ['loopback'] }, true, false],
  ['an origin elsewhere', { allowedOrigins: ['https://osprey.example.org'] }, true, true],
])('%s', (_name, change, exposed, visits) => {
  const reach = { ...LOCAL, ...change }
  expect([isExposed(reach), offersVisits({ ...reach, demo: true })]).toEqual([exposed, visits])
  expect(offersVisits({ ...reach, demo: false })).toBe(false)
})
