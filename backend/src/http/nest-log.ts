import type { LoggerService } from '@nestjs/common'
import type { Logger } from 'pino'

/** Nest's own messages in our log; its start-up chatter is debug. */
export function nestLog(log: Logger): LoggerService {
  const write =
    (level: 'debug' | 'warn' | 'error') =>
    (message: unknown, ...details: unknown[]) =>
      log[level]({ source: 'nest', details: details.map(String) }, String(message))
  return {
    log: write('debug'),
    debug: write('debug'),
    verbose: write('debug'),
    warn: write('warn'),
    error: write('error'),
    fatal: write('error'),
  }
}
