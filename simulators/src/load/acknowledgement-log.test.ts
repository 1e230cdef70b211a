import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { AcknowledgementLog, readAcknowledgementLog } from './acknowledgement-log.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'osprey-ack-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

test('what was flushed is read back by device, a torn last line left out', async () => {
  const path = join(directory, 'acknowledged.csv')
  const log = new AcknowledgementLog(path)
  log.add('a', 0, 1_795_000_000_000)
  log.add('b', 7, 1_795_000_000_001)
  await log.flush()
  expect(await readAcknowledgementLog(path)).toEqual(
    new Map([
      ['a', new Set([0])],
      ['b', new Set([7])],
    ]),
  )
  log.add('a', 1, 1_795_000_000_002)
  await log.close()
  appendFileSync(path, 'a,2,17950000')
  expect((await readAcknowledgementLog(path)).get('a')).toEqual(new Set([0, 1]))
})

test('a log is continued, not overwritten, by the next run', async () => {
  const path = join(directory, 'acknowledged.csv')
  for (const sequence of [1, 2]) {
    const log = new AcknowledgementLog(path)
    log.add('a', sequence, 1_795_000_000_000)
    await log.close()
  }
  expect((await readAcknowledgementLog(path)).get('a')).toEqual(new Set([1, 2]))
})
