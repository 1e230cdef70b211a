import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Where a command-line tool finds its bearer token: OSPREY_TOKEN, else the file the backend writes at start.
 * It is read anew on each call, because every start of the backend writes another one.
 */
export function operatorToken(dataDir: string, env: NodeJS.ProcessEnv = process.env): string {
  const given = env['OSPREY_TOKEN']
  if (given !== undefined && given !== '') return given
  const path = join(dataDir, 'run', 'operator-token')
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    throw new TokenMissing(path, error)
  }
}

export class TokenMissing extends Error {
  constructor(path: string, cause: unknown) {
    super(
      `no operator token: OSPREY_TOKEN is not set and ${path} cannot be read. ` +
        'Start the platform on this machine, or give --data-dir or OSPREY_TOKEN.',
      { cause },
    )
  }
}
