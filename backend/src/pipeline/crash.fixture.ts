import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { AppendResult, ObservationBatch } from '../observations/store.ts'
import type { Resolver } from './resolver.ts'
import { MemoryDatastreams, MemoryStore, Spine } from './spine.fixture.ts'

/** A process to be killed: the pipeline with a store that writes lines to a file. Run by crash.test.ts. */

export const DEVICES = 20
export const PROPERTIES = ['pm25', 'pm10', 'no2']

class FileStore extends MemoryStore {
  readonly #file: number

  constructor(path: string) {
    super()
    this.#file = openSync(path, 'a')
  }

  override async append(batch: ObservationBatch): Promise<AppendResult> {
    let lines = '\n'
    for (let row = 0; row < batch.length; row++) {
      lines += `${batch.datastream[row]} ${batch.phenomenonTime[row]} ${batch.value[row]}\n`
    }
    writeSync(this.#file, lines)
    fdatasyncSync(this.#file)
    return { stored: batch.length, refused: [] }
  }

  close(): void {
    closeSync(this.#file)
  }
}

/** Numbers that are the same in every process. */
class FixedDatastreams extends MemoryDatastreams {
  override idOf(station: string, property: string): number {
    return Number(station.slice(1)) * PROPERTIES.length + PROPERTIES.indexOf(property) + 1
  }
}

/** Half of the datastreams exist from the beginning, the others are created with their first readings. */
function register(resolver: Resolver): void {
  const datastreams = new FixedDatastreams()
  for (let at = 0; at < DEVICES; at++) {
    const station = `s${at}`
    resolver.setStation({ id: station, latitude: 0, longitude: 0, medium: 'air' })
    resolver.setDevice({ id: `d${at}`, stations: [station], disabled: false })
    if (at % 2 === 0) continue
    for (const property of PROPERTIES) {
      resolver.setDatastream({ id: datastreams.idOf(station, property), station, property })
    }
  }
}

async function main(directory: string, task: string): Promise<void> {
  const store = new FileStore(join(directory, 'stored'))
  const spine = new Spine(directory, { register, store, datastreams: new FixedDatastreams() })
  spine.outbox.onChange(() => process.stdout.write('changed\n'))
  await spine.start()
  if (task !== 'finish') return
  await spine.settled()
  const devices = spine.ledger.devices({ limit: DEVICES })
  const result = { total: spine.pipeline.total(), devices, imbalances: spine.ledger.imbalances() }
  await spine.stop()
  store.close()
  process.stdout.write(`${JSON.stringify(result)}\n`)
}

const [, script, directory, task] = process.argv
if (script === import.meta.filename && directory !== undefined) await main(directory, task ?? 'run')
