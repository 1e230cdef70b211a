import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { complete, missingPlatformPackages, platformOf } from './complete-lockfile.mjs'

test('npm ci accepts the lock file everywhere: no platform package is missing (else run complete-lockfile.mjs)', () => {
  const lock = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package-lock.json'), 'utf8'))
  expect(missingPlatformPackages(lock.packages)).toEqual([])
})

test('a missing platform package gets an entry that other platforms pass over', () => {
  const lock = {
    packages: {
      '': { name: 'osprey' },
      'node_modules/tool': {
        version: '2.0.0',
        dev: true,
        license: 'MIT',
        optionalDependencies: { '@tool/linux-x64-musl': '2.0.0', '@tool/linux-x64': '2.0.0' },
      },
      'node_modules/tool/node_modules/@tool/linux-x64': { version: '2.0.0', optional: true },
    },
  }
  expect(complete(lock)).toBe(1)
  expect(lock.packages).toHaveProperty(['node_modules/@tool/linux-x64-musl'], {
    version: '2.0.0',
    os: ['linux'],
    cpu: ['x64'],
    libc: ['musl'],
    dev: true,
    license: 'MIT',
    optional: true,
  })
})

test.each([
  ['@duckdb/node-bindings-darwin-arm64', { os: ['darwin'], cpu: ['arm64'] }],
  ['@unrs/resolver-binding-linux-arm-musleabihf', { os: ['linux'], cpu: ['arm'], libc: ['musl'] }],
  ['@swc/core-win32-ia32-msvc', { os: ['win32'], cpu: ['ia32'] }],
])('%s is for %j', (name, platform) => {
  expect(platformOf(name)).toEqual(platform)
})
