import type { Journal, JournalEntry } from '@osprey/journal/journal'

export interface ListeningOptions {
  journal: Pick<Journal, 'append' | 'noteListening' | 'listenedUntil' | 'stats'>
  /** Epoch milliseconds. */
  now: () => number
}

/** Milliseconds between marks of life. */
export const MARK_INTERVAL = 2000
/** Marks further apart, ms, mean that messages were not taken in between: a stalled process, a full disk, a set clock. */
export const LONGEST_BREAK = 10_000

/**
 * Journals since when messages are taken, so that the time in which none were is not mistaken for the silence of
 * devices. A restart is such a time even if short: every device has to connect again. So is the start with a journal
 * that is new: what was heard before may stand in another one.
 */
export class Listening {
  readonly #options: ListeningOptions
  /** Of the last mark; undefined before the first of this process. */
  #marked: number | undefined
  #looking: Promise<void> | undefined
  #stopped = false

  constructor(options: ListeningOptions) {
    this.#options = options
  }

  /** Called every MARK_INTERVAL, and once before the first device can connect. Never throws. */
  look(): Promise<void> {
    if (this.#stopped) return Promise.resolve()
    // A journal that was replaced or cannot be read ends the process, or the next look tells of the break.
    this.#looking ??= this.#mark()
      .catch(() => undefined)
      .finally(() => {
        this.#looking = undefined
      })
    return this.#looking
  }

  /** Waits for the mark in hand. */
  async stop(): Promise<void> {
    this.#stopped = true
    await this.#looking
  }

  async #mark(): Promise<void> {
    const { journal, now } = this.#options
    const time = now()
    if (journal.stats().refusal !== undefined) return
    if (this.#isBreak(time) && !(await this.#tell(time))) return
    if (await journal.noteListening(time)) this.#marked = time
  }

  #isBreak(time: number): boolean {
    if (this.#marked === undefined) return true
    return time - this.#marked > LONGEST_BREAK || time < this.#marked - LONGEST_BREAK
  }

  /** Before the mark: who sees the mark finds the entry in the journal. */
  #tell(time: number): Promise<boolean> {
    const until = this.#marked ?? this.#options.journal.listenedUntil() ?? null
    const entry: JournalEntry = {
      kind: 'listening',
      receivedAt: time,
      deviceId: '',
      topic: '',
      payload: Buffer.from(JSON.stringify({ until })),
      qos: 0,
    }
    return new Promise((resolve) => {
      this.#options.journal.append(entry, (error) => resolve(error === null))
    })
  }
}
