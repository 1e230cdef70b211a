import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { BackgroundLoad } from './harness/background-load.ts'
import { expectNothingLost, registerFleet } from './harness/fleet.ts'
import { describeWith } from './harness/requirements.ts'
import { type System, withSystem } from './harness/system.ts'

const MEBIBYTE = 1024 * 1024

/** Fills what the journal may use, checks that nothing more is promised, makes room, and checks that all goes on. */
async function fillAndRecover(system: System): Promise<void> {
  const fleet = await registerFleet(system, 20)
  await system.backend.kill('SIGTERM')
  const load = new BackgroundLoad(system, fleet, 0, { window: 64, drainSeconds: 120 })
  await system.broker.line(/"reason":"not_stored"/)
  await load.progress()
  await load.progress()
  const before = load.acknowledged
  expect(before).toBeGreaterThan(0)
  await load.progress()
  await load.progress()
  expect(load.acknowledged).toBe(before)
  expect(await isRefusing(system)).toBe(true)
  expect(system.broker.running).toBe(true)

  system.backend.start()
  await system.backendReady()
  await load.more(1000)
  const report = await load.finish()
  expect(report.unacknowledged).toBe(0)
  expect(await isRefusing(system)).toBe(false)
  await expectNothingLost(system, fleet, load.acknowledgementLog)
}

/** Whether the broker says that its journal takes nothing now. */
async function isRefusing(system: System): Promise<boolean> {
  const text = await (await fetch(`http://127.0.0.1:${system.metricsPort}/metrics`)).text()
  return /^osprey_broker_journal_refusing 1$/m.test(text)
}

test('F5: a journal at its limit stops acknowledging, and goes on by itself when there is room', async () => {
  await withSystem({ env: { OSPREY_JOURNAL_MAX_BYTES: '4MiB' } }, fillAndRecover)
})

const canMount = process.getuid?.() === 0 && spawnSync('unshare', ['--mount', 'true']).status === 0

describeWith({ 'root, to mount a small file system': canMount }, 'a full disk', () => {
  test('F5: ENOSPC below the journal stops acknowledging without damage, and goes on by itself', async () => {
    let mounted = ''
    const prepare = (dataDir: string) => {
      mounted = join(dataDir, 'journal')
      mkdirSync(mounted)
      const result = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${16 * MEBIBYTE}`, 'tmpfs', mounted], {
        encoding: 'utf8',
      })
      if (result.status !== 0) throw new Error(`mount: ${result.stderr}`)
    }
    try {
      await withSystem({ prepare, beforeRemoval: () => void spawnSync('umount', [mounted]) }, fillAndRecover)
    } finally {
      spawnSync('umount', ['--lazy', mounted])
    }
  })
})
