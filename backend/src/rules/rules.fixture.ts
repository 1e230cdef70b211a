import type { RuleDefinitionInput } from '@osprey/core/api/rules'

type Trigger = RuleDefinitionInput['trigger']
export type ConditionInput = Extract<Trigger, { kind: 'condition' }>['condition']

/** The last value of a property beyond a number. */
export const above = (property: string, value: number): ConditionInput => ({
  kind: 'comparison',
  measure: { property, statistic: 'last', windowSeconds: 3600 },
  operator: 'gt',
  threshold: { kind: 'number', value },
})

/** A definition as it is sent, with parts of its own. */
export function definitionOf(
  condition: ConditionInput,
  rest: Partial<RuleDefinitionInput> = {},
): RuleDefinitionInput {
  return {
    name: 'Dust at the gate',
    severity: 'moderate',
    trigger: { kind: 'condition', condition },
    scope: {},
    ...rest,
  }
}
