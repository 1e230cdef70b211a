import { type FormEvent, useId, useState } from 'react'
import { useWorkspace } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { useObservable } from '../ui/observable.ts'
import { ProblemText } from '../ui/problem-text.tsx'
import { Empty } from '../ui/states.tsx'
import { LAYER_KINDS, type LayerKind, layerIdFrom, type TerritoryLayer } from './layer-store.ts'
import './layers.css'

/** Uploads, replaces and deletes the territory's GeoJSON layers. */
export function LayersDialog({ onClose }: { onClose: () => void }) {
  const { t } = useText()
  const { layers } = useWorkspace()
  const all = useObservable(layers.layers)
  const [error, setError] = useState<unknown>(null)
  const attempt = async (work: () => Promise<unknown>): Promise<boolean> => {
    setError(null)
    try {
      await work()
      return true
    } catch (problem) {
      setError(problem)
      return false
    }
  }
  return (
    <Dialog title={t('layers.manage')} onClose={onClose}>
      {all.length === 0 ? (
        <Empty text={t('layers.none')} />
      ) : (
        <ul className="layer-list">
          {all.map((layer) => (
            <LayerRow key={layer.id} layer={layer} onRemove={() => attempt(() => layers.remove(layer.id))} />
          ))}
        </ul>
      )}
      <UploadForm
        onUpload={(file, name, kind) =>
          attempt(() => layers.upload(layerIdFrom(file.name), name, kind, file))
        }
      />
      {error !== null && <ProblemText error={error} />}
    </Dialog>
  )
}

function LayerRow({ layer, onRemove }: { layer: TerritoryLayer; onRemove: () => Promise<boolean> }) {
  const { t, format } = useText()
  const [asked, setAsked] = useState(false)
  return (
    <li>
      <div>
        <p className="layer-title">{layer.name}</p>
        <p className="layer-note number">
          {t(`layers.kind.${layer.kind}`)} ·{' '}
          {t('layers.features', { count: layer.features, n: format.number(layer.features) })}
        </p>
      </div>
      {asked ? (
        <div className="actions">
          <Button small onClick={() => setAsked(false)}>
            {t('action.cancel')}
          </Button>
          <Button small look="danger" onClick={() => void onRemove()} data-testid={`delete-${layer.id}`}>
            {t('layers.confirmDelete')}
          </Button>
        </div>
      ) : (
        <Button
          small
          look="quiet"
          icon="trash"
          aria-label={t('layers.delete', { name: layer.name })}
          onClick={() => setAsked(true)}
        />
      )}
    </li>
  )
}

interface UploadFormProps {
  onUpload: (file: File, name: string, kind: LayerKind) => Promise<boolean>
}

function UploadForm({ onUpload }: UploadFormProps) {
  const { t } = useText()
  const field = useId()
  const [busy, setBusy] = useState(false)
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault()
    const form = event.currentTarget
    const fields = new FormData(form)
    const file = fields.get('file')
    if (!(file instanceof File) || file.size === 0) return
    const name = String(fields.get('name')).trim() || file.name.replace(/\.[^.]*$/, '')
    setBusy(true)
    if (await onUpload(file, name, fields.get('kind') as LayerKind)) form.reset()
    setBusy(false)
  }
  return (
    <form className="layer-form" onSubmit={submit} data-testid="layer-form">
      <h3>{t('layers.upload')}</h3>
      <div className="field">
        <label htmlFor={`${field}-file`}>{t('layers.file')}</label>
        <input
          id={`${field}-file`}
          name="file"
          className="input"
          type="file"
          accept=".geojson,.json,application/geo+json"
          required
        />
        <p className="hint">{t('layers.fileHint')}</p>
      </div>
      <div className="layer-fields">
        <div className="field">
          <label htmlFor={`${field}-name`}>{t('layers.name')}</label>
          <input id={`${field}-name`} name="name" className="input" maxLength={200} />
        </div>
        <div className="field">
          <label htmlFor={`${field}-kind`}>{t('layers.kindLabel')}</label>
          <select id={`${field}-kind`} name="kind" className="select" defaultValue="jurisdictions">
            {LAYER_KINDS.map((kind) => (
              <option key={kind} value={kind}>
                {t(`layers.kind.${kind}`)}
              </option>
            ))}
          </select>
        </div>
      </div>
      <div className="actions">
        <Button type="submit" look="primary" icon="upload" disabled={busy}>
          {t(busy ? 'layers.busy' : 'layers.send')}
        </Button>
      </div>
    </form>
  )
}
