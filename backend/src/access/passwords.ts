import { hash, verify } from '@node-rs/argon2'
import { unavailable } from '../http/problem.ts'

/**
 * Argon2id with 19 MiB, two passes, one lane (OWASP Password Storage Cheat Sheet, second recommendation);
 * these are the library's defaults, spelled out because stored hashes depend on them.
 */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }
/** Verifications share the thread pool with the journal and the file system: two at once, the rest wait in line. */
const AT_ONCE = 2
const MAX_WAITING = 50

/** Hashes and verifies passwords, a bounded number at a time: beyond it a ProblemException 503 is thrown. */
export class Passwords {
  private running = 0
  private readonly waiting: (() => void)[] = []
  /** Made before anyone asks: the first unknown user must not wait for it either. */
  private readonly decoy = hash('no user has this password', PARAMETERS)

  hash(password: string): Promise<string> {
    return this.inTurn(() => hash(password, PARAMETERS))
  }

  /**
   * True when `password` matches `passwordHash`. Without a hash (no such user) a decoy is verified, so that
   * the answer takes as long as for an existing user.
   */
  async verify(passwordHash: string | undefined, password: string): Promise<boolean> {
    const against = passwordHash ?? (await this.decoy)
    const matches = await this.inTurn(() => verify(against, password))
    return matches && passwordHash !== undefined
  }

  private async inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.waiting.length >= MAX_WAITING) throw unavailable('too many people log in at this moment')
    if (this.running >= AT_ONCE) await new Promise<void>((go) => this.waiting.push(go))
    this.running++
    try {
      return await work()
    } finally {
      this.running--
      this.waiting.shift()?.()
    }
  }
}
