import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type Config, StartError } from '../config.ts'
import { createLog } from '../operations/log.ts'
import type { BackupSteps } from './backup.ts'

/** What `npm run backup` and `npm run restore` have in common. */

/** Paths are relative to where the person is, which npm changes. */
export function pathOf(text: string): string {
  return resolve(process.env['INIT_CWD'] ?? process.cwd(), text)
}

/** The options given, all of them texts. @throws StartError with the usage for one that is unknown. */
export function readOptions<Name extends string>(
  names: readonly Name[],
  usage: string,
): Partial<Record<Name, string>> {
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]))
  try {
    const { values } = parseArgs({ options: { ...options, help: { type: 'boolean' } } })
    if (values.help !== true) return values as Partial<Record<Name, string>>
  } catch (error) {
    throw new StartError(`${(error as Error).message}\n${usage}`)
  }
  process.stdout.write(`${usage}\n`)
  process.exit(0)
}

/** Progress on stderr; Ctrl-C gives up in order. */
export function stepsOfTerminal(): BackupSteps {
  const stopping = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => stopping.abort(new StartError('stopped by hand')))
  }
  const progress = (line: string) => process.stderr.write(`${line}\n`)
  return { signal: stopping.signal, progress }
}

/** Warnings and errors of the parts go to stderr: stdout is for the result. */
export function quietLog({ logLevel }: Pick<Config, 'logLevel'>) {
  const level = logLevel === 'debug' || logLevel === 'trace' ? logLevel : 'warn'
  return createLog(level, { write: (line: string) => process.stderr.write(line) })
}

/** Runs a tool to its end: what a person must change is one clear line, a defect keeps its stack. */
export async function runTool(tool: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await tool()
  } catch (error) {
    const text = error instanceof StartError ? error.message : (error as Error).stack
    process.stderr.write(`osprey: ${text}\n`)
    process.exitCode = 1
  }
}
