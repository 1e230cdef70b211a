import type { DeviceSecret, DeviceView } from '@osprey/core/api'
import { deviceTopic } from '@osprey/core/topics'
import { type ReactNode, useState } from 'react'
import { useApp, useWorkspace } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { useMay } from '../session/permissions.ts'
import { Age } from '../ui/age.tsx'
import { Button } from '../ui/button.tsx'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { useObservable } from '../ui/observable.ts'
import { brokerOf } from './credentials.ts'
import { DeviceState } from './device-state.tsx'
import { EditDeviceDialog } from './edit-device-dialog.tsx'
import { useHandOverSecrets } from './use-hand-over-secrets.ts'

interface DeviceFactsProps {
  device: DeviceView
  onChanged: () => void
  onRemoved: () => void
}

/** Connection and registration of a device, and what can be done with it. */
export function DeviceFacts({ device, onChanged, onRemoved }: DeviceFactsProps) {
  const { t, format } = useText()
  const may = useMay()
  const broker = brokerOf(useObservable(useWorkspace().config), location.hostname)
  const moment = (time: string): string => format.dateTime(Date.parse(time))
  return (
    <section className="card" data-testid="device-facts">
      <h2>{t('devices.facts')}</h2>
      <dl className="fact-list">
        <Fact name={t('devices.column.connection')}>
          <DeviceState device={device} />
        </Fact>
        {device.address !== null && (
          <Fact name={t('refused.address')}>
            <span className="mono">{device.address}</span>
          </Fact>
        )}
        <Fact name={t('devices.column.lastMessage')}>
          {device.lastMessageAt === null ? t('devices.noMessage') : <Age time={device.lastMessageAt} />}
        </Fact>
        <Fact name={t('devices.column.stations')}>
          <Stations ids={device.stations} />
        </Fact>
        <Fact name={t('devices.column.authentication')}>
          <span data-testid="device-authentication">
            {t(`devices.authentication.${device.authentication}`)}
          </span>
        </Fact>
        <Fact name={t('devices.createdAt')}>{moment(device.createdAt)}</Fact>
        <Fact name={t('devices.rotatedAt')}>
          <span data-testid="device-rotated">{moment(device.rotatedAt)}</span>
        </Fact>
        {Object.keys(device.units).length > 0 && (
          <Fact name={t('devices.field.units')}>
            {Object.entries(device.units).map(([property, unit]) => (
              <span key={property} className="fact-line mono">
                {property}: {unit}
              </span>
            ))}
          </Fact>
        )}
        {broker !== null && (
          <Fact name={t('credentials.broker')}>
            <span className="mono">
              {broker.tls ? 'mqtts' : 'mqtt'}://{broker.host}:{broker.port}
            </span>
          </Fact>
        )}
        <Fact name={t('credentials.topic')}>
          <span className="mono">{deviceTopic(device.id, 'observations')}</span>
        </Fact>
      </dl>
      {device.status !== null && device.status !== undefined && (
        <>
          <h3 className="fact-head">{t('devices.status')}</h3>
          <pre className="payload">
            {typeof device.status === 'string' ? device.status : JSON.stringify(device.status, null, 2)}
          </pre>
        </>
      )}
      {may('devices:write') && <DeviceActions device={device} onChanged={onChanged} onRemoved={onRemoved} />}
    </section>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function Stations({ ids }: { ids: readonly string[] }) {
  const { t } = useText()
  const { routes } = useApp()
  const { stations } = useWorkspace()
  if (ids.length === 0) return t('devices.noStation')
  return ids.map((id) => (
    <button key={id} type="button" className="link fact-line" onClick={() => routes.visit(id)}>
      {stations.recordOf(id)?.name ?? id}
    </button>
  ))
}

type Action = 'rotate' | 'disable' | 'enable' | 'remove' | 'edit'

function DeviceActions({ device, onChanged, onRemoved }: DeviceFactsProps) {
  const { t } = useText()
  const { request } = useWorkspace()
  const handOver = useHandOverSecrets()
  const [action, setAction] = useState<Action | null>(null)
  const path = `/api/devices/${encodeURIComponent(device.id)}`
  const close = (): void => {
    setAction(null)
    onChanged()
  }
  const perform: Record<Exclude<Action, 'edit'>, () => Promise<void>> = {
    rotate: async () => handOver([await request<DeviceSecret>(`${path}/rotate`, { method: 'POST' })]),
    disable: () => request(path, { method: 'PATCH', body: { disabled: true } }),
    enable: () => request(path, { method: 'PATCH', body: { disabled: false } }),
    remove: async () => {
      await request(path, { method: 'DELETE' })
      onRemoved()
    },
  }
  const toggle = device.disabled ? 'enable' : 'disable'
  return (
    <div className="actions">
      <Button onClick={() => setAction('edit')} data-testid="device-edit">
        {t('devices.action.edit')}
      </Button>
      <Button icon="retry" onClick={() => setAction('rotate')} data-testid="device-rotate">
        {t('devices.action.rotate')}
      </Button>
      <Button onClick={() => setAction(toggle)} data-testid={`device-${toggle}`}>
        {t(`devices.action.${toggle}`)}
      </Button>
      <Button look="danger" icon="trash" onClick={() => setAction('remove')} data-testid="device-remove">
        {t('devices.action.remove')}
      </Button>
      {action === 'edit' && <EditDeviceDialog device={device} onClose={close} />}
      {action !== null && action !== 'edit' && (
        <ConfirmDialog
          title={t(`devices.confirm.${action}.title`, { id: device.id })}
          confirm={t(`devices.action.${action}`)}
          look={action === 'enable' ? 'primary' : 'danger'}
          onConfirm={perform[action]}
          onClose={close}
        >
          <p>{t(`devices.confirm.${action}.text`)}</p>
        </ConfirmDialog>
      )}
    </div>
  )
}
