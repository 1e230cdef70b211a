import type { DeviceSecret, DeviceView, SiteView } from '@osprey/core/api'
import { MEDIA, type Medium } from '@osprey/core/properties'
import { type ChangeEvent, useEffect, useId, useMemo, useState } from 'react'
import { useWorkspace } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Icon } from '../ui/icons.tsx'
import { ProblemText } from '../ui/problem-text.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { ChoiceField, TextField } from '../ui/text-field.tsx'
import { useAttempt } from '../ui/use-attempt.ts'
import { AuthenticationField } from './authentication-field.tsx'
import { devicesForStations, type StationSelection } from './bulk-selection.ts'
import { type BulkRow, readBulk } from './bulk-text.ts'
import { useHandOverSecrets } from './use-hand-over-secrets.ts'

const WAYS = ['list', 'stations'] as const
type Way = (typeof WAYS)[number]
/** A preview is for checking, not for reading everything. */
const MOST_ROWS = 100

const WHOLE: StationSelection = {
  medium: '',
  site: '',
  onlyWithout: true,
  prefix: '',
  authentication: 'secret',
}

interface BulkDialogProps {
  devices: readonly DeviceView[]
  onClose: () => void
}

/** Registers many devices at once: from a list, or one for each of some stations. All are made, or none. */
export function BulkDialog({ devices, onClose }: BulkDialogProps) {
  const { t, format } = useText()
  const { request, stations } = useWorkspace()
  const handOver = useHandOverSecrets()
  const [way, setWay] = useState<Way>('list')
  const [text, setText] = useState('')
  const [selection, setSelection] = useState(WHOLE)
  const { busy, error, attempt } = useAttempt()
  const rows = useMemo(() => {
    if (way === 'stations') return devicesForStations(stations.records, devices, selection)
    const taken = new Set(devices.map(({ id }) => id))
    return readBulk(text, {
      hasDevice: (id) => taken.has(id),
      hasStation: (id) => stations.row(id) !== undefined,
    })
  }, [way, text, selection, devices, stations])
  const wrong = rows.filter(({ problem }) => problem !== null).length

  const create = async (): Promise<void> => {
    const body = {
      devices: rows.map(({ id, stations, authentication }) => ({ id, stations, authentication })),
    }
    const created = await attempt(async () => {
      const answer = await request<{ devices: DeviceSecret[] }>('/api/devices/bulk', { method: 'POST', body })
      handOver(answer.devices)
    })
    if (created) onClose()
  }
  return (
    <Dialog title={t('devices.newMany')} onClose={onClose} wide>
      <Segmented
        label={t('bulk.way')}
        options={WAYS.map((value) => ({ value, text: t(`bulk.${value}`) }))}
        value={way}
        onChange={setWay}
      />
      {way === 'list' ? (
        <ListInput text={text} onChange={setText} />
      ) : (
        <SelectionInput value={selection} onChange={setSelection} />
      )}
      {rows.length > 0 && <Preview rows={rows} wrong={wrong} />}
      {way === 'stations' && rows.length === 0 && <p className="card-empty">{t('bulk.noStations')}</p>}
      {error !== null && <ProblemText error={error} />}
      <div className="actions">
        <Button onClick={onClose}>{t('action.cancel')}</Button>
        <Button
          look="primary"
          disabled={busy || rows.length === 0 || wrong > 0}
          onClick={() => void create()}
          data-testid="bulk-create"
        >
          {t(busy ? 'devices.busy' : 'bulk.create', { count: rows.length, n: format.number(rows.length) })}
        </Button>
      </div>
    </Dialog>
  )
}

function ListInput({ text, onChange }: { text: string; onChange: (text: string) => void }) {
  const { t } = useText()
  const field = useId()
  const read = async (event: ChangeEvent<HTMLInputElement>): Promise<void> => {
    const file = event.target.files?.[0]
    if (file !== undefined) onChange(await file.text())
  }
  return (
    <>
      <div className="field">
        <label htmlFor={`${field}-text`}>{t('bulk.text')}</label>
        <textarea
          id={`${field}-text`}
          className="input text-area mono"
          rows={6}
          value={text}
          placeholder={'pump-1,station-1\npump-2,station-2;station-3'}
          spellCheck={false}
          aria-describedby={`${field}-hint`}
          onChange={(event) => onChange(event.target.value)}
          data-testid="bulk-text"
        />
        <p id={`${field}-hint`} className="hint">
          {t('bulk.textHint')}
        </p>
      </div>
      <div className="field">
        <label htmlFor={`${field}-file`}>{t('bulk.file')}</label>
        <input
          id={`${field}-file`}
          className="input"
          type="file"
          accept=".csv,.txt,text/csv,text/plain"
          onChange={(event) => void read(event)}
          data-testid="bulk-file"
        />
      </div>
    </>
  )
}

