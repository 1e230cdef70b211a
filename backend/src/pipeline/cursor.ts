import type { Outbox, Write } from './outbox.ts'

/** Where the pipeline stands in the journal; kept with the outbox. */
export interface Cursor {
  /** Sequence of the last entry taken. */
  sequence: number
  /** Messages on observations and senml topics ever journaled, up to there. */
  observations: number
  /** Receive time of the last entry taken, epoch milliseconds. */
  receivedAt: number
  decoded: number
  undecoded: number
  /** Id of the journal it stands in; absent while that is unknown. */
  journal?: string | undefined
}

const CURSOR_KEY = 'cursor'

/** Undefined before the first message. */
export function readCursor(outbox: Pick<Outbox, 'get'>): Cursor | undefined {
  const stored = outbox.get('meta', CURSOR_KEY)
  return stored === undefined ? undefined : (JSON.parse(stored.toString('utf8')) as Cursor)
}

export function cursorWrite(cursor: Cursor): Write {
  return { table: 'meta', key: CURSOR_KEY, value: Buffer.from(JSON.stringify(cursor)) }
}
