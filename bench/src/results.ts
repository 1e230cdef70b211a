import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { machine, ROOT } from './system.ts'

/** Writes `bench/results/<name>.json` with the date, the machine and the command that makes it again. */
export function saveResult(name: string, command: string, result: object): void {
  const folder = join(ROOT, 'bench/results')
  mkdirSync(folder, { recursive: true })
  const record = { measured: new Date().toISOString(), command, machine: machine(), ...result }
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(record, null, 2)}\n`)
  process.stdout.write(`${JSON.stringify(record, null, 2)}\n`)
}
