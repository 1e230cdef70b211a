import { useMemo, useState } from 'react'
import { useApp, useWorkspace } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { useMay } from '../session/permissions.ts'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icons.tsx'
import { PageFrame } from '../ui/page.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { Failed, Loading } from '../ui/states.tsx'
import { TextField } from '../ui/text-field.tsx'
import { BulkDialog } from './bulk-dialog.tsx'
import { countStates, DEVICE_CONDITIONS, type DeviceCondition, filterDevices } from './device-filter.ts'
import { DeviceTable } from './device-table.tsx'
import { NewDeviceDialog } from './new-device-dialog.tsx'
import { RefusedConnections } from './refused-connections.tsx'
import { useCounts, useDevices } from './use-devices.ts'

export function DeviceListPage({ search }: { search: string }) {
  const { t } = useText()
  const may = useMay()
  const [dialog, setDialog] = useState<'one' | 'many' | null>(null)
  const { data: devices, failed, retry } = useDevices()
  const counts = useCounts(may('ledger:read'))
  const actions = may('devices:write') && (
    <div className="actions">
      <Button icon="table" onClick={() => setDialog('many')} data-testid="new-devices">
        {t('devices.newMany')}
      </Button>
      <Button look="primary" icon="plus" onClick={() => setDialog('one')} data-testid="new-device">
        {t('devices.new')}
      </Button>
    </div>
  )
  const close = (): void => {
    setDialog(null)
    retry()
  }
  return (
    <PageFrame title={t('devices.title')} explain={t('devices.explain')} testId="devices" actions={actions}>
      {failed && devices !== null && (
        <p className="notice caution" role="status">
          <Icon name="warning" size={18} />
          {t('devices.stale')}
        </p>
      )}
      {devices === null && failed && <Failed text={t('devices.failed')} onRetry={retry} />}
      {devices === null && !failed && <Loading text={t('devices.loading')} />}
      {devices !== null && <DeviceList devices={devices} search={search} counts={counts} />}
      {may('ledger:read') && <RefusedConnections />}
      {dialog === 'one' && <NewDeviceDialog devices={devices ?? []} onClose={close} />}
      {dialog === 'many' && <BulkDialog devices={devices ?? []} onClose={close} />}
    </PageFrame>
  )
}

interface DeviceListProps {
  devices: NonNullable<ReturnType<typeof useDevices>['data']>
  search: string
  counts: ReturnType<typeof useCounts>
}

function DeviceList({ devices, search, counts }: DeviceListProps) {
  const { t, format } = useText()
  const { routes } = useApp()
  const { stations } = useWorkspace()
  const [condition, setCondition] = useState<DeviceCondition>('all')
  const numbers = useMemo(() => countStates(devices), [devices])
  const rows = useMemo(
    () => filterDevices(devices, condition, search, (id) => stations.recordOf(id)?.name),
    [devices, condition, search, stations],
  )
  return (
    <section className="card" aria-label={t('devices.list')}>
      <div className="device-filters">
        <TextField
          label={t('devices.search')}
          type="search"
          value={search}
          maxLength={100}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => routes.replace({ page: 'devices', device: null, search: event.target.value })}
          data-testid="device-search"
        />
        <Segmented
          label={t('devices.condition')}
          options={DEVICE_CONDITIONS.map((value) => ({
            value,
            text: `${t(`devices.state.${value}`)} ${format.number(numbers[value])}`,
          }))}
          value={condition}
          onChange={setCondition}
        />
      </div>
      <p className="device-count number" role="status" data-testid="device-count">
        {t('devices.count', { count: rows.length, n: format.number(rows.length) })}
      </p>
      {rows.length === 0 ? (
        <p className="card-empty">{t(devices.length === 0 ? 'devices.none' : 'devices.noneFound')}</p>
      ) : (
        <DeviceTable rows={rows} total={devices.length} search={search} counts={counts} />
      )}
    </section>
  )
}
