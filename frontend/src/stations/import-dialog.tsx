import type { ImportResult } from '@osprey/core/api'
import { type ChangeEvent, useId, useState } from 'react'
import { useWorkspace } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Icon } from '../ui/icons.tsx'
import { FieldErrors, ProblemText } from '../ui/problem-text.tsx'
import { Loading } from '../ui/states.tsx'
import { importType } from './import-type.ts'

type Step =
  | { phase: 'choosing' }
  | { phase: 'busy' }
  | { phase: 'checked'; result: ImportResult }
  | { phase: 'done'; result: ImportResult }
  | { phase: 'failed'; error: unknown }

/** Imports stations from CSV or GeoJSON: first a dry run that shows what would happen, then for good. */
export function ImportDialog({ onClose }: { onClose: () => void }) {
  const { t } = useText()
  const workspace = useWorkspace()
  const field = useId()
  const [file, setFile] = useState<File | null>(null)
  const [step, setStep] = useState<Step>({ phase: 'choosing' })

  const send = async (chosen: File, dryRun: boolean): Promise<void> => {
    setStep({ phase: 'busy' })
    try {
      const result = await workspace.request<ImportResult>(`/api/stations/import?dryRun=${dryRun}`, {
        method: 'POST',
        type: importType(chosen.name),
        body: chosen,
      })
      setStep({ phase: dryRun || result.errors.length > 0 ? 'checked' : 'done', result })
      if (!dryRun) await workspace.loadStations()
    } catch (error) {
      setStep({ phase: 'failed', error })
    }
  }

  const choose = (event: ChangeEvent<HTMLInputElement>): void => {
    const chosen = event.target.files?.[0] ?? null
    setFile(chosen)
    if (chosen === null) setStep({ phase: 'choosing' })
    else void send(chosen, true)
  }

  const ready = step.phase === 'checked' && step.result.errors.length === 0
  return (
    <Dialog title={t('import.title')} onClose={onClose}>
      <p>{t('import.explain')}</p>
      <p className="menu-links">
        <a href="/api/stations/export?format=csv" download>
          {t('import.exportCsv')}
        </a>
        <a href="/api/stations/export?format=geojson" download>
          {t('import.exportGeoJson')}
        </a>
      </p>
      <div className="field">
        <label htmlFor={field}>{t('import.file')}</label>
        <input
          id={field}
          className="input"
          type="file"
          accept=".csv,.geojson,.json,text/csv,application/geo+json"
          onChange={choose}
          data-testid="import-file"
        />
      </div>
      {step.phase === 'busy' && <Loading text={t('import.busy')} />}
      {step.phase === 'failed' && <ProblemText error={step.error} />}
      {step.phase === 'checked' && <Checked result={step.result} />}
      {step.phase === 'done' && (
        <p className="notice positive" role="status" data-testid="import-done">
          <Icon name="check" size={18} />
          {t('import.done', { created: step.result.created, updated: step.result.updated })}
        </p>
      )}
      <div className="actions">
        <Button onClick={onClose}>{t(step.phase === 'done' ? 'action.close' : 'action.cancel')}</Button>
        {step.phase !== 'done' && (
          <Button
            look="primary"
            icon="upload"
            disabled={!ready}
            onClick={() => file && void send(file, false)}
            data-testid="import-confirm"
          >
            {t('import.confirm')}
          </Button>
        )}
      </div>
    </Dialog>
  )
}

function Checked({ result }: { result: ImportResult }) {
  const { t } = useText()
  const { created, updated, errors, omitted } = result
  if (errors.length === 0) {
    return (
      <p className="notice positive" role="status" data-testid="import-checked">
        <Icon name="check" size={18} />
        {t('import.checked', { created, updated })}
      </p>
    )
  }
  return (
    <div role="alert" data-testid="import-errors">
      <p className="notice negative">
        <Icon name="warning" size={18} />
        {t('import.errors', { count: errors.length + omitted })}
      </p>
      <FieldErrors errors={errors} omitted={omitted} />
    </div>
  )
}
