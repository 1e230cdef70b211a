import { type RuleDefinition, type RuleDefinitionInput, ruleDefinition } from '../api/rules.ts'
import { type ObservedProperty, propertyById } from '../properties.ts'
import { RuleInstance } from './rule-instance.ts'
import type { StationFacts, Transition } from './types.ts'

/** Timelines: a rule, what is observed when, and what the machine does. Times are seconds after `EPOCH`. */

/** A Monday, 00:00 in Shanghai. */
export const EPOCH = Date.parse('2026-06-01T00:00:00+08:00')

export const STATION: StationFacts = {
  id: 'one',
  name: 'One',
  medium: 'air',
  site: null,
  class: 'II',
  jurisdictions: [],
  attributes: {},
}
export const OTHER: StationFacts = { ...STATION, id: 'two', name: 'Two' }

type TriggerInput = Extract<RuleDefinitionInput['trigger'], { kind: 'condition' }>
export type ConditionInput = TriggerInput['condition']

/** A rule about a condition, with what a test says differently. */
export function rule(
  condition: ConditionInput,
  trigger: Partial<Omit<TriggerInput, 'kind' | 'condition'>> = {},
  rest: Partial<RuleDefinitionInput> = {},
): RuleDefinition {
  return ruleDefinition.parse({
    name: 'rule',
    severity: 'minor',
    scope: {},
    timeZone: 'Asia/Shanghai',
    trigger: { kind: 'condition', condition, ...trigger },
    ...rest,
  })
}

/** `statistic of property operator number`, over a minute unless said otherwise. */
export function compare(
  operator: string,
  value: number,
  measure: Record<string, unknown> = {},
  more: Record<string, unknown> = {},
) {
  return {
    kind: 'comparison',
    measure: { property: 'pm25', statistic: 'last', windowSeconds: 3600, ...measure },
    operator,
    threshold: { kind: 'number', value },
    ...more,
  }
}

export function instanceOf(
  definition: RuleDefinition,
  holidays: ReadonlySet<string> = new Set(),
  station: StationFacts = STATION,
  property: (id: string) => ObservedProperty | undefined = propertyById,
): RuleInstance {
  const other = definition.pairs === null ? null : OTHER
  return new RuleInstance({ definition, station, other, context: { property, holidays } })
}

/**
 * One thing that happens: an observation (`[second, value]`, of another input or with another flag if said), or
 * something done to the machine.
 */
export type Happening =
  | [second: number, value: number, options?: { input?: number; quality?: number; together?: boolean }]
  | { advance: number }
  | { rewind: number }
  | { resolve: true }
  | { restart: true }

/** Runs a timeline; what it does is written as `fired 60 since 0 minor 12`. */
export function run(definition: RuleDefinition, happenings: readonly Happening[]): string[] {
  const told: string[] = []
  const emit = (transition: Transition) => void told.push(written(transition))
  let instance = instanceOf(definition)
  for (const happening of happenings) {
    if (!Array.isArray(happening)) {
      if ('advance' in happening) instance.advance(EPOCH + happening.advance * 1000, emit)
      else if ('rewind' in happening) instance.rewind(EPOCH + happening.rewind * 1000)
      else if ('resolve' in happening) instance.resolve()
      else {
        const saved = instance.snapshot()
        instance = instanceOf(definition)
        if (!instance.restore(saved)) throw new Error('the saved machine does not fit')
      }
      continue
    }
    const [second, value, { input = 0, quality = 1, together = false } = {}] = happening
    instance.observe(input, EPOCH + second * 1000, value, quality, emit)
    if (!together) instance.settle(emit)
  }
  return told
}

export function written(transition: Transition): string {
  const at = (transition.at - EPOCH) / 1000
  switch (transition.kind) {
    case 'fired':
      return `fired ${at} since ${(transition.since - EPOCH) / 1000} ${transition.severity} ${transition.value}`
    case 'raised':
      return `raised ${at} ${transition.severity} ${transition.value}`
    case 'resolved': {
      const peakAt = transition.peakAt === null ? null : (transition.peakAt - EPOCH) / 1000
      const cause = transition.cause === 'hours_ended' ? ' hours ended' : ''
      return `resolved ${at} peak ${transition.peak} at ${peakAt}${cause}`
    }
  }
}
