import 'reflect-metadata'
import { type RunningBackend, startBackend } from './backend.ts'
import { loadConfig, StartError } from './config.ts'
import { createLog } from './operations/log.ts'

/** An orderly stop that takes longer is cut off; everything acknowledged is durable in the journal by then. */
const STOP_WITHIN_MS = 30_000

async function main(): Promise<void> {
  const { config, unknown } = loadConfig(process.env)
  const log = createLog(config.logLevel)
  if (unknown.length > 0) log.warn({ variables: unknown }, 'unknown OSPREY_ variables, misspelt?')
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'unhandled rejection'))

  let backend: RunningBackend | undefined
  let stopping = false
  const stop = async (reason: object, exitCode: number) => {
    if (stopping) return
    stopping = true
    log.info(reason, 'stopping')
    setTimeout(() => {
      log.error({ withinMs: STOP_WITHIN_MS }, 'not stopped in time, giving up')
      process.exit(1)
    }, STOP_WITHIN_MS).unref()
    await backend?.stop()
    log.info('stopped')
    process.exit(exitCode)
  }
  const starting = startBackend(config, log)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, async () => {
      backend ??= await starting.catch(() => undefined)
      await stop({ signal }, 0).catch((error: Error) => {
        log.error({ err: error }, 'stop failed')
        process.exit(1)
      })
    })
  }
  backend = await starting
  const error = await backend.restartNeeded
  log.error({ err: error }, 'cannot go on in this process')
  await stop({ restart: true }, 1)
}

main().catch((error: Error) => {
  // What a person must change is one clear line; a defect keeps its stack.
  process.stderr.write(`osprey: ${error instanceof StartError ? error.message : error.stack}\n`)
  process.exit(1)
})
