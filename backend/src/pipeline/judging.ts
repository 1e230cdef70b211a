import type { LatestObservation } from '../observations/store.ts'
import type { Write } from './outbox.ts'

/** Where readings are judged as they are taken. */
export interface Judge {
  /**
   * Offers a reading. Categories are offered as the number of the category, -1 when it is none of them, booleans as 0
   * and 1, missing values as NaN.
   */
  observe(series: number, phenomenonTime: number, receivedAt: number, value: number, quality: number): void
  /** The report is at its end: what it touched is judged. */
  settle(): void
}

/** Notices and states for a transaction of the pipeline; `committed` is called once it has succeeded. */
export interface Sealed {
  writes: Write[]
  committed: () => void
}

/**
 * What judges rules on every reading (see evaluation/evaluation.ts), as the pipeline drives it. Its state becomes
 * durable in the pipeline's transactions, a little later than the cursor: the journal is kept, and read again after
 * a crash, from `neededFrom` on.
 */
export interface Judging extends Judge {
  /** Nothing more may be read until something has been told. */
  readonly full: boolean
  /** Whether a transaction is worth while for its own sake. */
  readonly urgent: boolean
  /** Whether some states are not saved yet; they can wait for company. */
  readonly unsaved: boolean
  /** The journal is needed from after this sequence on. */
  readonly neededFrom: number
  /** While true the observations offered were taken before, and are for the machines that have not seen them. */
  readingAgain: boolean
  /**
   * Takes up what an earlier run saved. `sequence`: the last journal entry it has taken; `replaced`: the journal is
   * another one than then, so that its sequences mean something else. Answers from after which sequence the journal is
   * to be read again for the machines.
   */
  start(at: { sequence: number; replaced: boolean }): Promise<number>
  stop(): Promise<void>
  /** The last entry taken or, while reading again, the one in hand. */
  position(sequence: number): void
  /** Everything received before `time` (epoch milliseconds) has been taken: windows that ended are judged. */
  reach(time: number): void
  /**
   * The broker listens (again) since `from`, epoch milliseconds: what was not heard since `until`, when it last did, is
   * not silence. Null: it is not known when that was. An `until` after `from`: its clock was set back.
   */
  listensSince(from: number, until: number | null): void
  /**
   * Called every second. `heard`: everything received until then has been taken (epoch milliseconds), as far as that
   * can be told; undefined when it cannot.
   */
  tick(heard: number | undefined): void
  /** A reading was accepted in an earlier run: it was heard. */
  heardBefore(series: number, receivedAt: number, quality: number): void
  /** What the store knew last. */
  restore(observations: readonly LatestObservation[]): void
  /**
   * Takes for a transaction what is to be told, and states: of whatever did something, and of the rest as its turn
   * comes. `sequence`: the last journal entry of the transaction. With `everything` no state is left out.
   */
  seal(sequence: number, everything: boolean): Sealed
}
