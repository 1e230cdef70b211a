import type { ChannelView, RouteView } from '@osprey/core/api/notifications'
import { useState } from 'react'
import { useWorkspace } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { useMay } from '../session/permissions.ts'
import { Age } from '../ui/age.tsx'
import { Button } from '../ui/button.tsx'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Icon } from '../ui/icons.tsx'
import { Empty } from '../ui/states.tsx'
import { TestButton } from './test-button.tsx'

interface ChannelsTabProps {
  channels: readonly ChannelView[]
  routes: readonly RouteView[]
  onEdit: (channel: ChannelView) => void
  onNew: () => void
  onChanged: () => void
}

/** Over what people are told. */
export function ChannelsTab({ channels, routes, onEdit, onNew, onChanged }: ChannelsTabProps) {
  const { t } = useText()
  const may = useMay()
  const [removing, setRemoving] = useState<ChannelView | null>(null)
  const writable = may('notifications:write')
  return (
    <section className="card" aria-labelledby="channels-title">
      <div className="card-head">
        <h2 id="channels-title">{t('notifications.tab.channels')}</h2>
        {writable && (
          <Button look="primary" small icon="plus" onClick={onNew} data-testid="new-channel">
            {t('notifications.channel.new')}
          </Button>
        )}
      </div>
      {channels.length === 0 && <Empty text={t('notifications.channel.none')} />}
      <ul className="rows" data-testid="channels">
        {channels.map((channel) => (
          <ChannelRow
            key={channel.id}
            channel={channel}
            leading={routesTo(channel, routes)}
            writable={writable}
            onEdit={() => onEdit(channel)}
            onRemove={() => setRemoving(channel)}
            onTested={onChanged}
          />
        ))}
      </ul>
      {removing !== null && (
        <RemoveChannel
          channel={removing}
          leading={routesTo(removing, routes)}
          onRemoved={onChanged}
          onClose={() => setRemoving(null)}
        />
      )}
    </section>
  )
}

function routesTo(channel: ChannelView, routes: readonly RouteView[]): RouteView[] {
  return routes.filter(({ channels }) => channels.includes(channel.id))
}

interface ChannelRowProps {
  channel: ChannelView
  leading: readonly RouteView[]
  writable: boolean
  onEdit: () => void
  onRemove: () => void
  onTested: () => void
}

function ChannelRow({ channel, leading, writable, onEdit, onRemove, onTested }: ChannelRowProps) {
  const { t, language } = useText()
  const { id, name, kind, enabled, hasSecret, lastDeliveredAt, lastError } = channel
  const list = new Intl.ListFormat(language, { type: 'conjunction' })
  return (
    <li className="channel-row" data-testid={`channel-${id}`}>
      <div>
        <p className="row-title">
          {name}
          <span className="chip">{t(`notifications.kind.${kind}`)}</span>
          {!enabled && <span className="chip caution">{t('notifications.off')}</span>}
        </p>
        <p className="row-note">
          <Receiver channel={channel} />
          {hasSecret && ` · ${t('notifications.channel.signed')}`}
        </p>
        <p className="row-note">
          {leading.length === 0
            ? t('notifications.channel.noRoute')
            : t('notifications.channel.routes', { routes: list.format(leading.map((route) => route.name)) })}
        </p>
        <p className="row-note">
          {lastDeliveredAt === null ? (
            t('notifications.channel.neverDelivered')
          ) : (
            <>
              {t('notifications.channel.lastDelivered')} <Age time={lastDeliveredAt} />
            </>
          )}
        </p>
        {lastError !== null && (
          <p className="channel-error" data-testid="last-error">
            <Icon name="warning" size={14} />
            <span>{t('notifications.channel.lastError', { error: lastError })}</span>
          </p>
        )}
      </div>
      {writable && (
        <div className="row-acts">
          <TestButton channel={channel} onTested={onTested} />
          <Button small icon="edit" onClick={onEdit} data-testid="edit-channel">
            {t('notifications.edit')}
          </Button>
          <Button
            small
            look="quiet"
            icon="trash"
            className="icon-only"
            aria-label={t('notifications.channel.removeNamed', { name })}
            title={t('notifications.channel.removeNamed', { name })}
            onClick={onRemove}
            data-testid="remove-channel"
          />
        </div>
      )}
    </li>
  )
}

/** Whom it reaches. Of an address of the web only the host: the rest may let its reader post there. */
function Receiver({ channel: { kind, addresses, host } }: { channel: ChannelView }) {
  const { t, format } = useText()
  if (kind === 'in_app') return t('notifications.channel.everybody')
  if (kind !== 'email') return <span className="mono">{host ?? t('notifications.channel.noHost')}</span>
  if (addresses.length === 0) return t('notifications.channel.noAddresses')
  const shown = addresses.slice(0, 3).join(', ')
  const rest = addresses.length - 3
  return rest > 0
    ? t('notifications.channel.moreAddresses', { shown, count: rest, n: format.number(rest) })
    : shown
}

interface RemoveChannelProps {
  channel: ChannelView
  leading: readonly RouteView[]
  onRemoved: () => void
  onClose: () => void
}

function RemoveChannel({ channel, leading, onRemoved, onClose }: RemoveChannelProps) {
  const { t, language } = useText()
  const { request } = useWorkspace()
  const { id, name } = channel
  if (leading.length > 0) {
    const list = new Intl.ListFormat(language, { type: 'conjunction' })
    return (
      <Dialog title={t('notifications.channel.removeTitle', { name })} onClose={onClose}>
        <p>
          {t('notifications.channel.inUse', {
            count: leading.length,
            routes: list.format(leading.map((route) => route.name)),
          })}
        </p>
        <div className="actions">
          <Button look="primary" onClick={onClose} data-testid="understood">
            {t('action.close')}
          </Button>
        </div>
      </Dialog>
    )
  }
  return (
    <ConfirmDialog
      title={t('notifications.channel.removeTitle', { name })}
      confirm={t('notifications.channel.remove')}
      onConfirm={async () => {
        await request(`/api/notifications/channels/${encodeURIComponent(id)}`, { method: 'DELETE' })
        onRemoved()
      }}
      onClose={onClose}
    >
      <p>{t('notifications.channel.removeText')}</p>
    </ConfirmDialog>
  )
}
