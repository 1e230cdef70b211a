import type { PropertyView, SiteView } from '@osprey/core/api'
import type { AlertView, EvidenceItem } from '@osprey/core/api/alerts'
import type { Text } from '../i18n/use-text.ts'
import type { Catalogue } from '../stations/catalogue.ts'
import { NO_VALUE, readingText } from '../stations/reading-text.ts'
import type { StationStore } from '../stations/station-store.ts'

type Words = Pick<Text, 't' | 'format' | 'say'>
type Compared = NonNullable<AlertView['comparison']>
type Bounds = Pick<EvidenceItem, 'operator' | 'threshold' | 'thresholdHigh'>

/** Operators whose sign says everything. Ranges and limits are told in words. */
const SIGNS: Readonly<Record<string, string>> = {
  gt: '>',
  ge: '≥',
  lt: '<',
  le: '≤',
  eq: '=',
  ne: '≠',
  exceeds: '>',
}

/** What an alert is about: the station, the pair of stations, or the site. */
export function placeText(
  alert: Pick<AlertView, 'station' | 'other' | 'site'>,
  stations: Pick<StationStore, 'recordOf'>,
  sites: ReadonlyMap<string, string>,
): string {
  const name = (id: string): string => stations.recordOf(id)?.name ?? id
  if (alert.station === null) return alert.site === null ? NO_VALUE : (sites.get(alert.site) ?? alert.site)
  return alert.other === null ? name(alert.station) : `${name(alert.station)} / ${name(alert.other)}`
}

export function siteNames(sites: readonly SiteView[] | null): ReadonlyMap<string, string> {
  return new Map(sites?.map(({ id, name }) => [id, name]))
}

/** A value of a measure with its unit: as readings are written, unless the statistic has a unit of its own. */
export function measuredText(
  value: number | null,
  unit: string,
  property: PropertyView | undefined,
  statistic: string,
  words: Words,
): string {
  if (value === null) return NO_VALUE
  if (statistic === 'count') return words.format.number(value)
  if (property?.kind === 'category') return property.categories?.[value] ?? words.format.number(value)
  if (property === undefined) return `${words.format.number(value, 2)} ${unit}`.trim()
  const fine = { ...property, precision: property.precision + (FINER.has(statistic) ? 1 : 0) }
  const own = statistic === 'rate' ? { ...fine, symbol: `${property.symbol}/h` } : fine
  return readingText(own, value, words)
}

/** Statistics that have a decimal more than the readings they are made of. */
const FINER = new Set(['rate', 'stddev'])

/** "> 75 µg/m³", "outside 6.5 – 8.5"; empty when there is no threshold. */
export function thresholdText(
  { operator, threshold, thresholdHigh }: Bounds,
  write: (value: number) => string,
  { t }: Words,
): string {
  if (threshold === null && thresholdHigh === null) return ''
  if (operator === 'inside' || operator === 'outside' || (threshold !== null && thresholdHigh !== null)) {
    const [low, high] = [threshold, thresholdHigh].map((bound) => (bound === null ? NO_VALUE : write(bound)))
    return t(operator === 'inside' ? 'alerts.inside' : 'alerts.outside', { low, high })
  }
  return `${SIGNS[operator] ?? operator} ${write((threshold ?? thresholdHigh) as number)}`
}

/** "PM2.5, mean over 1 h": what was measured. */
export function measureText(
  { property, statistic, windowSeconds }: Pick<EvidenceItem, 'property' | 'statistic' | 'windowSeconds'>,
  catalogue: Catalogue,
  { t, format, say }: Words,
): string {
  const known = catalogue.get(property)
  const name = known === undefined ? property : say(known.name)
  if (statistic === 'last') return name
  const measured = t(`alerts.statistic.${statistic}` as 'alerts.statistic.mean')
  return t('alerts.measure', { name, statistic: measured, window: format.duration(windowSeconds * 1000) })
}

export interface Finding {
  measure: string
  value: string
  /** Empty when there is none to show. */
  threshold: string
  limit: string | null
}

/** What was found when it fired, in words; null while it is pending, and where its values are not to be known. */
export function findingOf(alert: AlertView, catalogue: Catalogue, words: Words): Finding | null {
  const compared: Compared | null = alert.comparison
  if (compared === null) return null
  const property = catalogue.get(compared.property)
  const write = (value: number): string =>
    measuredText(value, alert.unit, property, compared.statistic, words)
  return {
    measure: measureText(compared, catalogue, words),
    value: alert.value === null ? NO_VALUE : write(alert.value),
    threshold: thresholdText(compared, write, words),
    limit: compared.limit,
  }
}

/** Milliseconds an alert has lasted at `now`, or did last. */
export function durationOf(alert: Pick<AlertView, 'startedAt' | 'resolvedAt'>, now: number): number {
  return (alert.resolvedAt === null ? now : Date.parse(alert.resolvedAt)) - Date.parse(alert.startedAt)
}
