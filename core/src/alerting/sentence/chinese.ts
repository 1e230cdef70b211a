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
import type { Medium, ObservedProperty } from '../../properties.ts'
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

/** The meaning of a rule in Chinese. */
export function chinese(definition: RuleDefinition, names: SentenceNames): string {
  const { trigger } = definition
  return [
    `${places(definition.scope, names)}：${when(definition, names)}，则发出${SEVERITY[definition.severity]}告警。`,
    pairs(definition, names),
    ...(trigger.kind === 'condition'
      ? [resolving(trigger, contextOf(definition, names)), gaps(definition)]
      : ['收到下一个读数时解除。']),
    active(definition),
    needsZone(definition) ? `时间与日期按 ${definition.timeZone} 时区。` : '',
    flags(definition.qualityFlags),
    inhibition(definition.inhibits),
    escalation(definition.escalation),
    definition.public ? '对公众发布。' : '',
  ]
    .join('')
    .split(/(“[^”]*”)/)
    .map((part, index) => (index % 2 === 0 ? tidy(part) : part))
    .join('')
}

/** Spaces go between Latin and Chinese writing only; names, in quotation marks, stay as they are. */
function tidy(text: string): string {
  return text.replaceAll(/ +(?=[，。、；：（）])|(?<=[\u4e00-\u9fff]) +(?=[\u4e00-\u9fff])/g, '')
}

const SEVERITY = { minor: '轻微', moderate: '中等', severe: '严重', extreme: '特别严重' } as const

// ── Where ───────────────────────────────────────────────────────────────────────────────────────────────

const MEDIUM: Readonly<Record<Medium, string>> = {
  air: '空气',
  weather: '气象',
  'surface-water': '地表水',
  'waste-water': '废水',
  noise: '噪声',
  soil: '土壤',
  emission: '废气排放',
  equipment: '设备工况',
}

function places(scope: Scope, names: SentenceNames): string {
  const parts = [
    scope.jurisdictions === null
      ? ''
      : `${some(scope.jurisdictions, (id) => quoted(names.jurisdiction(id) ?? id), '或')}辖区内`,
    scope.sites === null ? '' : `场所${some(scope.sites, (id) => quoted(names.site(id) ?? id), '或')}`,
    scope.tags === null
      ? ''
      : `带有${some(
          scope.tags,
          ({ name, value }) =>
            value === null ? `属性${quoted(name)}` : `${quoted(name)} = ${quoted(String(value))}`,
          '和',
        )}`,
    scope.classes === null ? '' : `类别为 ${some(scope.classes, (each) => each, ' 或 ')} `,
  ].filter((part) => part !== '')
  const media = scope.media === null ? '' : `${either(scope.media.map((each) => MEDIUM[each]))}`
  const which = parts.length > 0 ? `${parts.join('、')}的` : ''
  if (scope.stations !== null) {
    return `${which}${media}站点${some(scope.stations, (id) => quoted(names.station(id) ?? id), '和')}`
  }
  return `${which === '' ? '所有' : which}${which !== '' && media === '' ? '所有' : ''}${media}站点`
}

function pairs(definition: RuleDefinition, names: SentenceNames): string {
  if (definition.pairs === null) return ''
  const name = (id: string) => quoted(names.station(id) ?? id)
  const shown = some(definition.pairs, ({ station, other }) => `${name(station)}对${name(other)}`, '和')
  return `每个站点与其对照站比较：${shown}。`
}

// ── When ────────────────────────────────────────────────────────────────────────────────────────────────

function when(definition: RuleDefinition, names: SentenceNames): string {
  const { trigger } = definition
  if (trigger.kind === 'no_data') return silence(trigger, names)
  const hold = trigger.holdSeconds > 0 ? `，并持续至少 ${length(trigger.holdSeconds)}` : ''
  return `若${condition(trigger.condition, contextOf(definition, names))}${hold}`
}

function silence(trigger: NoDataTrigger, names: SentenceNames): string {
  const { properties } = trigger
  const of = properties === null ? '' : some(properties, (id) => propertyName(id, names.property(id)), '或')
  const grace = length(trigger.graceSeconds)
  if (trigger.per === 'datastream')
    return `若${of === '' ? '' : `${of}的`}任一数据流在平台接收期间连续 ${grace}没有读数`
  const who = trigger.per === 'station' ? '站点' : '同一场所内所有曾上报的站点均'
  return `若${who}在平台接收期间连续 ${grace}未上报${of === '' ? '任何' : of}读数`
}

function condition(node: Condition, context: Context, inner = false): string {
  if (node.kind === 'comparison') return comparison(node, context)
  if (node.kind === 'not') return `并非（${condition(node.condition, context)}）`
  const parts = node.conditions.map((each) => condition(each, context, true))
  if (parts.length === 1) return parts[0] as string
  const joined = parts.join(node.kind === 'all' ? '，且' : '，或')
  return inner ? `（${joined}）` : joined
}

