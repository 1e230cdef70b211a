import { mkdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Config, parseConfig } from '@osprey/core/config'

export type { Config } from '@osprey/core/config'

/** A start that cannot succeed until a person changes something. Its message is shown as it is. */
export class StartError extends Error {}

/**
 * The configuration of this process, with the data directory made and absolute.
 * @throws StartError naming every bad variable.
 */
export function loadConfig(env: Record<string, string | undefined>): { config: Config; unknown: string[] } {
  const result = parseConfig(env)
  if (!result.ok) throw new StartError(`configuration:\n  ${result.problems.join('\n  ')}`)
  const config = { ...result.config, dataDir: resolve(result.config.dataDir) }
  try {
    mkdirSync(config.dataDir, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw new StartError(`OSPREY_DATA_DIR: ${config.dataDir} cannot be made: ${(error as Error).message}`)
  }
  return { config, unknown: result.unknown }
}

export const VERSION: string = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
).version
