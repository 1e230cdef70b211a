import { AsyncLocalStorage } from 'node:async_hooks'
import type { ActorKind } from '@osprey/core/api/audit'

/** Who causes what happens now, and from where. */
export interface Actor {
  kind: ActorKind
  name: string
  /** Network address; empty for the platform itself. */
  address: string
}

const SYSTEM: Actor = { kind: 'system', name: 'osprey', address: '' }
const storage = new AsyncLocalStorage<Actor>()

/**
 * Runs `work` in the name of `actor`. The middleware does so for every request, so that no change can forget to
 * pass on who makes it.
 */
export function actingAs<Result>(actor: Actor, work: () => Result): Result {
  return storage.run(actor, work)
}

/** Whoever made the request this code runs for; the platform itself outside of requests. */
export function currentActor(): Actor {
  return storage.getStore() ?? SYSTEM
}
