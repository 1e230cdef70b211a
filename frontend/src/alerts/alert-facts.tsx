import type { AlertDetailView } from '@osprey/core/api/alerts'
import type { ReactNode } from 'react'
import { useWorkspace } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { formatHash } from '../routing/route.ts'
import { useMay } from '../session/permissions.ts'
import { useObservable } from '../ui/observable.ts'
import { useNow } from '../ui/use-now.ts'
import type { AlertSearch } from './alert-search.ts'
import { durationOf, measuredText } from './alert-text.ts'

interface AlertFactsProps {
  alert: AlertDetailView
  search: AlertSearch
}

/** When, how long, how bad, by which version of which rule, and the alerts before and after it. */
export function AlertFacts({ alert, search }: AlertFactsProps) {
  const text = useText()
  const { t, format } = text
  const may = useMay()
  const now = useNow()
  const catalogue = useObservable(useWorkspace().catalogue)
  const when = (time: string): string => format.dateTime(Date.parse(time))
  const { comparison } = alert
  const value = (amount: number): string =>
    comparison === null
      ? format.number(amount, 2)
      : measuredText(amount, alert.unit, catalogue.get(comparison.property), comparison.statistic, text)
  const facts: [string, ReactNode][] = [[t('alerts.fact.since'), when(alert.startedAt)]]
  if (alert.firedAt !== null) facts.push([t('alerts.fact.fired'), when(alert.firedAt)])
  if (alert.resolvedAt !== null) facts.push([t('alerts.fact.resolved'), when(alert.resolvedAt)])
  facts.push([t('alerts.fact.duration'), format.duration(durationOf(alert, now))])
  if (alert.value !== null) facts.push([t('alerts.fact.value'), value(alert.value)])
  if (alert.peak !== null) {
    const at = alert.peakAt === null ? '' : ` · ${when(alert.peakAt)}`
    facts.push([t('alerts.fact.peak'), `${value(alert.peak)}${at}`])
  }
  if (alert.now !== null && alert.now.value !== null) {
    const at = alert.now.at === null ? '' : ` · ${when(alert.now.at)}`
    facts.push([t('alerts.fact.now'), `${value(alert.now.value)}${at}`])
  }
  const version = t('alerts.fact.version', {
    name: alert.ruleName,
    version: format.number(alert.ruleVersion),
  })
  facts.push([
    t('alerts.fact.rule'),
    may('rules:read') ? (
      <a key="rule" href={formatHash({ page: 'rules', view: 'edit', rule: alert.rule })}>
        {version}
      </a>
    ) : (
      version
    ),
  ])
  facts.push([t('alerts.fact.noticed'), when(alert.recordedAt)])
  for (const [name, id] of [
    [t('alerts.fact.previous'), alert.previous],
    [t('alerts.fact.next'), alert.next],
  ] as const) {
    if (id === null) continue
    facts.push([
      name,
      <a key={name} href={formatHash({ page: 'alerts', alert: id, search })}>
        {t('alerts.fact.show')}
      </a>,
    ])
  }
  if (alert.falseAlarm !== null) {
    const { reason, by, at } = alert.falseAlarm
    facts.push([t('alerts.fact.falseAlarm'), `${reason} (${by}, ${when(at)})`])
  }
  return (
    <dl className="fact-list" data-testid="alert-facts">
      {facts.map(([name, said]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className="number">{said}</dd>
        </div>
      ))}
    </dl>
  )
}
