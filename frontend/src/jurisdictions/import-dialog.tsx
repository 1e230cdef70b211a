import type { JurisdictionsImported } from '@osprey/core/api/jurisdictions'
import { useState } from 'react'
import { useApp } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { FileDrop } from '../ui/file-drop.tsx'
import { Icon } from '../ui/icons.tsx'
import { ProblemText } from '../ui/problem-text.tsx'
import { Loading } from '../ui/states.tsx'
import { useAttempt } from '../ui/use-attempt.ts'

/** Creates and replaces jurisdictions from a GeoJSON file: all of them or none. */
export function ImportDialog({ onImported, onClose }: { onImported: () => void; onClose: () => void }) {
  const { t } = useText()
  const { request } = useApp()
  const [result, setResult] = useState<JurisdictionsImported | null>(null)
  const { busy, error, attempt } = useAttempt()
  const send = (file: File): void => {
    setResult(null)
    void attempt(async () => {
      const sent = { method: 'POST', type: 'application/geo+json', body: file } as const
      setResult(await request<JurisdictionsImported>('/api/jurisdictions/import', sent))
      onImported()
    })
  }
  return (
    <Dialog title={t('jurisdictions.import')} onClose={onClose}>
      <p>{t('jurisdictions.importExplain')}</p>
      <FileDrop
        label={t('jurisdictions.importFile')}
        hint={t('jurisdictions.importHint')}
        accept=".geojson,.json,application/geo+json"
        onFile={send}
        testId="import-areas-file"
      />
      {busy && <Loading text={t('import.busy')} />}
      {error !== null && <ProblemText error={error} />}
      {result !== null && (
        <p className="notice positive" role="status" data-testid="areas-imported">
          <Icon name="check" size={18} />
          {t('import.done', { created: result.created, updated: result.updated })}
        </p>
      )}
      <div className="actions">
        <Button look={result === null ? 'plain' : 'primary'} onClick={onClose}>
          {t(result === null ? 'action.cancel' : 'action.close')}
        </Button>
      </div>
    </Dialog>
  )
}
