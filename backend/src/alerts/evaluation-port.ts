import type { AlertView } from '@osprey/core/api/alerts'
import type { Target } from './alert-notice.ts'

/** A machine whose condition holds and whose hold time has not passed. Times are epoch milliseconds. */
export interface PendingAlert {
  rule: string
  ruleName: string
  ruleVersion: number
  target: Target
  station: string | null
  other: string | null
  site: string | null
  property: string | null
  trigger: 'condition' | 'no_data'
  severity: AlertView['severity']
  /** Since when the condition holds. */
  since: number
  value: number | null
  unit: string
}

/** What the alerts ask of the evaluation. */
export interface EvaluationPort {
  pending(): Iterable<PendingAlert>
  /** What the machine knows now; undefined when there is none. */
  current(
    rule: string,
    target: Target,
  ): { value: number | null; at: number | null; holds: boolean | null } | undefined
  /**
   * Somebody resolved this alert by hand: its machine is to be inactive. It may fire another alert by now, whose
   * notice is still on its way; then it is to be left alone.
   */
  resolve(rule: string, target: Target, alert: string): void
}
