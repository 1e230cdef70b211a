import { eq } from 'drizzle-orm'
import type { Logger } from 'pino'
import type { Database } from '../database/database.ts'
import { users } from '../database/schema.ts'
import { passwordChanged, type Recipient, secondFactorChanged } from '../mail/letters.ts'
import type { Letter, Mail } from '../mail/mail.ts'

/** Tells people by mail what happened to their account, so that they notice what they did not do. */
export class Notices {
  constructor(
    private readonly database: Database,
    private readonly mail: Mail,
    private readonly log: Logger,
    private readonly now: () => number = Date.now,
  ) {}

  passwordChanged(username: string): Promise<void> {
    return this.tell(username, (recipient) => passwordChanged(recipient, this.now()))
  }

  secondFactorChanged(username: string, to: 'on' | 'off'): Promise<void> {
    return this.tell(username, (recipient) => secondFactorChanged(recipient, to, this.now()))
  }

  /** The change is made whether or not anyone can be told of it. */
  private async tell(username: string, letter: (recipient: Recipient) => Letter): Promise<void> {
    if (!this.mail.configured) return
    try {
      const [found] = await this.database.queries
        .select({ username: users.username, displayName: users.displayName, email: users.email })
        .from(users)
        .where(eq(users.username, username))
      if (found?.email) this.mail.send(letter({ ...found, email: found.email }))
    } catch (error) {
      this.log.error({ err: error, event: 'notice_not_sent', account: username }, 'person not told')
    }
  }
}
