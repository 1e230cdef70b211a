import { execFileSync } from 'node:child_process'
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { Outbox } from './outbox.ts'
import { nextTurn } from './retry.ts'
import { T0, temporaryDirectory } from './spine.fixture.ts'

let directory: ReturnType<typeof temporaryDirectory>
let mounted = false

beforeEach(() => {
  jest.spyOn(console, 'error').mockImplementation(() => undefined) // lmdb-js prints failed commits
  directory = temporaryDirectory()
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', directory.path], { stdio: 'ignore' })
    mounted = true
  } catch {
    console.warn('skipped: mounting a small tmpfs needs root')
  }
})

afterEach(() => {
  if (mounted) execFileSync('umount', [directory.path])
  mounted = false
  directory.remove()
})

test('on a full disk a commit rejects its own promise and no other', async () => {
  if (!mounted) return
  const unhandled: unknown[] = []
  const note = (reason: unknown) => unhandled.push(reason)
  process.on('unhandledRejection', note)
  const outbox = Outbox.open(directory.path, { maxBytes: 1e9, now: T0 })
  const value = Buffer.alloc(8 * 1024 * 1024)
  for (let attempt = 0; attempt < 3; attempt++) {
    await expect(outbox.write([{ table: 'batches', key: T0, value }])).rejects.toThrow()
    await nextTurn()
  }
  expect(outbox.stats().failedCommits).toBe(3)
  await outbox.write([{ table: 'meta', key: 'mark', value: Buffer.from('x') }])
  expect(outbox.get('meta', 'mark')?.toString()).toBe('x')
  await outbox.close()
  process.off('unhandledRejection', note)
  expect(unhandled).toEqual([])
})
