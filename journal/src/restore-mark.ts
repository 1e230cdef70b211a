import { existsSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Present in a data directory while a restore is under way, and for ever after one that went wrong: neither broker
 * nor backend may start there.
 */
export const RESTORE_MARK = 'restore-unfinished'

/** Why nothing may start on the data directory; undefined when it holds no half restored platform. */
export function unfinishedRestore(dataDir: string): string | undefined {
  if (!existsSync(join(dataDir, RESTORE_MARK))) return undefined
  return (
    `${dataDir} holds a restore that was not finished or did not compare equal: ` +
    'empty it, and DATABASE_URL and InfluxDB where used, and restore again'
  )
}
