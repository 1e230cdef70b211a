import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { DuckDbStore } from './duckdb-store.ts'
import { batchOf, DAY, T0 } from './store.fixture.ts'
import { StoreUnavailableError } from './store.ts'

/** Mounts a file system of that size; undefined where mounting is not allowed. */
function mountSmallDisk(bytes: number): { directory: string; unmount(): void } | undefined {
  const directory = mkdtempSync(join(tmpdir(), 'osprey-small-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', directory], { stdio: 'ignore' })
  } catch {
    rmSync(directory, { recursive: true })
    return undefined
  }
  return {
    directory,
    unmount() {
      execFileSync('umount', [directory])
      rmSync(directory, { recursive: true })
    },
  }
}

const MEBIBYTE = 1024 * 1024
const small = mountSmallDisk(64 * MEBIBYTE)

if (!small) {
  console.warn(
    'SKIPPED: mounting a small file system is not allowed here, DuckDbStore was not tested on a full disk',
  )
  test.skip('a full disk (mounting is not allowed here)', () => {})
} else {
  test('a full disk makes the store unavailable; with room again it goes on, nothing lost or doubled', async () => {
    const { directory, unmount } = small
    const store = new DuckDbStore({ directory: join(directory, 'observations') })
    const ballast = join(directory, 'ballast')
    /** Numbers without pattern, so that they do not compress away. */
    const batch = (sequence: number) =>
      batchOf(
        sequence,
        Array.from({ length: 20_000 }, (_, row) => ({
          datastream: 1,
          time: T0 + sequence * 20_000 + row,
          value: Math.sin(sequence * 20_000 + row) * 1e9,
        })),
      )
    const count = async () => {
      const query = {
        datastream: 1,
        from: T0,
        to: T0 + 50 * DAY,
        every: 50 * DAY,
        statistic: 'count' as const,
      }
      return (await store.aggregate(query)).reduce((sum, point) => sum + point.count, 0)
    }
    try {
      await store.start()
      await store.append(batch(1))
      await writeFile(ballast, Buffer.alloc(36 * MEBIBYTE))
      let stored = 1
      let refusal: unknown
      while (refusal === undefined) {
        await store.append(batch(stored + 1)).then(
          () => stored++,
          (error: unknown) => {
            refusal = error
          },
        )
      }
      expect(refusal).toBeInstanceOf(StoreUnavailableError)
      expect(await count()).toBe(stored * 20_000)
      await expect(store.append(batch(stored + 1))).rejects.toThrow(StoreUnavailableError)
      await rm(ballast)
      await store.append(batch(stored + 1))
      expect(await count()).toBe((stored + 1) * 20_000)
      await store.stop()
      await store.start()
      expect(await count()).toBe((stored + 1) * 20_000)
    } finally {
      await store.stop()
      unmount()
    }
  })

  test.each([
    ['writing its log', 20_000, 'hot.duckdb.wal'],
    ['checkpointing', 2_000, 'the autocheckpoint failed'],
  ])('DuckDB running out of room itself while %s is survived too', async (_, batchRows, message) => {
    const disk = mountSmallDisk(24 * MEBIBYTE)
    if (!disk) throw new Error('a second small file system could not be mounted')
    const store = new DuckDbStore({ directory: join(disk.directory, 'observations'), freeBytesKept: 0 })
    const ballast = join(disk.directory, 'ballast')
    // Wide texts fill the log quickly.
    const text = 'x'.repeat(256)
    const batch = (sequence: number) =>
      batchOf(
        sequence,
        Array.from({ length: batchRows }, (_, row) => ({
          datastream: sequence,
          time: T0 + row,
          value: `${Math.sin(sequence * batchRows + row)}${text}`.slice(0, 256),
        })),
      )
    const count = async () => (await store.latest()).length
    try {
      await store.start()
      await writeFile(ballast, Buffer.alloc(8 * MEBIBYTE))
      let stored = 0
      let failure: unknown
      while (failure === undefined) {
        await store.append(batch(stored + 1)).then(
          () => stored++,
          (error: unknown) => {
            failure = error
          },
        )
      }
      expect(failure).toBeInstanceOf(StoreUnavailableError)
      expect(String(failure)).toContain(message)
      // The failing batch may have reached the log before the checkpoint failed; repeating it is safe.
      expect([stored, stored + 1]).toContain(await count())
      await rm(ballast)
      await store.append(batch(stored + 1))
      expect(await count()).toBe(stored + 1)
      const rows = { from: T0, to: T0 + DAY, limit: 2 * batchRows }
      expect(await store.series({ ...rows, datastream: stored + 1 })).toHaveLength(batchRows)
    } finally {
      await store.stop()
      disk.unmount()
    }
  })
}
