import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import pino from 'pino'
import { Database } from '../database/database.ts'
import { JobRunner } from './job-runner.ts'

const log = pino({ level: 'silent' })
const dataDir = mkdtempSync(join(tmpdir(), 'osprey-jobs-'))
const database = new Database(dataDir, undefined, log)
beforeAll(() => database.start())
afterAll(async () => {
  await database.stop()
  rmSync(dataDir, { recursive: true })
})

test('two runners that try at the same time execute a key once, and never again', async () => {
  const runners = [new JobRunner(database, log), new JobRunner(database, log)]
  let executions = 0
  let release = () => {}
  const held = new Promise<void>((settle) => {
    release = settle
  })
  const work = async () => {
    executions++
    await held
  }
  const attempts = [...runners, ...runners].map((runner) => runner.once('nightly', '2026-03-01', work))
  const losers = await Promise.race([Promise.all(attempts).then(() => []), settled(attempts, 3)])
  expect(losers).toEqual([false, false, false])
  release()
  expect((await Promise.all(attempts)).filter(Boolean)).toHaveLength(1)
  expect(await runners[1]?.once('nightly', '2026-03-01', work)).toBe(false)
  expect(executions).toBe(1)
  expect(await runners[1]?.once('nightly', '2026-03-02', async () => {})).toBe(true)
})

test('a run that failed is tried again', async () => {
  const runner = new JobRunner(database, log)
  const outcomes = [new Error('disk'), undefined]
  const work = async () => {
    const error = outcomes.shift()
    if (error) throw error
  }
  expect(await runner.once('flaky', 'k', work)).toBe(false)
  expect(await runner.once('flaky', 'k', work)).toBe(true)
  expect(await runner.once('flaky', 'k', work)).toBe(false)
})

/** The results of the first `count` promises to settle. */
function settled(promises: Promise<boolean>[], count: number): Promise<boolean[]> {
  return new Promise((settle) => {
    const results: boolean[] = []
    for (const promise of promises) {
      void promise.then((result) => {
        results.push(result)
        if (results.length === count) settle(results)
      })
    }
  })
}
