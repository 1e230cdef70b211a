import type {
  Comparison,
  Condition,
  ConditionTrigger,
  Measure,
  NoDataTrigger,
  Operator,
  RuleDefinition,
  Scope,
  Threshold,
} from '../../api/rules.ts'
import { type ObservedProperty, propertyById } from '../../properties.ts'
import { gapOf } from '../compiled-rule.ts'
import {
  booleanMeant,
  type Context,
  contextOf,
  coverageOf,
  directionOf,
  isOfStationClass,
  lengthOf,
  listed,
  needsZone,
  numberText,
  OPPOSITE,
  percentText,
  type SentenceNames,
  weekdayRuns,
} from './words.ts'

/** The meaning of a rule in English. */
export function english(definition: RuleDefinition, names: SentenceNames): string {
  return [
    `${capital(places(definition.scope, names))}: ${definition.severity} alert ${when(definition, names)}.`,
    pairs(definition, names),
    ...(definition.trigger.kind === 'condition'
      ? [resolving(definition.trigger, contextOf(definition, names)), gaps(definition)]
      : ['It resolves with the next reading.']),
    active(definition),
    needsZone(definition) ? `Times and days are those of ${definition.timeZone}.` : '',
    flags(definition.qualityFlags),
    inhibition(definition.inhibits),
    escalation(definition.escalation),
    definition.public ? 'It is public.' : '',
  ]
    .filter((part) => part !== '')
    .join(' ')
}

// ── Where ───────────────────────────────────────────────────────────────────────────────────────────────

function places(scope: Scope, names: SentenceNames): string {
  const media = scope.media === null ? '' : `${either(scope.media.map((each) => each.replace('-', ' ')))} `
  const parts = [
    scope.stations === null
      ? `at all ${media}stations`
      : `at ${media}${scope.stations.length === 1 ? 'station' : 'stations'} ${some(scope.stations, (id) => quoted(names.station(id) ?? id), 'and')}`,
    scope.classes === null ? '' : `of class ${some(scope.classes, (each) => each)}`,
    scope.sites === null ? '' : `of site ${some(scope.sites, (id) => quoted(names.site(id) ?? id))}`,
    scope.jurisdictions === null
      ? ''
      : `in ${some(scope.jurisdictions, (id) => quoted(names.jurisdiction(id) ?? id))}`,
    scope.tags === null
      ? ''
      : `with ${some(
          scope.tags,
          ({ name, value }) =>
            value === null ? `attribute ${quoted(name)}` : `${quoted(name)} = ${quoted(String(value))}`,
          'and',
        )}`,
  ]
  return parts.filter((part) => part !== '').join(' ')
}

function pairs(definition: RuleDefinition, names: SentenceNames): string {
  if (definition.pairs === null) return ''
  const name = (id: string) => quoted(names.station(id) ?? id)
  const shown = some(definition.pairs, ({ station, other }) => `${name(station)} with ${name(other)}`, 'and')
  return `Each station is compared with its other station: ${shown}.`
}

// ── When ────────────────────────────────────────────────────────────────────────────────────────────────

function when(definition: RuleDefinition, names: SentenceNames): string {
  const { trigger } = definition
  if (trigger.kind === 'no_data') return silence(trigger, names)
  const hold = trigger.holdSeconds > 0 ? `, for at least ${length(trigger.holdSeconds)}` : ''
  return `when ${condition(trigger.condition, contextOf(definition, names))}${hold}`
}

function silence(trigger: NoDataTrigger, names: SentenceNames): string {
  const { properties } = trigger
  const of =
    properties === null ? '' : ` of ${some(properties, (id) => propertyName(id, names.property(id)))}`
  const grace = length(trigger.graceSeconds)
  if (trigger.per === 'datastream')
    return `when any one datastream${of} has had no reading for ${grace}, while the platform was listening`
  const who = trigger.per === 'station' ? 'a station' : 'every station of a site that ever reported'
  return `when ${who} has sent no reading${of} for ${grace}, while the platform was listening`
}

