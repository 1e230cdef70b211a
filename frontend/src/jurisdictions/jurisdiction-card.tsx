import type { JurisdictionDetail, JurisdictionPatch, JurisdictionView } from '@osprey/core/api/jurisdictions'
import { type FormEvent, useEffect, useState } from 'react'
import { useApp } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { useMay } from '../session/permissions.ts'
import { Button } from '../ui/button.tsx'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { isGeneral } from '../ui/field-problems.ts'
import { FileDrop } from '../ui/file-drop.tsx'
import { Icon } from '../ui/icons.tsx'
import { ProblemText } from '../ui/problem-text.tsx'
import { Failed, Loading } from '../ui/states.tsx'
import { ChoiceField, FieldProblem, TextField } from '../ui/text-field.tsx'
import { useAttempt } from '../ui/use-attempt.ts'
import { useFieldProblems } from '../ui/use-field-problems.ts'
import { AreaMapView } from './area-map-view.tsx'
import { type GeometryReading, readGeometry } from './read-geometry.ts'
import { treeOf, withDescendants } from './tree.ts'

interface JurisdictionCardProps {
  area: JurisdictionView
  areas: readonly JurisdictionView[]
  onChanged: () => void
  onRemoved: () => void
}

/** One jurisdiction: where it is, and for those who may, changing it. */
export function JurisdictionCard({ area, areas, onChanged, onRemoved }: JurisdictionCardProps) {
  const { t } = useText()
  const may = useMay()
  const path = `/api/jurisdictions/${encodeURIComponent(area.id)}`
  const { detail, failed, retry, accept } = useDetail(path)
  const [removing, setRemoving] = useState(false)
  const { request } = useApp()
  const parent = areas.find(({ id }) => id === area.parent)
  const changed = (next: JurisdictionDetail): void => {
    accept(next)
    onChanged()
  }
  return (
    <section className="card jurisdiction-card" aria-labelledby="jurisdiction-heading">
      <h2 id="jurisdiction-heading">{area.name}</h2>
      <p className="row-note">
        <span className="mono">{area.id}</span>
        {parent !== undefined && ` · ${t('jurisdictions.partOf', { name: parent.name })}`}
      </p>
      {detail === null && failed && <Failed text={t('jurisdictions.failed')} onRetry={retry} />}
      {detail === null && !failed && <Loading text={t('app.loading')} />}
      {detail !== null && <AreaMapView name={area.name} geometry={detail.geometry} />}
      {may('jurisdictions:write') && detail !== null && (
        <>
          <EditForm area={area} areas={areas} path={path} onChanged={changed} />
          <ReplaceGeometry path={path} onChanged={changed} />
          <div className="actions">
            <Button look="danger" icon="trash" onClick={() => setRemoving(true)} data-testid="area-remove">
              {t('jurisdictions.remove')}
            </Button>
          </div>
        </>
      )}
      {removing && (
        <ConfirmDialog
          title={t('jurisdictions.remove')}
          confirm={t('jurisdictions.remove')}
          onConfirm={async () => {
            await request(path, { method: 'DELETE' })
            onRemoved()
          }}
          onClose={() => setRemoving(false)}
        >
          {t('jurisdictions.removeExplain', { name: area.name })}
        </ConfirmDialog>
      )}
    </section>
  )
}

/** The jurisdiction with its polygon, read once; `accept` takes what a change answered. */
function useDetail(path: string) {
  const { request } = useApp()
  const [detail, setDetail] = useState<JurisdictionDetail | null>(null)
  const [failed, setFailed] = useState(false)
  const [attempt, setAttempt] = useState(0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt asks again
  useEffect(() => {
    const abort = new AbortController()
    setFailed(false)
    request<JurisdictionDetail>(path, { signal: abort.signal }).then(setDetail, () => {
      if (!abort.signal.aborted) setFailed(true)
    })
    return () => abort.abort()
  }, [request, path, attempt])
  return { detail, failed, retry: () => setAttempt((count) => count + 1), accept: setDetail }
}

interface EditFormProps {
  area: JurisdictionView
  areas: readonly JurisdictionView[]
  path: string
  onChanged: (detail: JurisdictionDetail) => void
}

function EditForm({ area, areas, path, onChanged }: EditFormProps) {
  const { t, language } = useText()
  const { request } = useApp()
  const [name, setName] = useState(area.name)
  const [parent, setParent] = useState(area.parent ?? '')
  const { busy, error, attempt } = useAttempt()
  const problems = useFieldProblems(error)
  const own = withDescendants(areas, area.id)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const body: JurisdictionPatch = { name: name.trim(), parent: parent === '' ? null : parent }
    void attempt(async () => onChanged(await request<JurisdictionDetail>(path, { method: 'PATCH', body })))
  }
  const changed = name.trim() !== area.name || parent !== (area.parent ?? '')
  return (
    <form className="card-form" onSubmit={submit} data-testid="area-form">
      <div className="area-fields">
        <TextField
          label={t('jurisdictions.name')}
          problem={problems.get('name')}
          maxLength={200}
          autoComplete="off"
          required
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <ChoiceField
          label={t('jurisdictions.parent')}
          problem={problems.get('parent')}
          value={parent}
          onChange={setParent}
        >
          <option value="">{t('jurisdictions.noParent')}</option>
          {treeOf(areas, language)
            .filter((branch) => !own.has(branch.area.id))
            .map((branch) => (
              <option key={branch.area.id} value={branch.area.id}>
                {`${'\u00a0\u00a0'.repeat(branch.depth)}${branch.area.name}`}
              </option>
            ))}
        </ChoiceField>
      </div>
      {isGeneral(error, ['name', 'parent']) && <ProblemText error={error} />}
      <div className="actions">
        <Button type="submit" look="primary" disabled={busy || !changed}>
          {t('action.save')}
        </Button>
      </div>
    </form>
  )
}

interface ReplaceGeometryProps {
  path: string
  onChanged: (detail: JurisdictionDetail) => void
}

function ReplaceGeometry({ path, onChanged }: ReplaceGeometryProps) {
  const { t } = useText()
  const { request } = useApp()
  const [reading, setReading] = useState<GeometryReading | null>(null)
  const [done, setDone] = useState(false)
  const { error, attempt } = useAttempt()
  const send = async (file: File): Promise<void> => {
    setDone(false)
    const read = readGeometry(await file.text())
    setReading(read)
    if (!read.ok) return
    const body: JurisdictionPatch = { geometry: read.geometry }
    setDone(
      await attempt(async () =>
        onChanged(await request<JurisdictionDetail>(path, { method: 'PATCH', body })),
      ),
    )
  }
  return (
    <div className="card-form">
      <FileDrop
        label={t('jurisdictions.replace')}
        hint={t('jurisdictions.replaceHint')}
        accept=".geojson,.json,application/geo+json"
        onFile={(file) => void send(file)}
        testId="area-geometry"
      />
      {reading !== null && !reading.ok && <FieldProblem text={t(`jurisdictions.file.${reading.reason}`)} />}
      {error !== null && <ProblemText error={error} />}
      {done && (
        <p className="notice positive" role="status">
          <Icon name="check" size={18} />
          {t('jurisdictions.replaced')}
        </p>
      )}
    </div>
  )
}
