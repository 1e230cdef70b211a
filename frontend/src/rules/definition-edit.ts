import type { PropertyView } from '@osprey/core/api'
import {
  type Comparison,
  type Condition,
  measuresOf,
  type RuleDefinition,
  SEVERITIES,
  type Severity,
  type Trigger,
} from '@osprey/core/api/rules'
import type { Medium } from '@osprey/core/properties'
import { emptyComparison, zoneOfLimit } from './comparison-edit.ts'

/** A rule nobody has filled in yet: what most rules want is set already. */
export function emptyDefinition(property: PropertyView | undefined, timeZone: string): RuleDefinition {
  return {
    name: '',
    description: '',
    severity: 'moderate',
    trigger: emptyTrigger('condition', property),
    scope: {
      media: property === undefined ? null : property.media.slice(0, 1),
      sites: null,
      jurisdictions: null,
      classes: null,
      tags: null,
      stations: null,
    },
    pairs: null,
    qualityFlags: [1, 2, 3],
    timeZone,
    schedule: null,
    inhibits: null,
    escalation: [],
    public: false,
    instruction: '',
  }
}

export function emptyTrigger(kind: Trigger['kind'], property: PropertyView | undefined): Trigger {
  if (kind === 'no_data') return { kind, per: 'station', properties: null, graceSeconds: 1800 }
  return {
    kind,
    condition: emptyComparison(property),
    holdSeconds: 0,
    clearSeconds: 0,
    keepFiringSeconds: 0,
    gapSeconds: 3600,
  }
}

export function comparisonsOf(node: Condition): Comparison[] {
  if (node.kind === 'comparison') return [node]
  return node.kind === 'not' ? comparisonsOf(node.condition) : node.conditions.flatMap(comparisonsOf)
}

/** Whether some measure is of the second station of a pair. */
export function needsPairs({ trigger }: RuleDefinition): boolean {
  if (trigger.kind !== 'condition') return false
  return comparisonsOf(trigger.condition).some((each) => measuresOf(each).some(({ of }) => of === 'other'))
}

/**
 * Another condition. A limit that is new in it brings along the time zone whose days its standard means; a rule for
 * the medium its property belongs to follows when that becomes a property of another one.
 */
export function withCondition(
  definition: RuleDefinition,
  condition: Condition,
  mediumOf: (property: string) => Medium | undefined,
): RuleDefinition {
  const { trigger } = definition
  if (trigger.kind !== 'condition') return definition
  const before = limitsOf(trigger.condition)
  const zone = limitsOf(condition)
    .filter((limit) => !before.includes(limit))
    .map(zoneOfLimit)
    .find((hint) => hint !== null)
  const [medium, next] = [trigger.condition, condition].map((each) =>
    mediumOf(comparisonsOf(each)[0]?.measure.property ?? ''),
  )
  const { media } = definition.scope
  const follows = media?.length === 1 && media[0] === medium && next !== undefined
  return {
    ...definition,
    scope: follows ? { ...definition.scope, media: [next] } : definition.scope,
    timeZone: zone ?? definition.timeZone,
    trigger: { ...trigger, condition },
  }
}

function limitsOf(condition: Condition): string[] {
  return comparisonsOf(condition).flatMap(({ threshold }) =>
    threshold.kind === 'limit' ? [threshold.limit] : [],
  )
}

/** One more condition beside this one. */
export function withSibling(node: Condition, added: Condition): Condition {
  if (node.kind === 'all' || node.kind === 'any') return { ...node, conditions: [...node.conditions, added] }
  return { kind: 'all', conditions: [node, added] }
}

/** The group without one of its members; a group of one is that one. */
export function without(group: Extract<Condition, { kind: 'all' | 'any' }>, index: number): Condition {
  const conditions = group.conditions.filter((_, at) => at !== index)
  return conditions.length === 1 ? (conditions[0] as Condition) : { ...group, conditions }
}

/** Levels must stay above the rule's own severity. */
export function withSeverity(definition: RuleDefinition, severity: Severity): RuleDefinition {
  const { trigger } = definition
  if (trigger.kind !== 'condition') return { ...definition, severity }
  const above = (node: Condition): Condition => {
    if (node.kind === 'not') return { ...node, condition: above(node.condition) }
    if (node.kind !== 'comparison') return { ...node, conditions: node.conditions.map(above) }
    const levels = node.levels.filter(
      (level) => SEVERITIES.indexOf(level.severity) > SEVERITIES.indexOf(severity),
    )
    return levels.length === node.levels.length ? node : { ...node, levels }
  }
  return { ...definition, severity, trigger: { ...trigger, condition: above(trigger.condition) } }
}

/** An id from a name: Latin letters and digits, words joined by hyphens; `taken` are those in use. */
export function idFrom(name: string, taken: ReadonlySet<string>): string {
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 56)
    .replace(/-+$/, '')
  const base = plain === '' ? 'rule' : plain
  for (let number = 1; ; number++) {
    const id = number === 1 ? base : `${base}-${number}`
    if (!taken.has(id)) return id
  }
}

/** Whether two definitions mean the same; NaN, a number still to be typed, equals itself. */
export function sameDefinition(one: RuleDefinition, other: RuleDefinition): boolean {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other))
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, sorted(member)]),
  )
}

/** Seconds of readings before now that a rule looks at when it begins. */
export function longestWindow({ trigger }: RuleDefinition): number {
  if (trigger.kind !== 'condition') return 0
  const windows = comparisonsOf(trigger.condition).flatMap((each) =>
    measuresOf(each).map(({ windowSeconds, aligned, meanOf, slotSeconds = windowSeconds / 60 }) =>
      aligned ? 2 * windowSeconds : windowSeconds + (meanOf === 'slots' ? slotSeconds : 0),
    ),
  )
  return Math.max(0, ...windows)
}
