import type { DeviceView, LedgerView } from '@osprey/core/api'
import { useApp } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { Balance } from '../ledger/balance-card.tsx'
import { ReasonTable } from '../ledger/reason-table.tsx'
import { usePolled } from '../ledger/use-polled.ts'
import { useMay } from '../session/permissions.ts'
import '../ledger/ledger.css'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icons.tsx'
import { PageFrame } from '../ui/page.tsx'
import { Failed, Loading } from '../ui/states.tsx'
import { DeviceCommands } from './device-commands.tsx'
import { DeviceFacts } from './device-facts.tsx'
import { DeviceMessages } from './device-messages.tsx'
import { RefusedConnections } from './refused-connections.tsx'
import { INTERVAL } from './use-devices.ts'

/** Everything about one device. `search` is the list's, for the way back. */
export function DeviceDetail({ id, search }: { id: string; search: string }) {
  const { t } = useText()
  const may = useMay()
  const { routes } = useApp()
  const path = `/api/devices/${encodeURIComponent(id)}`
  const { data: device, failed, retry } = usePolled<DeviceView>(path, INTERVAL)
  const back = (): void => routes.go({ page: 'devices', device: null, search })
  return (
    <PageFrame
      title={t('devices.device', { id })}
      explain={t('devices.detailExplain')}
      testId="device"
      actions={
        <Button icon="left" onClick={back} data-testid="device-back">
          {t('devices.all')}
        </Button>
      }
    >
      {device === null && failed && <Failed text={t('devices.notFound', { id })} onRetry={retry} />}
      {device === null && !failed && <Loading text={t('devices.loading')} />}
      {device !== null && failed && (
        <p className="notice caution" role="status">
          <Icon name="warning" size={18} />
          {t('devices.stale')}
        </p>
      )}
      {device !== null && <DeviceFacts device={device} onChanged={retry} onRemoved={back} />}
      {device !== null && <DeviceMessages path={`${path}/messages`} />}
      {device !== null && may('ledger:read') && <Account id={id} />}
      {may('ledger:read') && <RefusedConnections device={id} />}
      {device !== null && may('commands:read') && <DeviceCommands path={`${path}/commands`} />}
    </PageFrame>
  )
}

function Account({ id }: { id: string }) {
  const { t } = useText()
  const { data, failed, retry } = usePolled<LedgerView>(
    `/api/ledger?device=${encodeURIComponent(id)}`,
    INTERVAL,
  )
  if (data !== null) {
    return (
      <>
        <Balance account={data} />
        <ReasonTable rejected={data.rejected} />
      </>
    )
  }
  return (
    <section className="card">
      {failed ? <Failed text={t('ledger.failed')} onRetry={retry} /> : <Loading text={t('ledger.loading')} />}
    </section>
  )
}
