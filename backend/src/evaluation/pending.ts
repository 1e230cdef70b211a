import type { PendingAlert } from '../alerts/evaluation-port.ts'
import type { ConditionInstance } from './instance.ts'

/** The conditions that hold and have not held for long enough yet. */
export function pendingOf(
  instances: readonly ConditionInstance[],
  unitOf: (instance: ConditionInstance) => string,
): PendingAlert[] {
  return instances
    .filter(({ machine }) => machine.state === 'pending')
    .map((instance) => {
      const { rule, version: ruleVersion, target, station, other, site, property } = instance
      const { definition, machine } = instance
      return {
        rule,
        ruleVersion,
        target,
        station,
        other,
        site,
        property,
        ruleName: definition.name,
        trigger: 'condition',
        severity: definition.severity,
        since: machine.since,
        value: machine.current().value,
        unit: unitOf(instance),
      }
    })
}
