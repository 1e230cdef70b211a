import type { LimitView } from '../../api/rules.ts'
import type { ObservedProperty } from '../../properties.ts'
import { conversion } from '../../units.ts'
import { EU_2024 } from './eu.ts'
import { GB_3095_2012, GB_3095_2026 } from './gb3095.ts'
import { GB_3096_2008 } from './gb3096.ts'
import { GB_3838_2002 } from './gb3838.ts'
import { type Limit, type LimitDirection, STATION_CLASS } from './limit.ts'
import { classWritten } from './station-class.ts'
import { WHO_2021 } from './who.ts'

/** Every limit the platform knows, one entry per phase. */
export const LIMITS: readonly Limit[] = [
  ...GB_3095_2026,
  ...GB_3095_2012,
  ...WHO_2021,
  ...EU_2024,
  ...GB_3838_2002,
  ...GB_3096_2008,
]

/** Phases of a limit by its name. */
const BY_NAME: ReadonlyMap<string, readonly Limit[]> = Map.groupBy(LIMITS, (limit) => limit.name)

/** Limits by their name with `*` in place of the class of the station. */
const BY_STAR: ReadonlyMap<string, readonly Limit[]> = Map.groupBy(
  LIMITS.filter((limit) => limit.classOf === 'station'),
  starName,
)

function starName(limit: Limit): string {
  return [limit.standard, STATION_CLASS, limit.parameter, limit.averaging].join(' / ')
}

/** Of a station and a moment: what decides which value of a limit holds. */
export interface LimitQuestion {
  /** Functional class of the station; used when the class in the name is `*`. */
  stationClass: string | null
  /** Local date, YYYY-MM-DD. */
  date: string
  /** What is judged. The answer is in its unit. */
  property: ObservedProperty
}

export type LimitAnswer =
  | {
      ok: true
      direction: LimitDirection
      /** Set unless the limit is a band, which has `low` and `high`. */
      value?: number
      low?: number
      high?: number
      /** Values are rounded half to even to so many decimals of the property's unit before they are judged. */
      decimals: number | null
      unit: string
      limit: Limit
    }
  | LimitRefusal
interface LimitRefusal {
  ok: false
  en: string
  zh: string
}

/** The value of a limit for a station of some class on some day, in the unit of the property, or why there is none. */
export function resolveLimit(name: string, question: LimitQuestion): LimitAnswer {
  const { stationClass, date, property } = question
  const found = phasesOf(name, stationClass)
  if ('ok' in found) return found
  const first = found[0] as Limit
  if (first.property !== property.id) return otherProperty(first, property)
  const limit = found.find(
    (phase) => (phase.from === null || phase.from <= date) && (phase.to === null || date <= phase.to),
  )
  if (limit === undefined) return notInForce(first.name, found, date)
  return inUnitOf(limit, property)
}

function phasesOf(name: string, stationClass: string | null): readonly Limit[] | LimitRefusal {
  const named = BY_NAME.get(name)
  if (named !== undefined) return named
  const ofAnyClass = BY_STAR.get(name)
  if (ofAnyClass === undefined) return unknownName(name)
  const written = classWritten(stationClass)
  const fitting = ofAnyClass.filter((limit) => limit.class === written)
  if (fitting.length > 0) return fitting
  const classes = [...new Set(ofAnyClass.map((limit) => limit.class))].join(', ')
  const given = stationClass === null ? null : JSON.stringify(stationClass)
  return {
    ok: false,
    en: `limit ${name}: the class of the station is ${given ?? 'not set'}, expected one of ${classes}`,
    zh: `限值 ${name}：站点类别${given === null ? '未设置' : `为 ${given}`}，应为 ${classes} 之一`,
  }
}

function unknownName(name: string): LimitRefusal {
  const [standard = ''] = name.split(' / ')
  const sameStandard = LIMITS.find((limit) => limit.standard === standard)
  const example = (sameStandard ?? (LIMITS[0] as Limit)).name
  return {
    ok: false,
    en: `limit ${JSON.stringify(name)} is not known, expected "standard / class / parameter / averaging" such as ${example}`,
    zh: `未知限值 ${JSON.stringify(name)}，应为“标准 / 类别 / 项目 / 平均时间”，例如 ${example}`,
  }
}

function otherProperty(limit: Limit, property: ObservedProperty): LimitRefusal {
  const wanted = limit.property
  return {
    ok: false,
    en: `limit ${limit.name} does not apply to ${property.id}, ${wanted === null ? 'nor to any other observed property' : `expected ${wanted}`}`,
    zh: `限值 ${limit.name} 不适用于 ${property.id}，${wanted === null ? '也不适用于任何其他观测项目' : `应为 ${wanted}`}`,
  }
}

function notInForce(name: string, phases: readonly Limit[], date: string): LimitRefusal {
  return {
    ok: false,
    en: `limit ${name} is not in force on ${date}, expected a date ${phases.map(phaseInWords).join(' or ')}`,
    zh: `限值 ${name} 在 ${date} 不具效力，应为${phases.map(phaseInChinese).join('，或')}的日期`,
  }
}

function phaseInWords({ from, to }: Limit): string {
  if (to === null) return `from ${from}`
  return from === null ? `until ${to}` : `from ${from} to ${to}`
}

function phaseInChinese({ from, to }: Limit): string {
  if (to === null) return `${from} 起`
  return from === null ? `${to} 止` : `${from} 至 ${to}`
}

function inUnitOf(limit: Limit, property: ObservedProperty): LimitAnswer {
  const converted = conversion(limit.unit, property)
  if (!converted.ok) {
    return {
      ok: false,
      en: `limit ${limit.name}: ${converted.detail}`,
      zh: `限值 ${limit.name}：单位 ${limit.unit} 无法换算为 ${property.id} 的单位 ${property.unit}`,
    }
  }
  const { factor, offset } = converted
  const convert = (value: number) => Number((value * factor + offset).toPrecision(13))
  const known = {
    ok: true,
    decimals: decimalsIn(limit.decimals, factor, offset),
    unit: property.unit,
    limit,
  } as const
  if (limit.direction === 'band') {
    return { ...known, direction: 'band', low: convert(limit.low), high: convert(limit.high) }
  }
  return { ...known, direction: limit.direction, value: convert(limit.value) }
}

/** Decimals of the converted value that mean the same digit; none when the units differ by no power of ten. */
function decimalsIn(decimals: number | null, factor: number, offset: number): number | null {
  if (decimals === null) return null
  const power = Math.log10(factor)
  return offset === 0 && Number.isInteger(power) ? decimals - power : null
}

/** The limits of an observed property, every phase of them. */
export function limitsFor(propertyId: string): readonly Limit[] {
  return LIMITS.filter((limit) => limit.property === propertyId)
}

/** Every name a rule may give, those with `*` for the class of the station included. */
export function limitNames(): string[] {
  return [...BY_NAME.keys(), ...BY_STAR.keys()]
}

/** The phases behind a name; behind one with `*`, those of every class. Empty when it is not known. */
export function limitsNamed(name: string): readonly Limit[] {
  return BY_NAME.get(name) ?? BY_STAR.get(name) ?? []
}

/** A limit as the HTTP interface shows it. */
export function limitView(limit: Limit): LimitView {
  const { name, standard, class: of, parameter, property, averaging, unit, from, to } = limit
  const bounds =
    limit.direction === 'band'
      ? { value: null, low: limit.low, high: limit.high }
      : { value: limit.value, low: null, high: null }
  return { name, standard, class: of, parameter, property, averaging, ...bounds, unit, from, to }
}
