import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from '@jest/globals'
import { ROOT } from './service-process.ts'

/** Public data sets the platform is checked against; not part of the repository. */
export const SHARED = join(ROOT, '..', 'shared')

type FindProgram = (names: string[]) => string | undefined
const programs = await import(join(ROOT, 'scripts', 'optional-programs.mjs'))
const findProgram: FindProgram = programs.findProgram

export const INFLUXD = findProgram(['influxd'])
export const CHROMIUM = findProgram(['chromium', 'chromium-browser', 'google-chrome'])
export const HAS_SHARED_DATA = existsSync(join(SHARED, 'data', 'beijing_12_stations_hourly.csv'))

/**
 * A suite that needs something of its surroundings. Without it the suite is skipped and says why; on the build
 * server (CI=true) a missing program is a failure, so that a green run means the suite ran.
 */
export function describeWith(needed: Record<string, unknown>, name: string, body: () => void): void {
  const absent = Object.entries(needed).filter(([, found]) => !found)
  if (absent.length === 0) return void describe(name, body)
  const reason = `needs ${absent.map(([what]) => what).join(' and ')}`
  const optional = absent.every(([what]) => what === 'shared data')
  if (process.env['CI'] === 'true' && !optional) {
    return void test(name, () => {
      throw new Error(`${name} ${reason}, which must be installed when CI=true`)
    })
  }
  console.warn(`SKIPPED: ${name}: ${reason}`)
  describe.skip(`${name} (${reason})`, body)
}
