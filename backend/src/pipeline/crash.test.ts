import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { Journal } from '@osprey/journal/journal'
import { DEVICES, PROPERTIES } from './crash.fixture.ts'
import { append, entryOf, T0, temporaryDirectory } from './spine.fixture.ts'

const ROUNDS = 12

let directory: ReturnType<typeof temporaryDirectory>
let journal: Journal

beforeEach(() => {
  directory = temporaryDirectory()
  journal = Journal.open(join(directory.path, 'journal'), { maxBytes: 1e9 })
})

afterEach(async () => {
  await journal.close()
  directory.remove()
})

/** Starts the pipeline in a process of its own. */
function startChild(task: 'run' | 'finish') {
  const script = join(import.meta.dirname, 'crash.fixture.ts')
  const { NODE_OPTIONS: _, ...env } = process.env
  const child = spawn(process.execPath, [script, directory.path, task], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return { child, lines: createInterface(child.stdout), exited: once(child, 'exit') }
}

/** Publishes before each of its transactions and kills the process without warning after the n-th. */
async function killAfter(transaction: number, publish: () => Promise<void>): Promise<void> {
  const { child, lines, exited } = startChild('run')
  const published = [publish()]
  let seen = 0
  lines.on('line', () => {
    if (++seen === transaction) child.kill('SIGKILL')
    else published.push(publish())
  })
  await exited
  await Promise.all(published)
}

async function finish() {
  const { lines, exited } = startChild('finish')
  let last = ''
  lines.on('line', (line) => {
    last = line
  })
  await exited
  return JSON.parse(last)
}

/** Messages of all devices, every seventh of them nonsense; answers the readings that must be stored. */
async function publish(burst: number): Promise<string[]> {
  const expected: string[] = []
  const appended: Promise<void>[] = []
  for (let message = 0; message < 200; message++) {
    const device = message % DEVICES
    const time = T0 + burst * 1000 + message
    const values = Object.fromEntries(PROPERTIES.map((property, at) => [property, message + at]))
    const payload = message % 7 === 0 ? 'nonsense' : { time, values: { ...values, unheard_of: 1 } }
    appended.push(append(journal, entryOf({ device: `d${device}`, payload })))
    if (message % 7 === 0) continue
    PROPERTIES.forEach((_, at) => {
      expected.push(`${device * PROPERTIES.length + at + 1} ${time} ${message + at}`)
    })
  }
  await Promise.all(appended)
  return expected
}

test('killed at any transaction, the pipeline loses nothing and its ledger balances to the reading', async () => {
  const expected: string[] = []
  let bursts = 0
  const publishMore = async () => {
    expected.push(...(await publish(bursts++)))
  }
  for (let round = 0; round < ROUNDS; round++) await killAfter(1 + ((round * 7) % 12), publishMore)
  const { total, devices, imbalances } = await finish()

  const stored = new Set(readFileSync(join(directory.path, 'stored'), 'utf8').split('\n'))
  expect(expected.filter((line) => !stored.has(line))).toEqual([])
  const messages = bursts * 200
  const nonsense = bursts * Math.ceil(200 / 7)
  const unheard = messages - nonsense
  expect(total).toEqual({
    received: expected.length + nonsense + unheard,
    stored: expected.length,
    rejected: nonsense + unheard,
    pending: 0,
    rejectedBy: { malformed_json: nonsense, unknown_property: unheard },
    messages: { received: messages, decoded: unheard, rejected: nonsense, pending: 0 },
  })
  expect(imbalances).toEqual([])
  expect(devices).toHaveLength(DEVICES)
  for (const account of devices) {
    expect(account.received).toBe(account.stored + account.rejected + account.pending)
    expect(account.pending).toBe(0)
  }
}, 180_000)
