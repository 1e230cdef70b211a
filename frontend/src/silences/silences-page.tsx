import type { SilenceView } from '@osprey/core/api/alerts'
import { useEffect, useMemo, useState } from 'react'
import { AlertsTabs } from '../alerts/alerts-tabs.tsx'
import { useAlertWords } from '../alerts/use-alert-words.ts'
import { useWorkspace } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { usePolled } from '../ledger/use-polled.ts'
import { useMay } from '../session/permissions.ts'
import { Button } from '../ui/button.tsx'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { PageFrame } from '../ui/page.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { Failed, Loading, Stale } from '../ui/states.tsx'
import { ProlongDialog } from './prolong-dialog.tsx'
import { SilenceDialog } from './silence-dialog.tsx'
import { inOrder, newSilence } from './silence-draft.ts'
import { SilenceRow } from './silence-row.tsx'
import { useScopeText } from './use-scope-text.ts'
import '../alerts/alerts.css'
import './silences.css'

const INTERVAL = 10_000
const STATES = ['active', 'pending', 'expired'] as const
type Shown = (typeof STATES)[number]

/** Nothing silenced is lost: who silenced what, why and how long, and how many alerts that holds back now. */
export function SilencesPage({ silence }: { silence: string | null }) {
  const { t, format } = useText()
  const { request } = useWorkspace()
  const may = useMay()
  const scopeText = useScopeText(useAlertWords())
  const silences = usePolled<SilenceView[]>('/api/silences', INTERVAL)
  const [state, setState] = useState<Shown>('active')
  const [draft, setDraft] = useState<ReturnType<typeof newSilence> | null>(null)
  const [ending, setEnding] = useState<SilenceView | null>(null)
  const [prolonging, setProlonging] = useState<SilenceView | null>(null)
  const ordered = useMemo(() => inOrder(silences.data ?? []), [silences.data])
  const shown = ordered.filter((each) => each.state === state)
  const named = ordered.find(({ id }) => id === silence)
  useEffect(() => {
    if (named !== undefined) setState(named.state)
  }, [named])
  const count = (wanted: Shown): number => ordered.filter((each) => each.state === wanted).length
  const end = async (): Promise<void> => {
    await request(`/api/silences/${encodeURIComponent(ending?.id ?? '')}`, { method: 'DELETE' })
    silences.retry()
  }
  return (
    <PageFrame
      title={t('silences.title')}
      explain={t('silences.explain')}
      testId="silences"
      actions={<AlertsTabs current="silences" />}
    >
      <div className="silence-tools">
        <Segmented
          label={t('silences.show')}
          options={STATES.map((value) => ({
            value,
            text: `${t(`silences.state.${value}`)} ${silences.data === null ? '' : format.number(count(value))}`,
          }))}
          value={state}
          onChange={setState}
        />
        {may('silences:write') && (
          <Button
            look="primary"
            icon="plus"
            onClick={() => setDraft(newSilence(Date.now()))}
            data-testid="new-silence"
          >
            {t('silences.new')}
          </Button>
        )}
      </div>
      <section className="card" aria-label={t('silences.title')}>
        {silences.data === null && silences.failed && (
          <Failed text={t('silences.failed')} onRetry={silences.retry} />
        )}
        {silences.data === null && !silences.failed && <Loading text={t('app.loading')} />}
        {silences.data !== null && (
          <>
            {silences.failed && <Stale />}
            {shown.length === 0 && <p className="card-empty">{t(`silences.none.${state}`)}</p>}
            <ul className="rows" data-testid="silence-list">
              {shown.map((each) => (
                <SilenceRow
                  key={each.id}
                  silence={each}
                  reach={scopeText(each)}
                  current={each.id === silence}
                  writable={may('silences:write')}
                  onEnd={() => setEnding(each)}
                  onProlong={() => setProlonging(each)}
                />
              ))}
            </ul>
          </>
        )}
      </section>
      {draft !== null && (
        <SilenceDialog
          draft={draft}
          onSaved={() => {
            setDraft(null)
            silences.retry()
          }}
          onClose={() => setDraft(null)}
        />
      )}
      {prolonging !== null && (
        <ProlongDialog
          silence={prolonging}
          onSaved={() => {
            setProlonging(null)
            silences.retry()
          }}
          onClose={() => setProlonging(null)}
        />
      )}
      {ending !== null && (
        <ConfirmDialog
          title={t('silences.endTitle')}
          confirm={t('silences.end')}
          look="primary"
          onConfirm={end}
          onClose={() => setEnding(null)}
        >
          <p>{t('silences.endExplain', { reason: ending.reason })}</p>
        </ConfirmDialog>
      )}
    </PageFrame>
  )
}
