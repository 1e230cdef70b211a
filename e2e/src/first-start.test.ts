import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { Api } from './harness/api.ts'
import { freePorts } from './harness/ports.ts'
import { ServiceProcess } from './harness/service-process.ts'
import { endPostgres } from './harness/system.ts'
import { until } from './harness/wait.ts'

const READY = /Osprey is ready: (http:\S+)/
const PASSWORD = /^ *password +\S+$/

let dataDir = ''
let env: Record<string, string> = {}
const launchers: ServiceProcess[] = []

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'osprey-start-'))
  const [http, mqtt, webSocket, metrics] = await freePorts(4)
  env = {
    OSPREY_DATA_DIR: dataDir,
    OSPREY_HTTP_PORT: String(http),
    OSPREY_MQTT_PORT: String(mqtt),
    OSPREY_MQTT_WS: String(webSocket),
    OSPREY_BROKER_METRICS_PORT: String(metrics),
  }
})

afterEach(async () => {
  for (const launcher of launchers.splice(0)) await launcher.kill('SIGTERM')
  await endPostgres(dataDir)
  rmSync(dataDir, { recursive: true, force: true })
})

/** What `npm start` runs. */
function launch(extra: Record<string, string> = {}): ServiceProcess {
  const launcher = new ServiceProcess('launcher', 'scripts/start.mjs', { ...env, ...extra })
  launchers.push(launcher)
  launcher.start()
  return launcher
}

test('a first start ends in a web page, a password shown once and instruments that report; Ctrl-C ends it', async () => {
  const first = launch()
  const url = READY.exec(await first.line(READY))?.[1] ?? ''
  expect(first.lines.filter((line) => PASSWORD.test(line))).toHaveLength(1)

  const page = await fetch(url)
  expect(page.status).toBe(200)
  expect(await page.text()).toContain('<div id="root"')
  const api = new Api(url, () => readFileSync(join(dataDir, 'run', 'operator-token'), 'utf8').trim())
  await until('the demo instruments to report', async () => (await api.ledger()).stored > 0)

  expect(await first.kill('SIGINT')).toEqual({ code: 0, signal: null })
  expect(first.lines.at(-1)).toBe('Stopped.')
  await expect(fetch(url)).rejects.toThrow()

  const secret =
    first.lines
      .find((line) => PASSWORD.test(line))
      ?.split(/\s+/)
      .at(-1) ?? ''
  for (const name of ['broker', 'backend', 'simulators']) {
    const log = readFileSync(join(dataDir, 'logs', `${name}.log`), 'utf8')
    expect(log.length).toBeGreaterThan(0)
    expect(log).not.toContain(secret)
  }

  const stored = Date.now()
  const second = launch()
  await second.line(READY)
  console.info(`second start: ready after ${Date.now() - stored} ms`)
  expect(second.lines.filter((line) => PASSWORD.test(line))).toEqual([])
  expect((await api.ledger()).stored).toBeGreaterThan(0)
  expect(await second.kill('SIGTERM')).toEqual({ code: 0, signal: null })
})

test('a second launcher on the same data directory is refused with one line', async () => {
  const first = launch({ OSPREY_DEMO: '0' })
  await first.line(READY)
  const second = launch()
  expect((await second.exited()).code).toBe(1)
  expect(second.lines).toEqual([
    `osprey: ${dataDir} is already in use by another Osprey launcher (process ${first.pid}). Stop that one, or set OSPREY_DATA_DIR to another folder.`,
  ])
})

test('a taken port and a wrong variable are named in one line each', async () => {
  const server = createServer().listen(Number(env['OSPREY_MQTT_PORT']), '127.0.0.1')
  await once(server, 'listening')
  const taken = launch()
  expect((await taken.exited()).code).toBe(1)
  expect(taken.lines.at(-1)).toBe(
    `osprey: port ${env['OSPREY_MQTT_PORT']} (MQTT) is taken by another program. Stop it, or set OSPREY_MQTT_PORT to a free port.`,
  )
  server.close()

  const wrong = launch({ OSPREY_HTTP_PORT: 'eighty' })
  expect((await wrong.exited()).code).toBe(1)
  expect(wrong.lines.join('\n')).toMatch(/OSPREY_HTTP_PORT: "eighty", expected a whole number/)
})

test('a service that crashes is started again, and all of it ends when the launcher is killed', async () => {
  const launcher = launch({ OSPREY_DEMO: '0' })
  const url = READY.exec(await launcher.line(READY))?.[1] ?? ''
  process.kill(childRunning(launcher.pid, 'backend/dist/main.js'), 'SIGKILL')
  await launcher.line(/backend ended unexpectedly \(SIGKILL\); starting it again/)
  await until('the backend to be back', async () => (await fetch(`${url}/api/health/ready`)).ok)

  await launcher.kill('SIGKILL')
  await until('the services to end with their launcher', async () => !(await answers(url)), {
    within: 60_000,
  })
  await until(
    'the broker to end with its launcher',
    async () => !(await answers(`http://127.0.0.1:${env['OSPREY_BROKER_METRICS_PORT']}/health`)),
  )
})

/** The child process of `parent` whose command line names a script (proc(5)). */
function childRunning(parent: number, script: string): number {
  const children = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8')
    .trim()
    .split(' ')
    .map(Number)
  const child = children.find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(script))
  if (child === undefined) throw new Error(`process ${parent} runs no ${script}`)
  return child
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    () => true,
    () => false,
  )
}
