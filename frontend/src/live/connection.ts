/** What the person is told about the live connection, and when the next attempt is due. */
export type Connection =
  | { phase: 'idle' }
  /** `lostSince` is null on the first attempt. */
  | { phase: 'connecting'; attempt: number; lostSince: number | null }
  | { phase: 'live'; since: number }
  | { phase: 'waiting'; attempt: number; retryAt: number; lostSince: number | null }

export type ConnectionEvent =
  | { type: 'start' }
  /** The first snapshot of a connection: only now is what the map shows current. */
  | { type: 'snapshot' }
  /** Closed, refused or silent for too long. `lastHeard` is the time of the last message, if there was one. */
  | { type: 'lost'; lastHeard: number | null }
  /** The wait is over, the network came back, or the person asked. */
  | { type: 'retry' }
  | { type: 'stop' }

const FIRST_DELAY = 1000
const LONGEST_DELAY = 30_000

/**
 * Wait before reconnection `attempt` (1, 2, …), milliseconds: doubled each time up to 30 s, of which a random
 * half is taken off, so that the clients of a restarted server do not come back all at once.
 * `random` is in [0, 1).
 */
export function reconnectDelay(attempt: number, random: number): number {
  const ceiling = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** Math.min(attempt - 1, 10))
  return Math.round(ceiling / 2 + (ceiling / 2) * random)
}

/** The next state of the connection. `now` is epoch milliseconds. */
export function nextConnection(
  state: Connection,
  event: ConnectionEvent,
  now: number,
  random: number,
): Connection {
  switch (event.type) {
    case 'stop':
      return { phase: 'idle' }
    case 'start':
      return state.phase === 'idle' ? { phase: 'connecting', attempt: 0, lostSince: null } : state
    case 'snapshot':
      return state.phase === 'connecting' ? { phase: 'live', since: now } : state
    case 'retry':
      if (state.phase !== 'waiting') return state
      return { phase: 'connecting', attempt: state.attempt, lostSince: state.lostSince }
    case 'lost':
      return afterLoss(state, event.lastHeard, now, random)
  }
}

function afterLoss(state: Connection, lastHeard: number | null, now: number, random: number): Connection {
  if (state.phase === 'idle' || state.phase === 'waiting') return state
  const attempt = state.phase === 'live' ? 1 : state.attempt + 1
  const lostSince = state.phase === 'live' ? (lastHeard ?? now) : state.lostSince
  return { phase: 'waiting', attempt, retryAt: now + reconnectDelay(attempt, random), lostSince }
}

/** Whether what the map shows may be out of date. */
export function isStale(connection: Connection): boolean {
  return connection.phase !== 'live'
}
