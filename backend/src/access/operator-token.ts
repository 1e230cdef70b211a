import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { isLocalPeer, sameSecret } from './peer.ts'

/** Command-line tools on this machine prove with it that they may read the data directory. New at every start. */
export class OperatorToken {
  private readonly token = randomBytes(32).toString('base64url')

  constructor(private readonly dataDir: string) {}

  start(): void {
    const directory = join(this.dataDir, 'run')
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    const file = join(directory, 'operator-token')
    writeFileSync(file, `${this.token}\n`, { mode: 0o600 })
    chmodSync(file, 0o600)
  }

  /** Only from this machine, and not through a proxy. */
  isCarriedBy(request: IncomingMessage, bearer: string): boolean {
    return isLocalPeer(request) && sameSecret(bearer, this.token)
  }
}