function condition(node: Condition, context: Context, inner = false): string {
  if (node.kind === 'comparison') return comparison(node, context)
  if (node.kind === 'not') return `it is not so that (${condition(node.condition, context)})`
  const parts = node.conditions.map((each) => condition(each, context, true))
  if (parts.length === 1) return parts[0] as string
  const joined = parts.join(node.kind === 'all' ? ', and ' : ', or ')
  return inner ? `(${joined})` : joined
}

function comparison(node: Comparison, context: Context): string {
  const property = context.names.property(node.measure.property)
  const say = (threshold: Threshold) => predicate(node, node.operator, threshold, property, context)
  const more = node.levels.map((level) => `${level.severity}: ${say(level.threshold)}`)
  // The clear threshold of a rule with one comparison is said where it resolves.
  return `${measure(node.measure, context)} is ${say(node.threshold)}${more.length > 0 ? ` (${more.join('; ')})` : ''}`
}

function measure(of: Measure, context: Context): string {
  const property = propertyName(of.property, context.names.property(of.property))
  const where = !context.paired ? '' : of.of === 'other' ? ' at the other station' : ' at the station'
  const subject = `${property}${where}`
  if (of.statistic === 'last') {
    return `the latest ${subject}${context.aged ? ` (no older than ${length(of.windowSeconds)})` : ''}`
  }
  return `${statistic(of, subject)} ${span(of)}${coverage(of)}`
}

function statistic(of: Measure, subject: string): string {
  switch (of.statistic) {
    case 'mean':
      return of.meanOf === 'slots'
        ? `the mean of the ${of.slotSeconds === undefined ? 'slot' : length(of.slotSeconds)} means of ${subject}`
        : `the mean ${subject}`
    case 'min':
      return `the lowest ${subject}`
    case 'max':
      return `the highest ${subject}`
    case 'sum':
      return `the sum of ${subject}`
    case 'count':
      return `the number of readings of ${subject}`
    case 'rate':
      return `the change per hour of ${subject}`
    case 'stddev':
      return `the standard deviation of ${subject}`
    case 'percentile':
      return `the ${ordinal(of.percentile ?? 50)} percentile of ${subject}`
    default:
      return `the latest ${subject}`
  }
}

function span({ aligned, windowSeconds }: Measure): string {
  if (!aligned) return `over the last ${length(windowSeconds)}`
  const named: Record<number, string> = {
    3600: 'a clock hour',
    86400: 'a calendar day',
    604800: 'a calendar week',
  }
  return `over ${named[windowSeconds] ?? `${length(windowSeconds)} aligned with the local clock`}`
}

function coverage(of: Measure): string {
  const needed = coverageOf(of)
  if (needed === null) return ''
  if ('percent' in needed) return ` (with readings in at least ${needed.percent} % of it)`
  const { slots, slotSeconds } = needed
  return ` (with readings in at least ${needed.needed} of its ${slots} slots of ${length(slotSeconds)})`
}

function predicate(
  node: { measure: Measure; operator: Operator },
  operator: Operator,
  threshold: Threshold,
  property: ObservedProperty | undefined,
  context: Context,
): string {
  const unit = unitOf(node.measure, property)
  switch (threshold.kind) {
    case 'number': {
      const yes = booleanMeant({ measure: node.measure, operator }, threshold, property)
      if (yes !== undefined) return yes ? 'true' : 'false'
      return `${COMPARED[operator]}${numberText(threshold.value)}${unit}`
    }
    case 'range': {
      const [low, high] = [`${numberText(threshold.low)}${unit}`, `${numberText(threshold.high)}${unit}`]
      return operator === 'outside'
        ? `below ${low} or above ${high}`
        : `from ${low} to ${high}, ends included`
    }
    case 'category':
      return `${operator === 'ne' ? 'not ' : ''}${quoted(threshold.value)}`
    case 'measure': {
      const factor = threshold.factor === 1 ? '' : `${numberText(threshold.factor)} times `
      const { offset } = threshold
      const shift =
        offset === 0 ? '' : ` ${offset > 0 ? 'plus' : 'minus'} ${numberText(Math.abs(offset))}${unit}`
      return `${COMPARED[operator]}${factor}${measure(threshold.measure, context)}${shift}`
    }
    default:
      return `${BEYOND[directionOf(threshold) ?? 'any']}${limit(threshold)}`
  }
}

