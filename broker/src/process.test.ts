import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { DeviceDirectory } from '@osprey/journal/directory'
import { Journal } from '@osprey/journal/journal'
import { RESTORE_MARK } from '@osprey/journal/restore-mark'
import { connectPacket, publishPacket, RawClient, registration, SECRET } from './fixtures/helpers.ts'

/* The real process: fault experiments F2 (kill -9, also between append and acknowledgement) and F25 (SIGTERM). */
const TOPIC = 'v1/devices/d1/observations'
const MAIN = join(import.meta.dirname, '../dist/main.js')

let dataDir: string
let children: ChildProcess[] = []

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'osprey-process-'))
  const directory = DeviceDirectory.open(join(dataDir, 'journal'))
  await directory.put(registration('d1'))
  await directory.close()
})

afterEach(async () => {
  for (const child of children)
    if (child.exitCode === null && child.signalCode === null) await end(child, 'SIGKILL')
  children = []
  rmSync(dataDir, { recursive: true, force: true })
})

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  const exited = once(child, 'exit')
  child.kill(signal)
  return (await exited)[0] as number | null
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address ? address.port : 0
}

interface Running {
  child: ChildProcess
  port: number
  lines: string[]
}

async function startProcess(env: Record<string, string> = {}): Promise<Running> {
  if (!existsSync(MAIN)) throw new Error('build the broker first: npx tsc -b broker')
  const port = await freePort()
  const settings = {
    OSPREY_DATA_DIR: dataDir,
    OSPREY_MQTT_PORT: String(port),
    OSPREY_MQTT_WS: '0',
    OSPREY_BROKER_METRICS_PORT: String(await freePort()),
    OSPREY_DEVICE_RATE: '0',
  }
  const options = { env: { PATH: process.env['PATH'], ...settings, ...env } as NodeJS.ProcessEnv }
  const child = spawn(process.execPath, [MAIN], { ...options, stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  const lines: string[] = []
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      lines.push(line)
      if (line.includes('broker started')) resolve()
    })
    child.once('exit', (code) => reject(new Error(`the broker ended with ${code}: ${lines.join('\n')}`)))
  })
  return { child, port, lines }
}

/** A device that keeps sending numbered messages, and what was acknowledged to it. */
class Sender {
  acknowledged = 0
  readonly #client: RawClient
  #next = 1

  constructor(client: RawClient) {
    this.#client = client
  }

  static async start(port: number): Promise<Sender> {
    const client = await RawClient.open(port)
    client.send(connectPacket('d1'))
    await client.next('connack')
    return new Sender(client)
  }

  /** Sends bursts until `count` are acknowledged or the connection ends. */
  async sendUntil(count: number): Promise<void> {
    while (this.acknowledged < count && !this.#client.closed) {
      const burst = Array.from({ length: 20 }, () => {
        const number = this.#next++
        return publishPacket(TOPIC, { messageId: ((number - 1) % 60_000) + 1, payload: String(number) })
      })
      this.#client.send(...burst)
      for (let i = 0; i < burst.length; i++) {
        if ((await this.#client.next('puback')) === undefined) return
        this.acknowledged++
      }
    }
  }

  close(): void {
    this.#client.socket.destroy()
  }
}

async function storedNumbers(): Promise<number[]> {
  const journal = Journal.open(join(dataDir, 'journal'), { maxBytes: 1 << 30 })
  const numbers = journal
    .read(0, 1_000_000)
    .flatMap(({ entries }) =>
      entries.filter(({ kind }) => kind === 'publish').map(({ payload }) => Number(payload)),
    )
  await journal.close()
  return numbers
}

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1)

test('kill -9 under load: whatever was acknowledged is in the journal, in order', async () => {
  const { child, port } = await startProcess()
  const sender = await Sender.start(port)
  const sending = sender.sendUntil(Number.POSITIVE_INFINITY)
  while (sender.acknowledged < 500) await new Promise((resolve) => setImmediate(resolve))
  await end(child, 'SIGKILL')
  await sending
  const stored = await storedNumbers()
  expect(stored.length).toBeGreaterThanOrEqual(sender.acknowledged)
  expect(stored).toEqual(upTo(stored.length))
})

test.each([
  ['broker.after-append-before-ack:137', 136, 137],
  ['broker.before-append:137', 0, 0],
])(
  'killed at %s: no acknowledged message is lost, and the journal can be appended to again',
  async (failpoint, acknowledged, stored) => {
    const { child, port } = await startProcess({ NODE_ENV: 'test', OSPREY_FAILPOINT: failpoint })
    const exited = once(child, 'exit')
    const sender = await Sender.start(port)
    await sender.sendUntil(1000)
    await exited
    const numbers = await storedNumbers()
    expect(sender.acknowledged).toBeLessThanOrEqual(numbers.length)
    expect(numbers.length).toBeGreaterThanOrEqual(stored === 0 ? sender.acknowledged : acknowledged)
    const again = await startProcess()
    const second = await Sender.start(again.port)
    await second.sendUntil(20)
    expect(second.acknowledged).toBe(20)
    second.close()
    expect(await end(again.child, 'SIGTERM')).toBe(0)
    expect((await storedNumbers()).length).toBe(numbers.length + 20)
  },
)

test('failpoints are ignored outside of tests', async () => {
  const { child, port } = await startProcess({ OSPREY_FAILPOINT: 'broker.before-append:1' })
  const sender = await Sender.start(port)
  await sender.sendUntil(20)
  expect(sender.acknowledged).toBe(20)
  expect(await end(child, 'SIGTERM')).toBe(0)
})

test('SIGTERM under load ends in order: what was acknowledged is stored, the exit code is 0', async () => {
  const { child, port } = await startProcess()
  const sender = await Sender.start(port)
  const sending = sender.sendUntil(Number.POSITIVE_INFINITY)
  while (sender.acknowledged < 300) await new Promise((resolve) => setImmediate(resolve))
  expect(await end(child, 'SIGTERM')).toBe(0)
  await sending
  const stored = await storedNumbers()
  expect(stored.length).toBeGreaterThanOrEqual(sender.acknowledged)
  expect(stored).toEqual(upTo(stored.length))
})

test('bad configuration names every problem and ends with 1', async () => {
  const env = { PATH: process.env['PATH'], OSPREY_MQTT_PORT: 'x', OSPREY_MAX_CONNECTIONS: '0' }
  const child = spawn(process.execPath, [MAIN], { env: env as NodeJS.ProcessEnv })
  children.push(child)
  let output = ''
  child.stderr?.on('data', (chunk) => {
    output += chunk
  })
  const [code] = await once(child, 'close')
  expect(code).toBe(1)
  expect(output).toMatch(/OSPREY_MQTT_PORT: "x".*\nOSPREY_MAX_CONNECTIONS: "0"/)
})

test('a data directory that holds half a restore is left alone, with a clear message', async () => {
  rmSync(join(dataDir, 'journal'), { recursive: true })
  writeFileSync(join(dataDir, RESTORE_MARK), '')
  await expect(startProcess()).rejects.toThrow(/ended with 1: .*holds a restore that was not finished/)
  expect(readdirSync(dataDir)).toEqual([RESTORE_MARK])
})

test('no log line carries a secret', async () => {
  const { child, port, lines } = await startProcess({ OSPREY_LOG_LEVEL: 'trace' })
  const client = await RawClient.open(port)
  client.send(connectPacket('d1', { password: Buffer.from(`${SECRET} guessed`) }))
  await client.untilClosed()
  await end(child, 'SIGTERM')
  expect(lines.join('\n')).not.toContain(SECRET)
})
