import type {
  Emit,
  InputKey,
  InstanceOptions,
  MachineState,
  RuleContext,
  StationFacts,
  Verdict,
} from '@osprey/core/alerting/types'
import type { RuleDefinition, Severity } from '@osprey/core/api/rules'

/** What the evaluation needs of the pure state machine of a rule at a station (core's RuleInstance). */
export interface Machine {
  readonly inputs: readonly InputKey[]
  readonly problems: readonly { en: string; zh: string }[]
  readonly state: MachineState
  readonly since: number
  readonly severity: Severity | null
  readonly history: number
  observe(input: number, time: number, value: number, quality: number, emit: Emit): boolean
  settle(emit: Emit): void
  advance(time: number, emit: Emit): void
  readonly dueAt: number
  /** The clock was set back to `time`. False when it knows of nothing later. */
  rewind(time: number): boolean
  resolve(): void
  adopt(open: { since: number; firedAt: number; severity: Severity }): void
  current(): { value: number | null; at: number | null; holds: Verdict }
  /** Whether observations come in and it cannot judge them all the same, though its windows had the time to fill. */
  isUnknownAt(time: number): boolean
  /** Offers an observation from before the machine began, in the order of time: it fills windows and is not judged. */
  warmUp(input: number, time: number, value: number, quality: number): boolean
  /** Ends the warm-up. */
  startAt(time: number): void
  /** While firing: the worst value so far, and the observations that counted. */
  episode(): { peak: number | null; peakAt: number | null; observations: number; flagged: number }
  snapshot(): Uint8Array
  restore(bytes: Uint8Array): boolean
}

export type BuildMachine = (options: InstanceOptions) => Machine

/** A rule that is switched on. */
export interface ActiveRule {
  readonly id: string
  readonly version: number
  readonly jurisdiction: string | null
  readonly definition: RuleDefinition
}

/** Where the evaluation learns which rules apply to which stations. Everything is in memory. */
export interface RuleSource {
  active(): readonly ActiveRule[]
  /** The stations in the scope of the rule, with the other one of each pair. */
  targetsOf(rule: ActiveRule): readonly { station: StationFacts; other: StationFacts | null }[]
  context(): RuleContext
}
