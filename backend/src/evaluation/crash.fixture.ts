import { closeSync, fdatasyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import type { StationFacts } from '@osprey/core/alerting/types'
import type { AlertNotice } from '../alerts/alert-notice.ts'
import { MemoryDatastreams, T0 } from '../pipeline/spine.fixture.ts'
import { above, JudgedFlow, MemoryAlerts, memorySystem, STATION } from './evaluation.fixture.ts'

/** A process to be killed: the flow with rules, that writes what it tells to a file. Run by crash.test.ts. */

export const STATIONS: readonly StationFacts[] = Array.from({ length: 20 }, (_, at) => ({
  ...STATION,
  id: `s${at}`,
}))

export const RULES = {
  high: above(100),
  held: above(100, { holdSeconds: 3, clearSeconds: 2 }),
  mean: above(55, {}, { statistic: 'mean', windowSeconds: 20, slotSeconds: 1, minimumCoverage: 0.3 }),
  aligned: above(55, {}, { statistic: 'mean', windowSeconds: 60, slotSeconds: 1, aligned: true }),
}

/** The alerts, on disk: one notice a line. */
class FileAlerts extends MemoryAlerts {
  readonly #file: number

  constructor(path: string) {
    super()
    this.#file = openSync(path, 'a+')
    for (const line of readFileSync(path, 'utf8').split('\n')) {
      if (line.endsWith('}')) this.remember([JSON.parse(line) as AlertNotice])
    }
  }

  override take = async (notices: readonly AlertNotice[]): Promise<void> => {
    writeSync(this.#file, `\n${notices.map((notice) => JSON.stringify(notice)).join('\n')}\n`)
    fdatasyncSync(this.#file)
    this.remember(notices)
  }

  close(): void {
    closeSync(this.#file)
  }
}

class FixedDatastreams extends MemoryDatastreams {
  override idOf(station: string): number {
    return Number(station.slice(1)) + 1
  }
}

async function main(directory: string, task: string): Promise<void> {
  const alerts = new FileAlerts(join(directory, 'told'))
  const system = { ...memorySystem(), alerts, datastreams: new FixedDatastreams() }
  system.rules.stations = [...STATIONS]
  for (const [id, definition] of Object.entries(RULES)) system.rules.set(id, definition)
  // The past is not asked for: what is judged is to come from the saved states and the journal alone.
  const history = async () => ({
    times: new Float64Array(0),
    values: new Float64Array(0),
    qualities: new Uint8Array(0),
  })
  const flow = new JudgedFlow(directory, system, { now: () => T0, history })
  flow.outbox.onChange(() => process.stdout.write('changed\n'))
  await flow.start()
  if (task !== 'finish') return
  while (flow.evaluation.stats().instances.cold > 0) await turn()
  await flow.settled()
  await flow.stop()
  alerts.close()
  process.stdout.write('finished\n')
}

const [, script, directory, task] = process.argv
if (script === import.meta.filename && directory !== undefined) await main(directory, task ?? 'run')
