import pino, { type DestinationStream, type Logger } from 'pino'

const SECRETS = ['password', 'passwordHash', 'secret', 'secretHash', 'token', 'authorization', 'cookie']

/**
 * Structured log, one JSON object per line on standard output, times in UTC. Fields that could hold a secret
 * are blanked wherever they appear in the first two levels.
 */
export function createLog(level: string, destination?: DestinationStream): Logger {
  return pino(
    {
      level,
      base: { service: 'osprey-backend' },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
        censor: '(not shown)',
      },
    },
    destination ?? pino.destination({ fd: 1, sync: true }),
  )
}