interface SelectionInputProps {
  value: StationSelection
  onChange: (selection: StationSelection) => void
}

function SelectionInput({ value, onChange }: SelectionInputProps) {
  const { t } = useText()
  const { request } = useWorkspace()
  const [sites, setSites] = useState<readonly SiteView[]>([])
  useEffect(() => {
    const abort = new AbortController()
    request<SiteView[]>('/api/sites', { signal: abort.signal }).then(
      setSites,
      // Without the sites the other choices still work.
      () => setSites([]),
    )
    return () => abort.abort()
  }, [request])
  const change = (part: Partial<StationSelection>): void => onChange({ ...value, ...part })
  return (
    <div className="bulk-selection">
      <ChoiceField
        label={t('filter.medium')}
        value={value.medium}
        onChange={(medium) => change({ medium: medium as Medium | '' })}
        testId="bulk-medium"
      >
        <option value="">{t('bulk.anyMedium')}</option>
        {MEDIA.map((medium) => (
          <option key={medium} value={medium}>
            {t(`medium.${medium}`)}
          </option>
        ))}
      </ChoiceField>
      <ChoiceField label={t('panel.site')} value={value.site} onChange={(site) => change({ site })}>
        <option value="">{t('bulk.anySite')}</option>
        {sites.map((site) => (
          <option key={site.id} value={site.id}>
            {site.name}
          </option>
        ))}
      </ChoiceField>
      <TextField
        label={t('bulk.prefix')}
        hint={t('bulk.prefixHint')}
        className="mono"
        value={value.prefix}
        maxLength={32}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        onChange={(event) => change({ prefix: event.target.value.trim() })}
        data-testid="bulk-prefix"
      />
      <AuthenticationField
        value={value.authentication}
        onChange={(authentication) => change({ authentication })}
      />
      <label className="check">
        <input
          type="checkbox"
          checked={value.onlyWithout}
          onChange={(event) => change({ onlyWithout: event.target.checked })}
        />
        {t('bulk.onlyWithout')}
      </label>
    </div>
  )
}

function Preview({ rows, wrong }: { rows: readonly BulkRow[]; wrong: number }) {
  const { t, format } = useText()
  // What is wrong comes first: that is what the person has to look at.
  const shown = [...rows.filter(({ problem }) => problem), ...rows.filter(({ problem }) => !problem)]
  return (
    <section aria-label={t('bulk.preview')} data-testid="bulk-preview">
      <p className={`notice ${wrong === 0 ? 'positive' : 'negative'}`} role="status">
        <Icon name={wrong === 0 ? 'check' : 'warning'} size={18} />
        {wrong === 0
          ? t('bulk.fine', { count: rows.length, n: format.number(rows.length) })
          : t('bulk.wrong', { count: wrong, n: format.number(wrong) })}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <section className="field-errors" tabIndex={0} aria-label={t('bulk.preview')}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col" className="numeric">
                {t('bulk.line')}
              </th>
              <th scope="col">{t('devices.column.id')}</th>
              <th scope="col">{t('devices.column.stations')}</th>
              <th scope="col">{t('devices.column.authentication')}</th>
              <th scope="col">{t('bulk.problem')}</th>
            </tr>
          </thead>
          <tbody>
            {shown.slice(0, MOST_ROWS).map(({ line, id, stations, authentication, problem }) => (
              <tr key={line}>
                <td className="numeric">{format.number(line)}</td>
                <td className="mono wrap">{id}</td>
                <td className="mono wrap">{stations.join(' ')}</td>
                <td>{t(`devices.authentication.${authentication}`)}</td>
                <td>{problem && t(`devices.problem.${problem.reason}`, { value: problem.value })}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {rows.length > MOST_ROWS && (
        <p className="menu-note">
          {t('problem.omitted', {
            count: rows.length - MOST_ROWS,
            n: format.number(rows.length - MOST_ROWS),
          })}
        </p>
      )}
    </section>
  )
}
