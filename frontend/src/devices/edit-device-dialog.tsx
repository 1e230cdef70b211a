import type { DeviceView } from '@osprey/core/api'
import { type FormEvent, useState } from 'react'
import { useWorkspace } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { ProblemText } from '../ui/problem-text.tsx'
import { useAttempt } from '../ui/use-attempt.ts'
import { AuthenticationField } from './authentication-field.tsx'
import { StationPicker } from './station-picker.tsx'
import { type Units, UnitsEditor } from './units-editor.tsx'

/** Changes the stations a device speaks for, how it proves who it is, and its units. */
export function EditDeviceDialog({ device, onClose }: { device: DeviceView; onClose: () => void }) {
  const { t } = useText()
  const { request } = useWorkspace()
  const [stations, setStations] = useState<readonly string[]>(device.stations)
  const [authentication, setAuthentication] = useState(device.authentication)
  const [units, setUnits] = useState<Units>(device.units)
  const { busy, error, attempt } = useAttempt()
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    const body = { stations, authentication, units }
    const path = `/api/devices/${encodeURIComponent(device.id)}`
    if (await attempt(() => request(path, { method: 'PATCH', body }))) onClose()
  }
  return (
    <Dialog title={t('devices.editTitle', { id: device.id })} onClose={onClose}>
      <form className="device-form" onSubmit={(event) => void submit(event)}>
        <StationPicker value={stations} onChange={setStations} />
        <AuthenticationField value={authentication} onChange={setAuthentication} />
        <UnitsEditor value={units} onChange={setUnits} />
        {error !== null && <ProblemText error={error} />}
        <div className="actions">
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button type="submit" look="primary" disabled={busy} data-testid="device-save">
            {t(busy ? 'devices.busy' : 'devices.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