function comparison(node: Comparison, context: Context): string {
  const property = context.names.property(node.measure.property)
  const say = (threshold: Threshold) => predicate(node, node.operator, threshold, property, context)
  const more = node.levels.map((level) => `${SEVERITY[level.severity]}：${say(level.threshold)}`)
  return `${measure(node.measure, context)}${say(node.threshold)}${more.length > 0 ? `（${more.join('；')}）` : ''}`
}

function measure(of: Measure, context: Context): string {
  const property = propertyName(of.property, context.names.property(of.property))
  const where = !context.paired ? '' : of.of === 'other' ? '对照站的' : '本站的'
  const subject = `${where}${property}`
  if (of.statistic === 'last') {
    return `${subject}最新值${context.aged ? `（${length(of.windowSeconds)}以内）` : ''}`
  }
  return `${subject}${span(of)}${statistic(of)}${coverage(of)}`
}

function statistic(of: Measure): string {
  const slot = of.slotSeconds === undefined ? '分段' : ` ${length(of.slotSeconds)}`
  const names: Record<Measure['statistic'], string> = {
    last: '最新值',
    mean: of.meanOf === 'slots' ? `平均值（由${slot}均值计算）` : '平均值',
    min: '最小值',
    max: '最大值',
    sum: '总和',
    count: '读数个数',
    rate: '每小时变化量',
    stddev: '标准差',
    percentile: `第 ${of.percentile ?? 50} 百分位数`,
  }
  return names[of.statistic]
}

function span({ aligned, windowSeconds }: Measure): string {
  if (!aligned) return `最近 ${length(windowSeconds)}的`
  const named: Record<number, string> = { 3600: '整点小时', 86400: '自然日', 604800: '自然周' }
  return `${named[windowSeconds] ?? `按当地时钟划分的每 ${length(windowSeconds)}`}的`
}

function coverage(of: Measure): string {
  const needed = coverageOf(of)
  if (needed === null) return ''
  if ('percent' in needed) return `（其中至少 ${needed.percent} % 的时段有读数）`
  return `（${needed.slots} 个 ${length(needed.slotSeconds)}时段中至少 ${needed.needed} 个有读数）`
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
      if (yes !== undefined) return yes ? '为“是”' : '为“否”'
      return `${COMPARED[operator]} ${numberText(threshold.value)}${unit}`
    }
    case 'range': {
      const [low, high] = [`${numberText(threshold.low)}${unit}`, `${numberText(threshold.high)}${unit}`]
      return operator === 'outside' ? `低于 ${low} 或高于 ${high}` : `在 ${low} 至 ${high} 之间（含两端）`
    }
    case 'category':
      return `${operator === 'ne' ? '不为' : '为'}${quoted(threshold.value)}`
    case 'measure': {
      const factor = threshold.factor === 1 ? '' : `的 ${numberText(threshold.factor)} 倍`
      const { offset } = threshold
      const shift = offset === 0 ? '' : `${offset > 0 ? '加' : '减'} ${numberText(Math.abs(offset))}${unit}`
      return `${COMPARED[operator]}${measure(threshold.measure, context)}${factor}${shift}`
    }
    default:
      return `${BEYOND[directionOf(threshold) ?? 'any']}${limit(threshold)}`
  }
}

function limit(threshold: Extract<Threshold, { kind: 'limit' }>): string {
  const isBand = directionOf(threshold) === 'band'
  const multiple = isBand
    ? `范围宽度的 ${percentText(threshold.factor)}`
    : `的 ${numberText(threshold.factor)} 倍`
  const factor = threshold.factor === 1 ? '' : multiple
  const star = isOfStationClass(threshold) ? '* 为站点类别，' : ''
  const phase = threshold.asOf === null ? '取当时有效值' : `取 ${threshold.asOf} 有效值`
  return `限值${quoted(threshold.limit)}${factor}（${star}${phase}）`
}

const BEYOND = { up: '高于', down: '低于', band: '超出', any: '劣于' } as const
const WITHIN = { up: '不高于', down: '不低于', band: '符合', any: '不劣于' } as const

const COMPARED: Readonly<Record<Operator, string>> = {
  gt: '高于',
  ge: '不低于',
  lt: '低于',
  le: '不高于',
  eq: '等于',
  ne: '不等于',
  inside: '处于',
  outside: '超出',
  exceeds: '劣于',
}

// ── How it ends, and what else ──────────────────────────────────────────────────────────────────────────

function resolving(trigger: ConditionTrigger, context: Context): string {
  const { condition: root } = trigger
  const lasting = trigger.clearSeconds > 0 ? `，并持续至少 ${length(trigger.clearSeconds)}` : ''
  const earliest =
    trigger.keepFiringSeconds > 0 ? `，但不早于触发后 ${length(trigger.keepFiringSeconds)}` : ''
  if (root.kind === 'comparison' && root.clear !== null) {
    return `一旦该值${opposite(root, root.clear, context)}${lasting}，即解除${earliest}。`
  }
  const clears = clearThresholds(root, context)
  const judged = clears.length > 0 ? `（判断解除时，${clears.join('，')}）` : ''
  return `一旦条件不再成立${lasting}${judged}，即解除${earliest}。`
}

