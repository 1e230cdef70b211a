import type { DeviceSecret } from '@osprey/core/api'
import type { AccountLinkView, TokenCreated } from '@osprey/core/api/people'
import type { Broker } from '../devices/credentials.ts'
import { Observable } from '../ui/observable.ts'

/** Something that is told this once and that a person has to carry elsewhere. */
export type Handover =
  | { kind: 'devices'; secrets: readonly DeviceSecret[]; broker: Broker | null }
  | { kind: 'token'; token: TokenCreated }
  | { kind: 'link'; link: AccountLinkView; name: string }
  | { kind: 'signing'; channel: string; secret: string }
  | { kind: 'recovery'; username: string; codes: readonly string[] }

/**
 * What was handed out and not taken yet, first come first shown. It outlives pages and sessions: whoever is shut out
 * half-way still gets it, but nobody else does.
 */
export class Handovers {
  readonly waiting = new Observable<readonly Handover[]>([])
  private owner: string | null = null

  /** Somebody works here now; what belongs to another person is dropped. */
  signedIn(username: string): void {
    if (username !== this.owner && this.waiting.get().length > 0) this.waiting.set([])
    this.owner = username
  }

  /** An answer may arrive when somebody else has signed in already: that person must not see it. */
  add(username: string, handover: Handover): void {
    if (username === this.owner) this.waiting.set([...this.waiting.get(), handover])
  }

  /** The first one was taken, or given up on purpose. */
  done(): void {
    this.waiting.set(this.waiting.get().slice(1))
  }
}
