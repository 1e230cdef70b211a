import type { JurisdictionView } from '@osprey/core/api/jurisdictions'
import { useState } from 'react'
import { useApp } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { usePolled } from '../ledger/use-polled.ts'
import { useMay } from '../session/permissions.ts'
import { Button } from '../ui/button.tsx'
import { PageFrame } from '../ui/page.tsx'
import { Empty, Failed, Loading, Stale } from '../ui/states.tsx'
import { ImportDialog } from './import-dialog.tsx'
import { JurisdictionCard } from './jurisdiction-card.tsx'
import { JurisdictionTree } from './jurisdiction-tree.tsx'
import './jurisdictions.css'

const INTERVAL = 15_000

/** The nested areas that people belong to. */
export function JurisdictionsPage({ jurisdiction }: { jurisdiction: string | null }) {
  const { t } = useText()
  const { routes } = useApp()
  const may = useMay()
  const { data, failed, retry } = usePolled<JurisdictionView[]>('/api/jurisdictions', INTERVAL)
  const [importing, setImporting] = useState(false)
  const selected = data?.find(({ id }) => id === jurisdiction)
  const show = (id: string | null): void => routes.go({ page: 'jurisdictions', jurisdiction: id })
  return (
    <PageFrame
      title={t('jurisdictions.title')}
      explain={t('jurisdictions.explain')}
      testId="jurisdictions-page"
      actions={
        may('jurisdictions:write') && (
          <Button look="primary" icon="upload" onClick={() => setImporting(true)} data-testid="import-areas">
            {t('jurisdictions.import')}
          </Button>
        )
      }
    >
      {data === null && failed && <Failed text={t('jurisdictions.failed')} onRetry={retry} />}
      {data === null && !failed && <Loading text={t('app.loading')} />}
      {data?.length === 0 && (
        <section className="card">
          <Empty text={t(may('jurisdictions:write') ? 'jurisdictions.noneYet' : 'jurisdictions.none')} />
        </section>
      )}
      {data !== null && failed && <Stale />}
      {data !== null && data.length > 0 && (
        <div className="jurisdictions">
          <JurisdictionTree areas={data} selected={jurisdiction} onSelect={show} />
          {selected === undefined ? (
            <section className="card">
              <Empty text={t(jurisdiction === null ? 'jurisdictions.choose' : 'jurisdictions.unknown')} />
            </section>
          ) : (
            <JurisdictionCard
              key={selected.id}
              area={selected}
              areas={data}
              onChanged={retry}
              onRemoved={() => {
                show(null)
                retry()
              }}
            />
          )}
        </div>
      )}
      {importing && <ImportDialog onImported={retry} onClose={() => setImporting(false)} />}
    </PageFrame>
  )
}
