import { chmodSync, chownSync, readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { StartError } from '../config.ts'

/** The operating-system account a server process runs as, when it must differ from ours. */
export interface Account {
  name: string
  uid: number
  gid: number
}

/**
 * PostgreSQL refuses to run as root. When this process is root, the server runs as the system user
 * `postgres`; otherwise as the user of this process (undefined).
 */
export function serverAccount(uid = process.getuid?.(), passwd = '/etc/passwd'): Account | undefined {
  if (uid !== 0) return undefined
  const line = readFileSync(passwd, 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith('postgres:'))
  if (!line) {
    throw new StartError(
      'running as root, which PostgreSQL refuses, and there is no user "postgres" to run it as: ' +
        'start Osprey as another user, create one (useradd --system postgres), or set DATABASE_URL',
    )
  }
  const fields = line.split(':')
  return { name: 'postgres', uid: Number(fields[2]), gid: Number(fields[3]) }
}

/**
 * Makes sure `account` can pass through `directory` and everything above it. The directory itself is ours and
 * is opened to the account's group alone; of the directories above, the first closed one is an error that
 * names it and the ways out.
 */
export function openPathFor(account: Account, directory: string): void {
  const path = resolve(directory)
  chownSync(path, statSync(path).uid, account.gid)
  chmodSync(path, (statSync(path).mode & 0o7777) | 0o010)
  for (let parent = dirname(path); ; parent = dirname(parent)) {
    if (!mayPass(account, parent)) {
      throw new StartError(
        `the database server runs as user "${account.name}", who cannot enter ${parent} ` +
          `(mode ${(statSync(parent).mode & 0o777).toString(8)}), so not the data directory ${path} either: ` +
          `set OSPREY_DATA_DIR to a directory such as /var/lib/osprey, allow entering with ` +
          `"chmod o+x ${parent}", start Osprey as an ordinary user, or set DATABASE_URL`,
      )
    }
    if (parent === dirname(parent)) return
  }
}

function mayPass(account: Account, directory: string): boolean {
  const { mode, uid, gid } = statSync(directory)
  if (uid === account.uid) return (mode & 0o100) !== 0
  if (gid === account.gid) return (mode & 0o010) !== 0
  return (mode & 0o001) !== 0
}
