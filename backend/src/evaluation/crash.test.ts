import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { RuleInstance } from '@osprey/core/alerting/rule-instance'
import type { StationFacts, Transition } from '@osprey/core/alerting/types'
import type { RuleDefinition } from '@osprey/core/api/rules'
import { propertyById } from '@osprey/core/properties'
import { QUALITY } from '@osprey/core/quality'
import { Journal } from '@osprey/journal/journal'
import type { AlertNotice } from '../alerts/alert-notice.ts'
import { append, entryOf, T0, temporaryDirectory } from '../pipeline/spine.fixture.ts'
import { RULES, STATIONS } from './crash.fixture.ts'

const ROUNDS = 12
/** Readings of each station per burst, a second apart. */
const READINGS = 10

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

/** Some 25 s low, 8 s high, with noise, differently at every station; some readings are late or repeated. */
function pm25At(station: number, second: number): number {
  const phase = (second * 7 + station * 13) % 231
  return phase > 175 ? 101 + (second % 5) : 20 + ((second * station) % 50)
}

async function publish(burst: number): Promise<void> {
  const appended: Promise<void>[] = []
  for (let at = 0; at < READINGS; at++) {
    const second = burst * READINGS + at
    STATIONS.forEach(({ id }, station) => {
      const message = (time: number, value: number) =>
        entryOf({
          device: `device-${id}`,
          receivedAt: T0 + second * 1000,
          payload: { time: T0 + time * 1000, values: { pm25: value } },
        })
      appended.push(append(journal, message(second, pm25At(station, second))))
      if (second % 11 === 5) appended.push(append(journal, message(second - 2, pm25At(station, second - 2))))
    })
  }
  await Promise.all(appended)
}

/** What a machine that was never interrupted does with the same journal. */
function expectedOf(
  rule: string,
  definition: RuleDefinition,
  station: StationFacts,
  at: number,
  seconds: number,
): string[] {
  const context = { property: propertyById, holidays: new Set<string>() }
  const machine = new RuleInstance({ definition, station, other: null, context })
  const found: string[] = []
  const emit = (transition: Transition) => void found.push(lineOf(rule, station.id, transition))
  for (let second = 0; second < seconds; second++) {
    machine.observe(0, T0 + second * 1000, pm25At(at, second), QUALITY.good, emit)
    machine.settle(emit)
  }
  return found
}

function lineOf(rule: string, target: string, { kind, at }: Pick<Transition, 'kind' | 'at'>): string {
  return `${rule} ${target} ${kind} ${(at - T0) / 1000}`
}

test('killed at any transaction, no transition of any rule is lost and none is invented', async () => {
  // The rules are there before the readings: else they would begin with the past of the store.
  await startChild('finish').exited
  let bursts = 0
  const publishMore = () => publish(bursts++)
  for (let round = 0; round < ROUNDS; round++) await killAfter(1 + ((round * 7) % 12), publishMore)
  const { exited } = startChild('finish')
  await exited

  const notices = readFileSync(join(directory.path, 'told'), 'utf8')
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => JSON.parse(line) as AlertNotice)
  const told = notices.map(({ rule, target, transition }) => lineOf(rule, target, transition))
  const expected = Object.entries(RULES).flatMap(([rule, definition]) =>
    STATIONS.flatMap((station, at) => expectedOf(rule, definition, station, at, bursts * READINGS)),
  )
  expect(expected.length).toBeGreaterThan(500)
  const lost = expected.filter((line) => !told.includes(line))
  const invented = told.filter((line) => !expected.includes(line))
  expect({ lost, invented }).toEqual({ lost: [], invented: [] })
  // One alert each, however often it was told.
  const fired = notices.filter(({ transition }) => transition.kind === 'fired')
  expect(new Set(fired.map(({ alert }) => alert)).size).toBe(
    expected.filter((line) => line.includes(' fired ')).length,
  )
})
