import type { RuleDefinition } from '@osprey/core/api/rules'

/** Parts of a definition that a history tells apart. */
export const ASPECTS = [
  'name',
  'description',
  'severity',
  'scope',
  'pairs',
  'condition',
  'hold',
  'clear',
  'keep',
  'gap',
  'qualityFlags',
  'timeZone',
  'schedule',
  'inhibits',
  'escalation',
  'public',
  'instruction',
] as const
export type Aspect = (typeof ASPECTS)[number]

/** Which parts of the later definition are not those of the earlier one, in the order of the form. */
export function changedAspects(earlier: RuleDefinition, later: RuleDefinition): Aspect[] {
  return ASPECTS.filter((aspect) => !same(partOf(earlier, aspect), partOf(later, aspect)))
}

function partOf(definition: RuleDefinition, aspect: Aspect): unknown {
  const { trigger } = definition
  switch (aspect) {
    case 'condition':
      return trigger.kind === 'condition' ? trigger.condition : trigger
    case 'hold':
      return trigger.kind === 'condition' ? trigger.holdSeconds : null
    case 'clear':
      return trigger.kind === 'condition' ? trigger.clearSeconds : null
    case 'keep':
      return trigger.kind === 'condition' ? trigger.keepFiringSeconds : null
    case 'gap':
      return trigger.kind === 'condition' ? trigger.gapSeconds : null
    default:
      return definition[aspect]
  }
}

function same(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false
  const names = new Set([...Object.keys(one), ...Object.keys(other)])
  return [...names].every((name) =>
    same((one as Record<string, unknown>)[name], (other as Record<string, unknown>)[name]),
  )
}
