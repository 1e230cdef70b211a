import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { takeDataDirectory } from './data-lock.mjs'
import { checkPorts } from './ports.mjs'
import { countTests } from './run-tests.mjs'
import { pauseBeforeRestart, Service } from './service.mjs'

const folder = mkdtempSync(join(tmpdir(), 'osprey-service-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A service running the given program text; `next` resolves with its next line or event. */
function run(text: string, options: { stopWithin?: number; maxEarlyExits?: number } = {}) {
  const script = join(folder, `${Math.random()}.mjs`)
  writeFileSync(script, text)
  const lines: string[] = []
  let wake = () => {}
  const push = (line: string) => {
    lines.push(line)
    wake()
  }
  const service = new Service({
    name: 'tool',
    file: process.execPath,
    args: [script],
    cwd: folder,
    env: { PATH: process.env['PATH'] },
    stopWithin: options.stopWithin ?? 5_000,
    maxEarlyExits: options.maxEarlyExits ?? 3,
    onLine: push,
    onEvent: push,
    onGivingUp: () => push('given up'),
  })
  const next = async () => {
    while (lines.length === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
    return lines.shift()
  }
  service.start()
  return { service, next }
}

test('a service that ends unexpectedly is started again, one that is stopped is not', async () => {
  const { service, next } = run('console.log("up"); setTimeout(() => process.exit(3), 50)')
  service.markReady()
  expect(await next()).toBe('up')
  expect(await next()).toBe('tool ended unexpectedly (code 3); starting it again in 0.5 s')
  expect(await next()).toBe('up')
  await service.stop()
})

test('a service that never becomes ready is given up', async () => {
  const { next } = run('console.log("up"); process.exit(1)', { maxEarlyExits: 2 })
  expect(await next()).toBe('up')
  expect(await next()).toMatch(/ended unexpectedly/)
  expect(await next()).toBe('up')
  expect(await next()).toBe('tool ended (code 1) 2 times without becoming ready')
  expect(await next()).toBe('given up')
})

test('a stopped service may finish its work, one that hangs is ended', async () => {
  const tidy = run(
    'process.on("SIGTERM", () => { console.log("bye"); process.exit() }); setInterval(() => {}, 1e6); console.log("up")',
  )
  await tidy.next()
  await tidy.service.stop()
  expect(await tidy.next()).toBe('bye')

  const stuck = run('process.on("SIGTERM", () => {}); setInterval(() => {}, 1e6); console.log("up")', {
    stopWithin: 200,
  })
  await stuck.next()
  await stuck.service.stop()
  expect(await stuck.next()).toBe('tool did not stop within 0.2 s; ending it')
})

test('a service ends itself when its launcher is killed', async () => {
  const { service, next } = run(`
    import { spawn } from 'node:child_process'
    const tether = ${JSON.stringify(join(import.meta.dirname, 'tether.mjs'))}
    const text = 'process.on("SIGTERM", () => { console.log("left alone"); process.exit() }); setInterval(() => {}, 1e6); console.log("up")'
    spawn(process.execPath, ['--import', tether, '--eval', text], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    setInterval(() => {}, 1e6)`)
  expect(await next()).toBe('up')
  service.child?.kill('SIGKILL')
  expect(await next()).toBe('left alone')
  await service.stop()
})

test('restarts back off from half a second to half a minute', () => {
  expect([1, 2, 3, 7, 50].map(pauseBeforeRestart)).toEqual([500, 1000, 2000, 30_000, 30_000])
})

test('a data directory has one launcher, and a dead one does not hold it', async () => {
  const dataDir = join(folder, 'data')
  const release = takeDataDirectory(dataDir)
  expect(() => takeDataDirectory(dataDir)).toThrow(
    /already in use by another Osprey launcher \(process \d+\)/,
  )
  release()

  const other = spawn(process.execPath, ['--eval', ''])
  await once(other, 'exit')
  writeFileSync(join(dataDir, 'run', 'launcher.json'), JSON.stringify({ pid: other.pid, started: '1' }))
  takeDataDirectory(dataDir)()

  // The id lives on in another process: not the same holder, by its start time.
  writeFileSync(join(dataDir, 'run', 'launcher.json'), JSON.stringify({ pid: process.pid, started: '1' }))
  takeDataDirectory(dataDir)()
})

test('a taken port is named with the variable that moves it', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const listener = { port, host: '127.0.0.1', use: 'web', variable: 'OSPREY_HTTP_PORT' }
  await expect(checkPorts([listener])).rejects.toThrow(
    `port ${port} (web) is taken by another program. Stop it, or set OSPREY_HTTP_PORT to a free port.`,
  )
  server.close()
  await once(server, 'close')
  await expect(checkPorts([listener])).resolves.toBeUndefined()
})

test('tests are counted from Jest’s report, and a suite or run that died counts as failed', () => {
  const report = {
    numPassedTests: 5,
    numFailedTests: 1,
    numRuntimeErrorTestSuites: 1,
    numPendingTests: 2,
    numTodoTests: 1,
  }
  expect(countTests(report, 1)).toEqual({ passed: 5, failed: 2, skipped: 3 })
  expect(countTests({ ...report, numFailedTests: 0, numRuntimeErrorTestSuites: 0 }, 1).failed).toBe(1)
  expect(countTests(undefined, 134)).toEqual({ passed: 0, failed: 1, skipped: 0 })
})
