import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { SecretBox } from './secret-box.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'osprey-secret-box-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

function opened(): SecretBox {
  const box = new SecretBox(directory)
  box.start()
  return box
}

test('what is sealed opens again after a restart, for the same purpose only', () => {
  const sealed = opened().seal('JBSWY3DPEHPK3PXP', 'totp 1')
  expect(sealed).not.toContain('JBSWY3DPEHPK3PXP')
  expect(opened().open(sealed, 'totp 1')).toBe('JBSWY3DPEHPK3PXP')
  expect(opened().open(sealed, 'totp 2')).toBeUndefined()
  expect(opened().seal('JBSWY3DPEHPK3PXP', 'totp 1')).not.toBe(sealed)
})

test('a flipped bit anywhere, a cut or a foreign text does not open', () => {
  const box = opened()
  const sealed = box.seal('secret', 'x')
  const bytes = Buffer.from(sealed.slice(3), 'base64url')
  for (let at = 0; at < bytes.length; at++) {
    const damaged = Buffer.from(bytes)
    damaged[at] = (damaged[at] as number) ^ 1
    expect(box.open(`v1.${damaged.toString('base64url')}`, 'x')).toBeUndefined()
  }
  for (const text of ['', 'v1.', 'v1.AAAA', sealed.slice(0, -4), sealed.slice(3), 'v2.abc']) {
    expect(box.open(text, 'x')).toBeUndefined()
  }
})

test('the key is readable by its owner only; a damaged one stops the start and a new one opens nothing', () => {
  const sealed = opened().seal('secret', 'x')
  const file = join(directory, 'secrets.key')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  chmodSync(file, 0o644)
  opened()
  expect(statSync(file).mode & 0o777).toBe(0o600)
  const key = readFileSync(file, 'utf8')
  writeFileSync(file, key.slice(0, 20))
  expect(opened).toThrow('secrets.key: expected 32 bytes')
  rmSync(file)
  expect(opened().open(sealed, 'x')).toBeUndefined()
})