function limit(threshold: Extract<Threshold, { kind: 'limit' }>): string {
  const isBand = directionOf(threshold) === 'band'
  const factor = threshold.factor === 1 || isBand ? '' : `${numberText(threshold.factor)} times `
  const width = threshold.factor === 1 || !isBand ? '' : ` with ${percentText(threshold.factor)} of its width`
  const star = isOfStationClass(threshold) ? '* being the class of the station, ' : ''
  const phase = threshold.asOf === null ? 'as in force at the time' : `as in force on ${threshold.asOf}`
  return `${factor}the limit ${quoted(threshold.limit)}${width} (${star}${phase})`
}

const BEYOND = { up: 'above ', down: 'below ', band: 'outside ', any: 'worse than ' } as const
const WITHIN = { up: 'not above ', down: 'not below ', band: 'within ', any: 'not worse than ' } as const

const COMPARED: Readonly<Record<Operator, string>> = {
  gt: 'above ',
  ge: 'at least ',
  lt: 'below ',
  le: 'at most ',
  eq: 'equal to ',
  ne: 'different from ',
  inside: 'inside ',
  outside: 'outside ',
  exceeds: 'worse than ',
}

// ── How it ends, and what else ──────────────────────────────────────────────────────────────────────────

function resolving(trigger: ConditionTrigger, context: Context): string {
  const { condition: root } = trigger
  const lasting = trigger.clearSeconds > 0 ? ` for at least ${length(trigger.clearSeconds)}` : ''
  const earliest =
    trigger.keepFiringSeconds > 0
      ? `, but not before ${length(trigger.keepFiringSeconds)} after it fired`
      : ''
  if (root.kind === 'comparison' && root.clear !== null) {
    return `It resolves when that is ${opposite(root, root.clear, context)}${lasting}${earliest}.`
  }
  const clears = clearThresholds(root, context)
  const judged = clears.length > 0 ? `, with ${clears.join(' and ')},` : ''
  return `It resolves when that${judged} is no longer so${lasting}${earliest}.`
}

/** In a tree of several, each comparison with a clear threshold is said by itself. */
function clearThresholds(node: Condition, context: Context): string[] {
  if (node.kind === 'not') return clearThresholds(node.condition, context)
  if (node.kind !== 'comparison') return node.conditions.flatMap((each) => clearThresholds(each, context))
  if (node.clear === null) return []
  const property = context.names.property(node.measure.property)
  const threshold = predicate(node, node.operator, node.clear, property, context)
  return [`${quoted(threshold)} for ${propertyName(node.measure.property, property)}`]
}

function opposite(node: Comparison, clear: Threshold, context: Context): string {
  const property = context.names.property(node.measure.property)
  if (clear.kind === 'limit') return `${WITHIN[directionOf(clear) ?? 'any']}${limit(clear)}`
  const operator = node.operator === 'exceeds' ? 'le' : OPPOSITE[node.operator]
  return predicate(node, operator, clear, property, context)
}

function gaps(definition: RuleDefinition): string {
  const { trigger } = definition
  if (trigger.kind !== 'condition' || (trigger.holdSeconds === 0 && trigger.clearSeconds === 0)) return ''
  const gap = length(gapOf(definition) / 1000)
  return `After more than ${gap} without a judgement (longer where readings are rarer) these times begin again.`
}

