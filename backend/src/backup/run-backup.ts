import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { BackupResult } from '@osprey/core/api/backup'
import { loadConfig, StartError } from '../config.ts'
import { askBackend, ownAddress } from './ask-backend.ts'
import { pathOf, quietLog, readOptions, runTool, stepsOfTerminal } from './command-line.ts'
import { backupStopped } from './stopped-platform.ts'

const USAGE = `npm run backup -- --to FOLDER [--data-dir FOLDER] [--url URL]
  Makes a backup in a new folder, of the running platform or of one that is stopped. The archive holds password
  hashes and keys: keep it as you would keep those.
  --to        the folder to be made; the folder it is in must exist
  --data-dir  of the platform; OSPREY_DATA_DIR or ./data unless given
  --url       of its backend; as the OSPREY_ variables have it unless given`

/** `npm run backup`. */
await runTool(async () => {
  const { to, url, 'data-dir': dataDir } = readOptions(['to', 'url', 'data-dir'], USAGE)
  if (to === undefined) throw new StartError(`--to is missing\n${USAGE}`)
  const { config } = loadConfig({
    ...process.env,
    ...(dataDir !== undefined && { OSPREY_DATA_DIR: pathOf(dataDir) }),
  })
  // A misspelt name must not give a backup of a new, empty platform.
  if (!existsSync(join(config.dataDir, 'outbox'))) throw new StartError(`${config.dataDir} holds no platform`)
  const target = pathOf(to)
  const steps = stepsOfTerminal()
  const from = performance.now()
  const made: BackupResult =
    (await askBackend(config, url ?? ownAddress(config), target, steps)) ??
    (await backupStopped(config, target, steps, quietLog(config)))
  const { observations, audit } = made.manifest
  process.stdout.write(
    `${made.target}: ${observations.count} observations of ${observations.datastreams} datastreams, ` +
      `audit log up to entry ${audit.sequence}, ${(made.bytes / 1e6).toFixed(1)} MB ` +
      `in ${((performance.now() - from) / 1000).toFixed(1)} s\n`,
  )
  return 0
})
