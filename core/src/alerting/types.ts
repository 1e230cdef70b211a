import type { Evidence } from '../api/alerts.ts'
import type { RuleDefinition, Severity } from '../api/rules.ts'
import type { Medium, ObservedProperty } from '../properties.ts'

/** What the pure parts of alerting say to each other. Times are epoch milliseconds. */

/** A station as rules see it. */
export interface StationFacts {
  readonly id: string
  readonly name: string
  readonly medium: Medium
  readonly site: string | null
  /** Functional class, which limits depend on. */
  readonly class: string | null
  /** Every jurisdiction it lies in. */
  readonly jurisdictions: readonly string[]
  readonly attributes: Readonly<Record<string, string | number | boolean>>
}

/** What a definition is compiled against. */
export interface RuleContext {
  property(id: string): ObservedProperty | undefined
  /** Local dates, YYYY-MM-DD. */
  readonly holidays: ReadonlySet<string>
}

/** A series an instance reads. */
export interface InputKey {
  readonly of: 'station' | 'other'
  readonly property: string
}

/** Three-valued: null is not known (too little data, too old, no limit in force). */
export type Verdict = boolean | null

export type MachineState = 'inactive' | 'pending' | 'firing'

/** What an instance did. `fired`, then any number of `raised`, then `resolved`. */
export type Transition =
  | {
      kind: 'fired'
      /** Phenomenon time at which it fired, and since when the condition held. */
      at: number
      since: number
      severity: Severity
      value: number | null
      unit: string
      evidence: Evidence
    }
  | { kind: 'raised'; at: number; severity: Severity; value: number | null }
  | {
      kind: 'resolved'
      at: number
      /** `hours_ended`: what was judged lies outside of the schedule of the rule. */
      cause: 'cleared' | 'hours_ended'
      peak: number | null
      peakAt: number | null
      /** Of the observations that counted while it fired: how many, and how many with a flag that is not good. */
      observations: number
      flagged: number
    }

/** Told synchronously, in order. */
export type Emit = (transition: Transition) => void

/** A rule for one station (and the other of its pair), ready to judge. */
export interface InstanceOptions {
  readonly definition: RuleDefinition
  readonly station: StationFacts
  readonly other: StationFacts | null
  readonly context: RuleContext
}
