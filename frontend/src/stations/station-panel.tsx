import { lazy, Suspense, useEffect, useId, useRef, useState, useSyncExternalStore } from 'react'
import { StationAlerts } from '../alerts/station-alerts.tsx'
import { useWorkspace } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { Glyph } from '../map/glyph.tsx'
import { IconButton } from '../ui/button.tsx'
import { useObservable } from '../ui/observable.ts'
import { Empty, Loading } from '../ui/states.tsx'
import { usePhone } from '../ui/use-media.ts'
import type { LevelScale } from './level-scheme.ts'
import { LiveValues } from './live-values.tsx'
import { StationBadges } from './station-badges.tsx'
import { StationFacts } from './station-facts.tsx'
import type { StationRecord } from './station-store.ts'
import './panel.css'

const History = lazy(() => import('../charts/history.tsx').then(({ History }) => ({ default: History })))

interface StationPanelProps {
  id: string
  /** The property the map shows: opened first when the station measures it. */
  preferred: string | null
  onClose: () => void
  onLocate: () => void
}

/** One station: what it measures now and how that went. At the side, on a phone as a sheet from below. */
export function StationPanel({ id, preferred, onClose, onLocate }: StationPanelProps) {
  const { t } = useText()
  const phone = usePhone()
  const { stations } = useWorkspace()
  const [tall, setTall] = useState(false)
  const record = useSyncExternalStore(stations.subscribe, () => stations.recordOf(id))
  const title = useId()
  const heading = useRef<HTMLHeadingElement>(null)
  // Opened from the list or the search, the panel is where the reader goes on; the map keeps its own focus.
  useEffect(() => {
    const from = document.activeElement
    if (from === document.body || from?.closest('.map-surface')) return
    heading.current?.focus({ preventScroll: true })
  }, [])
  return (
    <aside
      className="panel"
      aria-labelledby={title}
      data-tall={tall}
      onKeyDown={(event) => event.key === 'Escape' && onClose()}
      data-testid="station-panel"
    >
      <header className="panel-head">
        {phone && (
          <IconButton
            icon={tall ? 'down' : 'up'}
            look="quiet"
            className="panel-grip"
            label={t(tall ? 'panel.lower' : 'panel.raise')}
            aria-expanded={tall}
            onClick={() => setTall(!tall)}
          />
        )}
        {record && <Glyph medium={record.medium} size={18} />}
        <div className="panel-title">
          <h2 id={title} ref={heading} tabIndex={-1}>
            {record?.name ?? id}
          </h2>
          {record && <p className="mono">{id}</p>}
        </div>
        <IconButton icon="target" look="quiet" label={t('panel.locate')} onClick={onLocate} />
        <IconButton
          icon="close"
          look="quiet"
          label={t('action.close')}
          onClick={onClose}
          data-testid="close-panel"
        />
      </header>
      <div className="panel-body">
        {record === undefined ? (
          <Empty text={t('panel.unknown', { id })} />
        ) : (
          <StationDetails record={record} preferred={preferred} />
        )}
      </div>
    </aside>
  )
}

function StationDetails({ record, preferred }: { record: StationRecord; preferred: string | null }) {
  const { t } = useText()
  const workspace = useWorkspace()
  const { stations } = workspace
  const catalogue = useObservable(workspace.catalogue)
  const latest = useSyncExternalStore(stations.subscribe, () => stations.latestOf(record.id))
  const [chosen, setChosen] = useState<string | null>(preferred)
  const properties = catalogue.sorted(Object.keys(latest))
  const worst = stations.stateOf(record.id)?.property ?? null
  const shown = [chosen, worst, properties[0]].find((id) => id != null && properties.includes(id)) ?? null
  // Without this the chart would jump to whatever is worst at the moment.
  useEffect(() => setChosen((before) => before ?? shown), [shown])
  const property = shown === null ? undefined : catalogue.get(shown)
  const scale: LevelScale | null = property?.levels?.media.includes(record.medium) ? property.levels : null
  return (
    <>
      <StationBadges record={record} latest={latest} />
      <StationAlerts station={record.id} />
      <StationFacts record={record} />
      {properties.length === 0 ? (
        <Empty text={t('panel.noReadings')} />
      ) : (
        <LiveValues
          latest={latest}
          properties={properties}
          medium={record.medium}
          catalogue={catalogue}
          shown={shown}
          onShow={setChosen}
        />
      )}
      {property && (
        <Suspense fallback={<Loading text={t('chart.loading')} />}>
          <History key={property.id} station={record.id} property={property} scale={scale} />
        </Suspense>
      )}
    </>
  )
}
