import { parseConfig } from '@osprey/core/config'
import { unfinishedRestore } from '@osprey/journal/restore-mark'
import { pino } from 'pino'
import { startBroker } from './broker.ts'
import { optionsFromConfig } from './options.ts'

/* The broker process: configuration from the environment, until SIGTERM or SIGINT. */
const parsed = parseConfig(process.env)
if (!parsed.ok) {
  for (const problem of parsed.problems) process.stderr.write(`${problem}\n`)
  process.exit(1)
}
/** Milliseconds after which a stop that hangs on a dead disk is given up; nothing unacknowledged is promised. */
const LAST_RESORT = 15_000
const logger = pino({ name: 'broker', level: parsed.config.logLevel })
for (const variable of parsed.unknown) logger.warn({ variable }, 'unknown variable')

try {
  const unfinished = unfinishedRestore(parsed.config.dataDir)
  if (unfinished !== undefined) throw new Error(unfinished)
  const broker = await startBroker(optionsFromConfig(parsed.config, process.env, logger))
  let stopping = false
  const stop = async (code: number) => {
    if (stopping) return
    stopping = true
    setTimeout(() => process.exit(1), LAST_RESORT).unref()
    await broker.stop()
    process.exit(code)
  }
  process.on('SIGTERM', () => stop(0))
  process.on('SIGINT', () => stop(0))
  broker.failed.then((error) => {
    logger.fatal({ error: error.message }, 'the journal cannot be used any more')
    stop(1)
  })
} catch (error) {
  logger.fatal({ error: (error as Error).message }, 'the broker could not start')
  process.exit(1)
}
