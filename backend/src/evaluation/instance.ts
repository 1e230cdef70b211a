import { createHash } from 'node:crypto'
import type { RuleDefinition, Severity } from '@osprey/core/api/rules'
import type { Target } from '../alerts/alert-notice.ts'
import type { ColdStart } from './cold-start.ts'
import type { Machine } from './machine.ts'

/** What an instance stands for. */
export interface Identity {
  /** Rule and target; at most one instance has it. */
  readonly key: string
  readonly rule: string
  /** Of the rule; it may change while what it judges stays the same. */
  version: number
  readonly target: Target
  readonly station: string | null
  readonly other: string | null
  readonly site: string | null
  readonly property: string | null
}

/** The alert an instance has open. */
export interface OpenAlert {
  readonly id: string
  readonly since: number
  readonly firedAt: number
  severity: Severity
}

/** A rule with a condition at one station or pair of stations. */
export interface ConditionInstance extends Identity {
  readonly trigger: 'condition'
  definition: RuleDefinition
  /** Changes with everything the machine was compiled from. */
  readonly fingerprint: string
  readonly machine: Machine
  /** Whether it closes windows by the clock. */
  readonly timed: boolean
  /** Position among the instances; it changes when they do. */
  index: number
  /** Series of its inputs. */
  inputs: Int32Array
  alert: OpenAlert | null
  /** When its machine began with nothing, epoch milliseconds; saved with it. */
  began: number
  /** Observations wait here while its windows are filled from the store. */
  cold: ColdStart | null
  /** What its machine threw last. */
  fault?: string
  /** Journal sequence its saved state stands at; 0 while none is saved. */
  standsAt: number
}

/** Separates what identifiers cannot contain. */
export function instanceKey(rule: string, target: Target): string {
  return `${rule} ${target}`
}

/**
 * The same firing told twice, as after a crash, has the same id. A machine that began anew, as when its rule was
 * switched off and on, may fire once more at the same time: that is another alert.
 */
export function alertId(
  { rule, target, began }: Pick<ConditionInstance, 'rule' | 'target' | 'began'>,
  firedAt: number,
): string {
  const of = `${rule}\n${target}\n${began}\n${firedAt}`
  return createHash('sha256').update(of).digest('base64url').slice(0, 22)
}
