import { severityAt } from '../alerts/severity-shapes.ts'
import type { Text } from '../i18n/use-text.ts'
import type { ClusterState } from '../map/cluster-state.ts'
import type { TooltipText } from '../map/tooltip.ts'
import type { Catalogue } from './catalogue.ts'
import { type Level, levelScheme } from './level-scheme.ts'
import { readingText } from './reading-text.ts'
import type { StationStore } from './station-store.ts'

/** The name of a level in the words of the property's standard. */
export function levelName(
  level: number,
  property: string | null,
  catalogue: Catalogue,
  t: Text['t'],
): string {
  const scale = property === null ? null : catalogue.get(property)?.levels
  return t(`level.${levelScheme(scale)}.${level as Level}`)
}

/** What the pointer shows of a station. `now` is epoch milliseconds. */
export function describeStation(
  store: StationStore,
  row: number,
  catalogue: Catalogue,
  text: Text,
  now: number,
): TooltipText {
  const { t, format, say } = text
  const state = store.stateOf(store.ids[row] as string)
  const record = store.records[row]
  if (state === undefined || record === undefined) return { title: '', lines: [] }
  const lines = [`${t(`medium.${store.mediumOf(row)}`)} · ${t(`status.${state.status}`)}`]
  if (state.property !== null && state.value !== null) {
    const property = catalogue.get(state.property)
    const name = property === undefined ? state.property : say(property.name)
    lines.push(`${name}: ${readingText(property, state.value, text)}`)
  }
  if (state.level !== null) lines.push(levelName(state.level, state.property, catalogue, t))
  const firing = severityAt(store.firing[row] as number)
  if (firing !== null) lines.push(t('alerts.firingAs', { severity: t(`alerts.severity.${firing}`) }))
  if (state.alert === 'exceeding') lines.push(t('alert.exceeding'))
  if (state.time !== null) lines.push(format.age(state.time, now))
  return { title: record.name, lines }
}

/** What the pointer shows of a cluster. */
export function describeCluster(state: ClusterState, { t, format }: Text): TooltipText {
  const lines: string[] = []
  const worst = severityAt(state.worstAlert)
  if (worst !== null) {
    const severity = t(`alerts.severity.${worst}`)
    lines.push(t('alerts.stationsFiring', { count: state.firing, n: format.number(state.firing), severity }))
  }
  if (state.exceeding > 0)
    lines.push(t('cluster.exceeding', { count: state.exceeding, n: format.number(state.exceeding) }))
  if (state.level >= 0) lines.push(t('cluster.worst', { level: t(`level.plain.${state.level as Level}`) }))
  if (state.silent > 0)
    lines.push(t('cluster.silent', { count: state.silent, n: format.number(state.silent) }))
  return { title: t('cluster.stations', { count: state.count, n: format.number(state.count) }), lines }
}
