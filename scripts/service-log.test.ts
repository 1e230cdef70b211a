import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { LogFile, parseEntry, shortLine } from './service-log.mjs'

const at = Date.UTC(2026, 10, 22, 8, 0, 0)
const entry = (fields: object) => JSON.stringify({ level: 30, time: at, pid: 1, hostname: 'h', ...fields })

test('an entry becomes one short line: time, service, what happened, its own fields', () => {
  const line = shortLine('broker', entry({ msg: 'listening', port: 1883 }))
  expect(line).toMatch(/^\d\d:\d\d:\d\d broker {5}listening port=1883$/)
})

test('levels by name and times in ISO 8601 read the same', () => {
  const line = shortLine(
    'backend',
    JSON.stringify({ level: 'info', time: '2026-11-22T08:00:00.000Z', msg: 'ready' }),
  )
  expect(line).toMatch(/^\d\d:00:00 backend {4}ready$/)
  expect(shortLine('backend', JSON.stringify({ level: 'warn', time: at, msg: 'slow' }))).toMatch(
    /warning slow$/,
  )
})

test('warnings and errors say so, with the cause but not its stack', () => {
  const err = { type: 'Error', message: 'connection refused', stack: 'Error: …' }
  expect(shortLine('backend', entry({ level: 50, msg: 'store unavailable', err }))).toMatch(
    /ERROR store unavailable \(connection refused\)$/,
  )
})

test('debug entries are for the file only, and text that is no entry is shown as it is', () => {
  expect(shortLine('backend', entry({ level: 20, msg: 'batch' }))).toBeUndefined()
  expect(shortLine('backend', 'admin password: x')).toBe('admin password: x')
  expect(parseEntry('admin password: x')).toBeUndefined()
  expect(parseEntry('{"broken')).toBeUndefined()
})

test('a log never grows past its files, and nothing is lost while it turns over', () => {
  const folder = mkdtempSync(join(tmpdir(), 'osprey-log-'))
  const log = new LogFile(join(folder, 'x.log'), { maxBytes: 100, keep: 2 })
  for (let number = 0; number < 30; number++) log.write(`line ${String(number).padStart(2, '0')} ..`)
  log.close()
  expect(readdirSync(folder).sort()).toEqual(['x.log', 'x.log.1', 'x.log.2'])
  const kept = ['x.log.2', 'x.log.1', 'x.log'].flatMap((name) =>
    readFileSync(join(folder, name), 'utf8').trim().split('\n'),
  )
  expect(kept.at(-1)).toBe('line 29 ..')
  expect(kept).toHaveLength(9 + 9 + 3)
  rmSync(folder, { recursive: true })
})

test('a log that cannot be written costs lines, which are counted, not the service', () => {
  const folder = mkdtempSync(join(tmpdir(), 'osprey-log-'))
  const log = new LogFile(join(folder, 'x.log'), { maxBytes: 100, keep: 2 })
  log.close()
  log.write('gone')
  expect(log.lost).toBe(1)
  rmSync(folder, { recursive: true })
})
