import type { Severity } from '@osprey/core/api/rules'
import type { ToldAs } from './telling.ts'

/** What a notification says, before it takes the form of a channel. Times are epoch milliseconds. */
export interface Message {
  route: { id: string; name: string } | null
  alerts: readonly ToldAlert[]
}

export interface ToldAlert {
  id: string
  as: ToldAs
  rule: string
  ruleName: string
  severity: Severity
  trigger: 'condition' | 'no_data'
  station: string | null
  /** Of the station, or of the site where it is of a whole one. */
  placeName: string
  site: string | null
  siteName: string | null
  property: string | null
  propertyName: { en: string; zh: string } | null
  value: number | null
  /** What a value stands for where it is the place in a list. */
  category: string | null
  /** UCUM code, for machines. */
  unit: string
  /** The unit as people write it; empty for what has none. */
  symbol: string
  peak: number | null
  flapping: boolean
  startedAt: number
  firedAt: number
  resolvedAt: number | null
  /** Of the rule: times are shown in it. */
  timeZone: string
  instruction: string
  /** Page of the alert; null without a public address of the platform. */
  link: string | null
}

export type Language = 'en' | 'zh'

const SEVERITY_NAMES: Record<Language, Record<Severity, string>> = {
  en: { minor: 'Minor', moderate: 'Moderate', severe: 'Severe', extreme: 'Extreme' },
  zh: { minor: '轻微', moderate: '中等', severe: '严重', extreme: '特别严重' },
}
const STATE_NAMES: Record<Language, Record<ToldAs, string>> = {
  en: { firing: 'New', raised: 'Raised', still: 'Still firing', resolved: 'Resolved', over: 'Already over' },
  zh: { firing: '新告警', raised: '升级', still: '持续中', resolved: '已恢复', over: '已结束' },
}

export function severityName(severity: Severity, language: Language): string {
  return SEVERITY_NAMES[language][severity]
}

export function stateName(as: ToldAs, language: Language): string {
  return STATE_NAMES[language][as]
}

/** The most severe of those that fire comes first, then what is over; ids keep the order the same every time. */
export function inOrder(alerts: readonly ToldAlert[]): ToldAlert[] {
  const rank = ({ as, severity }: ToldAlert) =>
    (isOver(as) ? 0 : 10) + ['minor', 'moderate', 'severe', 'extreme'].indexOf(severity)
  return [...alerts].sort((one, other) => rank(other) - rank(one) || (one.id < other.id ? -1 : 1))
}

export function isOver(as: ToldAs): boolean {
  return as === 'resolved' || as === 'over'
}

/** One line for subjects. It says the worst that fires, or that all is over. */
export function titleOf({ alerts }: Message, language: Language): string {
  const ordered = inOrder(alerts)
  const first = ordered[0]
  if (!first) return ''
  const firing = ordered.filter(({ as }) => !isOver(as))
  const mark = firing.length > 0 ? severityName(first.severity, language) : stateName(first.as, language)
  const rules = new Set(alerts.map(({ ruleName }) => ruleName))
  const places = new Set(alerts.map(({ placeName }) => placeName))
  const sites = new Set(alerts.map(({ siteName }) => siteName))
  const rule = rules.size === 1 ? first.ruleName : count(rules.size, language, 'rules', '条规则')
  const site = sites.size === 1 && first.siteName !== null ? first.siteName : null
  const place = places.size === 1 ? first.placeName : (site ?? count(places.size, language, 'places', '处'))
  const many = alerts.length > 1 ? `${count(alerts.length, language, 'alerts', '条告警')} · ` : ''
  return `[${mark}] ${many}${rule} · ${place}`
}

function count(number: number, language: Language, en: string, zh: string): string {
  return language === 'en' ? `${number} ${en}` : `${number} ${zh}`
}

/** Where it is, and the site it belongs to. */
export function placeText({ placeName, siteName }: ToldAlert, language: Language): string {
  if (siteName === null || siteName === placeName) return placeName
  return language === 'en' ? `${placeName} (${siteName})` : `${placeName}（${siteName}）`
}

/** The value that fired it, or for how long there were none. */
export function valueText(alert: ToldAlert, language: Language): string {
  if (alert.trigger === 'no_data') {
    const since = timeText(alert.startedAt, alert.timeZone)
    return language === 'en' ? `no data since ${since}` : `自 ${since} 起无数据`
  }
  const name = alert.propertyName ? `${alert.propertyName[language]} ` : ''
  if (alert.category !== null) return name + alert.category
  if (alert.value === null) return name.trim()
  const value = `${name}${numberText(alert.value)}${alert.symbol === '' ? '' : ` ${alert.symbol}`}`
  if (alert.peak === null || alert.peak === alert.value || !isOver(alert.as)) return value
  return `${value}${language === 'en' ? ', peak ' : '，峰值 '}${numberText(alert.peak)}`
}

/** When it fired, and when it was over. */
export function spanText(alert: ToldAlert, language: Language): string {
  const from = timeText(alert.firedAt, alert.timeZone)
  if (alert.resolvedAt === null) return language === 'en' ? `since ${from}` : `自 ${from}`
  const to = timeText(alert.resolvedAt, alert.timeZone)
  return language === 'en' ? `${from} to ${to}` : `${from} 至 ${to}`
}

/** 2026-11-24 16:15 UTC+08:00 */
export function timeText(time: number, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'longOffset',
  }).formatToParts(time)
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? ''
  const zone = part('timeZoneName')
    .replace('GMT', 'UTC')
    .replace(/^UTC\+00:00$/, 'UTC')
  return `${part('year')}-${part('month')}-${part('day')} ${part('hour')}:${part('minute')} ${zone}`
}

/** At most six digits that say something, never in scientific writing. */
function numberText(value: number): string {
  return String(Number(value.toPrecision(6)))
}
