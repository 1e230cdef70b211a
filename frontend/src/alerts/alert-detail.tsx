import type { AlertDetailView } from '@osprey/core/api/alerts'
import { lazy, Suspense } from 'react'
import { useApp, useWorkspace } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { formatHash } from '../routing/route.ts'
import { useMay } from '../session/permissions.ts'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icons.tsx'
import { useObservable } from '../ui/observable.ts'
import { Empty, Failed, Loading, Stale } from '../ui/states.tsx'
import { useTitle } from '../ui/use-title.ts'
import { AlertActs } from './alert-acts.tsx'
import { AlertChips } from './alert-chips.tsx'
import { AlertFacts } from './alert-facts.tsx'
import { AlertRow } from './alert-row.tsx'
import type { AlertSearch } from './alert-search.ts'
import { EvidenceTables } from './evidence-table.tsx'
import { SeverityMark } from './severity-mark.tsx'
import { Timeline } from './timeline.tsx'
import { useAlert } from './use-alert.ts'
import { type AlertWords, useAlertWords } from './use-alert-words.ts'

const AlertChart = lazy(() => import('./alert-chart.tsx').then(({ AlertChart }) => ({ default: AlertChart })))
const AlertMapView = lazy(() =>
  import('./alert-map-view.tsx').then(({ AlertMapView }) => ({ default: AlertMapView })),
)

interface AlertDetailProps {
  id: string
  search: AlertSearch
}

/** One alert: what it says, what to do, what it was judged by, and what people did about it. */
export function AlertDetail({ id, search }: AlertDetailProps) {
  const { t } = useText()
  const { alert, failed, refresh } = useAlert(id)
  const words = useAlertWords()
  const title =
    alert === null
      ? t('alerts.one')
      : t('alerts.named', { rule: alert.ruleName, place: words.placeOf(alert) })
  useTitle(title)
  return (
    <main id="content" tabIndex={-1} className="page" data-testid="alert">
      <div className="page-inner">
        <a
          className="back-link"
          href={formatHash({ page: 'alerts', alert: null, search })}
          data-testid="back"
        >
          <Icon name="left" size={16} />
          {t('alerts.back')}
        </a>
        {alert === null && failed === 404 && (
          <>
            <h1 className="visually-hidden">{title}</h1>
            <Empty text={t('alerts.unknown')} />
          </>
        )}
        {alert === null && failed !== null && failed !== 404 && (
          <>
            <h1 className="visually-hidden">{title}</h1>
            <Failed text={t('alerts.oneFailed')} onRetry={refresh} />
          </>
        )}
        {alert === null && failed === null && (
          <>
            <h1 className="visually-hidden">{title}</h1>
            <Loading text={t('app.loading')} />
          </>
        )}
        {alert !== null && (
          <>
            {failed !== null && <Stale />}
            <Shown alert={alert} search={search} words={words} onChanged={refresh} />
          </>
        )}
      </div>
    </main>
  )
}

interface ShownProps {
  alert: AlertDetailView
  search: AlertSearch
  words: AlertWords
  onChanged: () => void
}

function Shown({ alert, search, words, onChanged }: ShownProps) {
  const { t, say, format } = useText()
  const { routes } = useApp()
  const may = useMay()
  const loading = useObservable(useWorkspace().loading)
  const place = words.placeOf(alert)
  const finding = words.findingOf(alert)
  const stations = [alert.station, alert.other].filter((id) => id !== null)
  return (
    <>
      <header className="alert-head">
        <div className="alert-title">
          <SeverityMark severity={alert.severity} />
          <span
            className={`chip ${alert.state === 'firing' ? 'negative' : ''}`}
            data-testid="alert-state"
            data-state={alert.state}
          >
            {t(`alerts.state.${alert.state}`)}
          </span>
          <h1>{alert.ruleName}</h1>
          <p className="alert-where">
            {alert.station === null ? (
              place
            ) : (
              <button type="button" className="link" onClick={() => routes.visit(alert.station as string)}>
                {place}
              </button>
            )}
          </p>
        </div>
        {finding !== null && (
          <p className="alert-headline number" data-testid="alert-headline">
            <strong>{finding.value}</strong> {finding.threshold}
            <span>{[finding.measure, finding.limit].filter(Boolean).join(' · ')}</span>
          </p>
        )}
        <p className="alert-sentence">{say(alert.sentence)}</p>
        <AlertChips alert={alert} words={words} link />
        {alert.instruction.trim() !== '' && (
          <section className="notice alert-instruction" aria-label={t('alerts.instruction')}>
            <Icon name="info" size={18} />
            <div>
              <h2>{t('alerts.instruction')}</h2>
              <p>{alert.instruction}</p>
            </div>
          </section>
        )}
        <AlertActs alert={alert} onChanged={onChanged} />
      </header>
      <div className="alert-columns">
        <div className="alert-column">
          <section className="card" aria-labelledby="alert-chart">
            <h2 id="alert-chart">{t('alerts.chart.title')}</h2>
            <Suspense fallback={<Loading text={t('chart.loading')} />}>
              {/* What is measured, and in which unit, must be known first. */}
              {loading === 'ready' ? (
                <AlertChart alert={alert} words={words} />
              ) : (
                <Loading text={t('chart.loading')} />
              )}
            </Suspense>
          </section>
          <section className="card" aria-labelledby="alert-evidence">
            <h2 id="alert-evidence">{t('alerts.evidence.title')}</h2>
            <EvidenceTables alert={alert} words={words} />
          </section>
          <section className="card" aria-labelledby="alert-timeline">
            <h2 id="alert-timeline">{t('alerts.timeline')}</h2>
            <Timeline alert={alert} writable={may('alerts:write')} onChanged={onChanged} />
          </section>
        </div>
        <div className="alert-column">
          <section className="card" aria-labelledby="alert-facts">
            <h2 id="alert-facts">{t('alerts.facts')}</h2>
            <AlertFacts alert={alert} search={search} />
          </section>
          {stations.length > 0 && (
            <section className="card" aria-labelledby="alert-map">
              <h2 id="alert-map">{t('alerts.where')}</h2>
              <Suspense fallback={<Loading text={t('app.loading')} />}>
                <AlertMapView place={place} stations={stations.join(' ')} />
              </Suspense>
              {alert.station !== null && (
                <div className="actions">
                  <Button small icon="map" onClick={() => routes.visit(alert.station as string)}>
                    {t('panel.locate')}
                  </Button>
                </div>
              )}
            </section>
          )}
          <section className="card similar" aria-labelledby="alert-similar">
            <h2 id="alert-similar">{t('alerts.similar')}</h2>
            {alert.similar.length === 0 ? (
              <p className="card-empty">{t('alerts.noSimilar')}</p>
            ) : (
              <>
                <p className="hint number">
                  {t('alerts.similarCount', {
                    count: alert.similar.length,
                    n: format.number(alert.similar.length),
                  })}
                </p>
                <ul className="alert-list narrow">
                  {alert.similar.map((other) => (
                    <AlertRow
                      key={other.id}
                      alert={other}
                      search={search}
                      words={words}
                      selected={false}
                      leaving={false}
                      onSelect={null}
                    />
                  ))}
                </ul>
              </>
            )}
          </section>
        </div>
      </div>
    </>
  )
}
