import type { Severity } from '@osprey/core/api/rules'
import type { Identity, OpenAlert } from './instance.ts'
import { instanceKey } from './instance.ts'

/** An alert that is open in the database. */
export interface StoredAlert {
  id: string
  rule: string
  ruleVersion: number
  target: string
  station: string | null
  other: string | null
  site: string | null
  property: string | null
  trigger: 'condition' | 'no_data'
  severity: Severity
  /** Epoch milliseconds. */
  since: number
  firedAt: number
}

export interface ReconcileInput<T extends Identity> {
  stored: readonly StoredAlert[]
  instances: ReadonlyMap<string, T & { trigger: StoredAlert['trigger']; alert: OpenAlert | null }>
  /** Rules that are switched on. */
  active: ReadonlySet<string>
  /** Alerts of which notices are on their way: what the database says of them is not the last word. */
  untold: ReadonlySet<string>
}

export type Correction<T> =
  /** The database has resolved the alert, by hand, or lost it: the machine begins anew. */
  | { kind: 'resolve'; instance: T }
  /** The machine lost its state: it takes the open alert over. */
  | { kind: 'adopt'; instance: T; stored: StoredAlert }
  /** Nothing judges it any more. */
  | { kind: 'end'; stored: StoredAlert; resolution: 'rule_inactive' | 'out_of_scope' }

/** Where the machines and the open alerts of the database disagree, and what makes them agree. */
export function reconcile<T extends Identity>({
  stored,
  instances,
  active,
  untold,
}: ReconcileInput<T>): Correction<T>[] {
  const corrections: Correction<T>[] = []
  const open = new Set(stored.map(({ id }) => id))
  for (const instance of instances.values()) {
    const { alert } = instance
    if (alert !== null && !open.has(alert.id) && !untold.has(alert.id))
      corrections.push({ kind: 'resolve', instance })
  }
  for (const alert of stored) {
    if (untold.has(alert.id)) continue
    const instance = instances.get(instanceKey(alert.rule, alert.target))
    if (instance === undefined || instance.trigger !== alert.trigger) {
      const resolution = active.has(alert.rule) ? 'out_of_scope' : 'rule_inactive'
      corrections.push({ kind: 'end', stored: alert, resolution })
    } else if (
      instance.alert?.id !== alert.id &&
      !(instance.alert !== null && untold.has(instance.alert.id))
    ) {
      corrections.push({ kind: 'adopt', instance, stored: alert })
    }
  }
  return corrections
}
