import type { DeviceAuthentication, DeviceSecret, DeviceView } from '@osprey/core/api'
import { isId } from '@osprey/core/topics'
import { type FormEvent, useState } from 'react'
import { useWorkspace } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { ProblemText } from '../ui/problem-text.tsx'
import { TextField } from '../ui/text-field.tsx'
import { useAttempt } from '../ui/use-attempt.ts'
import { AuthenticationField } from './authentication-field.tsx'
import { StationPicker } from './station-picker.tsx'
import { type Units, UnitsEditor } from './units-editor.tsx'
import { useHandOverSecrets } from './use-hand-over-secrets.ts'

interface NewDeviceDialogProps {
  devices: readonly DeviceView[]
  onClose: () => void
}

/** Registers one device. Its secret is shown by the credentials dialog, which every page has. */
export function NewDeviceDialog({ devices, onClose }: NewDeviceDialogProps) {
  const { t } = useText()
  const { request } = useWorkspace()
  const handOver = useHandOverSecrets()
  const [id, setId] = useState('')
  const [stations, setStations] = useState<readonly string[]>([])
  const [authentication, setAuthentication] = useState<DeviceAuthentication>('secret')
  const [units, setUnits] = useState<Units>({})
  const [checked, setChecked] = useState(false)
  const { busy, error, attempt } = useAttempt()
  const problem = !isId(id) ? 'bad_id' : devices.some((device) => device.id === id) ? 'existing_id' : null

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    setChecked(true)
    if (problem !== null) return
    const created = await attempt(async () => {
      const body = { id, stations, authentication, units }
      handOver([await request<DeviceSecret>('/api/devices', { method: 'POST', body })])
    })
    if (created) onClose()
  }
  return (
    <Dialog title={t('devices.new')} onClose={onClose}>
      <form className="device-form" onSubmit={(event) => void submit(event)} data-testid="device-form">
        <TextField
          label={t('devices.field.id')}
          hint={t('devices.field.idHint')}
          problem={checked && problem !== null ? t(`devices.problem.${problem}`, { value: id }) : undefined}
          className="mono"
          value={id}
          maxLength={64}
          required
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          onChange={(event) => setId(event.target.value.trim())}
          data-testid="device-id"
        />
        <StationPicker value={stations} onChange={setStations} />
        <AuthenticationField value={authentication} onChange={setAuthentication} />
        <details>
          <summary>{t('devices.field.more')}</summary>
          <UnitsEditor value={units} onChange={setUnits} />
        </details>
        {error !== null && <ProblemText error={error} />}
        <div className="actions">
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button type="submit" look="primary" disabled={busy} data-testid="device-create">
            {t(busy ? 'devices.busy' : 'devices.create')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