const WEEKDAYS = ['', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

function active({ schedule, trigger }: Pick<RuleDefinition, 'schedule' | 'trigger'>): string {
  if (schedule === null) return ''
  const parts = schedule.map(({ days, from, to, holidays }) => {
    const runs = weekdayRuns(days).map(([first, last]) =>
      first === last ? (WEEKDAYS[first] as string) : `${WEEKDAYS[first]} to ${WEEKDAYS[last]}`,
    )
    const named = new Set(days).size === 7 ? 'every day' : `on ${all(runs)}`
    const which =
      holidays === 'exclude'
        ? `${named}, except holidays`
        : holidays === 'only'
          ? `${named}, if a holiday`
          : named
    return `${hours(from, to)} ${which}`
  })
  const end = trigger.kind === 'condition' ? '; after these hours an open alert resolves' : ''
  return `It fires only ${parts.join(', or ')}${end}.`
}

function hours(from: string, to: string): string {
  if (from === to) return from === '00:00' ? 'all day' : `from ${from} for 24 h`
  if (to === '00:00') return `from ${from} to 24:00`
  return `from ${from} to ${to}${to < from ? ' of the next day' : ''}`
}

const FLAGS: Readonly<Record<number, string>> = { 1: 'good', 2: 'not evaluated', 3: 'suspect', 4: 'fail' }

function flags(counted: readonly number[]): string {
  const left = [1, 2, 3, 4].filter((flag) => !counted.includes(flag))
  if (left.length === 0) return 'Readings of every quality count.'
  return `Readings flagged ${either(left.map((flag) => FLAGS[flag] as string))} do not count.`
}

function inhibition(inhibits: RuleDefinition['inhibits']): string {
  if (inhibits === null) return ''
  const which = { no_data: 'no-data alerts', lower_severity: 'less severe alerts', all: 'all other alerts' }
  return `While it fires, nobody is notified of ${which[inhibits.alerts]} of the same ${inhibits.within}.`
}

function escalation(steps: RuleDefinition['escalation']): string {
  if (steps.length === 0) return ''
  const told = steps.map(({ afterSeconds, role }) => `${role}s after ${length(afterSeconds)}`)
  return `If nobody acknowledges it, it is escalated to ${all(told)}.`
}

// ── Words ───────────────────────────────────────────────────────────────────────────────────────────────

/** The catalogue's names begin with a capital that they lose inside a sentence: `Dissolved oxygen`, not `PM2.5`. */
function propertyName(id: string, property: ObservedProperty | undefined): string {
  if (property === undefined) return quoted(id)
  const name = property.name.en
  if (property.kind !== 'number') return quoted(name)
  const own = propertyById(id)?.name.en === name
  return own && /^[A-Z][a-z]/.test(name) ? name[0]?.toLowerCase() + name.slice(1) : name
}

function unitOf({ statistic: of }: Measure, property: ObservedProperty | undefined): string {
  const symbol = property?.symbol ?? ''
  if (of === 'count') return ''
  if (of === 'rate') return symbol === '' ? ' per hour' : ` ${symbol} per hour`
  return symbol === '' ? '' : ` ${symbol}`
}

const LENGTHS = [
  ['day', 'days'],
  ['h', 'h'],
  ['min', 'min'],
  ['s', 's'],
] as const

function length(seconds: number): string {
  return lengthOf(seconds)
    .map(({ count, unit }) => `${count} ${LENGTHS[unit][count === 1 ? 0 : 1]}`)
    .join(' ')
}

function ordinal(value: number): string {
  if (!Number.isInteger(value)) return `${value}th`
  const ending =
    value % 100 >= 11 && value % 100 <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][value % 10] ?? 'th')
  return `${value}${ending}`
}

function some<T>(items: readonly T[], name: (each: T) => string, word = 'or'): string {
  const { names, more } = listed(items, name)
  return join(more > 0 ? [...names, `${more} more`] : names, word)
}

const either = (words: readonly string[]) => join(words, 'or')
const all = (words: readonly string[]) => join(words, 'and')

function join(words: readonly string[], word: string): string {
  if (words.length <= 1) return words.join('')
  return `${words.slice(0, -1).join(', ')} ${word} ${words.at(-1)}`
}

const quoted = (text: string) => `“${text}”`
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