/** In a tree of several, each comparison with a clear threshold is said by itself. */
function clearThresholds(node: Condition, context: Context): string[] {
  if (node.kind === 'not') return clearThresholds(node.condition, context)
  if (node.kind !== 'comparison') return node.conditions.flatMap((each) => clearThresholds(each, context))
  if (node.clear === null) return []
  const property = context.names.property(node.measure.property)
  const threshold = predicate(node, node.operator, node.clear, property, context)
  return [`${propertyName(node.measure.property, property)}按“${threshold}”判断`]
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
  return `若超过 ${gap} 未能判定（读数间隔更长的站点相应放宽），持续时间重新计算。`
}

const WEEKDAYS = ['', '周一', '周二', '周三', '周四', '周五', '周六', '周日']

function active({ schedule, trigger }: Pick<RuleDefinition, 'schedule' | 'trigger'>): string {
  if (schedule === null) return ''
  const parts = schedule.map(({ days, from, to, holidays }) => {
    const runs = weekdayRuns(days).map(([first, last]) =>
      first === last ? (WEEKDAYS[first] as string) : `${WEEKDAYS[first]}至${WEEKDAYS[last]}`,
    )
    const named = new Set(days).size === 7 ? '每天' : runs.join('、')
    const which = { include: '', exclude: '（节假日除外）', only: '（仅限节假日）' }[holidays]
    return `${named}${which}${hours(from, to)}`
  })
  const end = trigger.kind === 'condition' ? '；时段结束后，未解除的告警即解除' : ''
  return `仅在${parts.join('，或')}触发${end}。`
}

function hours(from: string, to: string): string {
  if (from === to) return from === '00:00' ? '全天' : ` ${from} 起 24 小时`
  if (to === '00:00') return ` ${from} 至 24:00 `
  return ` ${from} 至${to < from ? '次日' : ''} ${to} `
}

const FLAGS: Readonly<Record<number, string>> = { 1: '良好', 2: '未评估', 3: '可疑', 4: '未通过' }

function flags(counted: readonly number[]): string {
  const left = [1, 2, 3, 4].filter((flag) => !counted.includes(flag))
  if (left.length === 0) return '任何质量标记的读数均计入。'
  return `质量标记为${either(left.map((flag) => quoted(FLAGS[flag] as string)))}的读数不计入。`
}

function inhibition(inhibits: RuleDefinition['inhibits']): string {
  if (inhibits === null) return ''
  const which = { no_data: '无数据告警', lower_severity: '级别较低的告警', all: '其他所有告警' }
  const within = { station: '站点', site: '场所', jurisdiction: '辖区' }
  return `告警期间，不通知同一${within[inhibits.within]}的${which[inhibits.alerts]}。`
}

const ROLE = {
  inspector: '巡查员',
  officer: '执法人员',
  supervisor: '主管',
  administrator: '管理员',
} as const

function escalation(steps: RuleDefinition['escalation']): string {
  if (steps.length === 0) return ''
  const told = steps.map(({ afterSeconds, role }) => `${length(afterSeconds)}后升级至${ROLE[role]}`)
  return `无人确认时，${told.join('，')}。`
}

// ── Words ───────────────────────────────────────────────────────────────────────────────────────────────

function propertyName(id: string, property: ObservedProperty | undefined): string {
  if (property === undefined) return quoted(id)
  const name = property.name.zh
  if (property.kind !== 'number') return quoted(name)
  // A space between Latin and Chinese writing.
  return /[!-~]$/.test(name) ? `${name} ` : name
}

function unitOf({ statistic: of }: Measure, property: ObservedProperty | undefined): string {
  const symbol = property?.symbol ?? ''
  if (symbol === '' || of === 'count') return ''
  return of === 'rate' ? ` ${symbol}/小时` : ` ${symbol}`
}

const LENGTHS = ['天', '小时', '分钟', '秒'] as const

function length(seconds: number): string {
  return lengthOf(seconds)
    .map(({ count, unit }) => `${count} ${LENGTHS[unit]}`)
    .join(' ')
}

function some<T>(items: readonly T[], name: (each: T) => string, word: string): string {
  const { names, more } = listed(items, name)
  if (more > 0) return `${names.join('、')}等 ${items.length} 个`
  return join(names, word)
}

const either = (words: readonly string[]) => join(words, '或')

function join(words: readonly string[], word: string): string {
  if (words.length <= 1) return words.join('')
  return `${words.slice(0, -1).join('、')}${word}${words.at(-1)}`
}

const quoted = (text: string) => `“${text}”`
