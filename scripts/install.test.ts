import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { explainNpm, installProblem } from './install.mjs'
import { nodeProblem } from './node-version.mjs'

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'osprey-install-'))
  mkdirSync(join(root, 'node_modules'))
})
afterEach(() => rmSync(root, { recursive: true }))

const wanted = {
  '': { name: 'osprey' },
  core: { version: '0.1.0' },
  'node_modules/@osprey/core': { resolved: 'core', link: true },
  'node_modules/zod': { version: '4.6.7' },
  'node_modules/only-on-windows': { version: '1.0.0', optional: true },
}
const { '': _, 'node_modules/only-on-windows': __, ...installed } = wanted

function write(file: string, packages: object) {
  writeFileSync(join(root, file), JSON.stringify({ packages }))
}

test('an install that matches the lock file is kept, optional packages of other systems aside', () => {
  write('package-lock.json', wanted)
  write('node_modules/.package-lock.json', installed)
  expect(installProblem(root)).toBeUndefined()
})

test('a fresh clone and an interrupted install both lack npm’s closing record', () => {
  write('package-lock.json', wanted)
  expect(installProblem(root)).toBe('dependencies are not installed yet')
})

test('another version and a missing package are named', () => {
  write('package-lock.json', wanted)
  write('node_modules/.package-lock.json', { ...installed, 'node_modules/zod': { version: '4.0.0' } })
  expect(installProblem(root)).toBe('node_modules/zod is 4.0.0, package-lock.json has 4.6.7')
  write('node_modules/.package-lock.json', { core: { version: '0.1.0' } })
  expect(installProblem(root)).toBe('node_modules/@osprey/core is missing')
})

test('a damaged lock file is an error, not a reason to install', () => {
  writeFileSync(join(root, 'package-lock.json'), '{"packages":')
  expect(() => installProblem(root)).toThrow(/package-lock.json is missing or damaged/)
})

test.each([
  ['npm error code ENOTFOUND\nnpm error network request failed', /registry cannot be reached/],
  [
    'npm error code ENOTCACHED\nnpm error request failed: cache mode is only-if-cached',
    /npm config get offline/,
  ],
  ['npm error code SELF_SIGNED_CERT_IN_CHAIN', /cafile/],
  ['npm error code ENOSPC', /disk is full/],
  ['npm error code EACCES\nnpm error path /x/node_modules', /chown/],
  ['npm error code EUSAGE\nnpm error `npm ci` can only install packages when…', /disagree/],
  ['npm error code EINTEGRITY', /npm cache verify/],
  ['npm error code ELIFECYCLE', /messages are above/],
])('what to do about %j is said in one line', (output, advice) => {
  expect(explainNpm(output, '/srv/osprey')).toMatch(advice)
})

test('a Node older than 20.19 is refused with one line that names both versions', () => {
  expect(nodeProblem('20.19.0')).toBeUndefined()
  expect(nodeProblem('24.0.0')).toBeUndefined()
  expect(nodeProblem('20.18.3')).toMatch(/needs Node.js 20.19 or newer to start; this is 20.18.3/)
  expect(nodeProblem('18.20.4')).toBeDefined()
})
