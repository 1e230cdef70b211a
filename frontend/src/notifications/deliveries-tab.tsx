import { type ChannelView, DELIVERY_STATES, type RouteView } from '@osprey/core/api/notifications'
import { useState } from 'react'
import { useApp } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icons.tsx'
import { Empty, Failed, Loading, Stale } from '../ui/states.tsx'
import { ChoiceField } from '../ui/text-field.tsx'
import { DeliveryTable } from './delivery-table.tsx'
import { type DeliverySearch, useDeliveries } from './use-deliveries.ts'

/** What people are told by their role goes over no channel of the list. */
const PERSONAL = ['@mail', '@app'] as const

interface DeliveriesTabProps {
  channels: readonly ChannelView[]
  routes: readonly RouteView[]
  alert: string | null
}

/** What was told, what waits and what could not be told, and why. */
export function DeliveriesTab({ channels, routes, alert }: DeliveriesTabProps) {
  const { t, format } = useText()
  const { routes: pages } = useApp()
  const [{ state, channel }, setSearch] = useState<Omit<DeliverySearch, 'alert'>>({ state: '', channel: '' })
  const { shown, failed, busy, older, refresh, loadOlder } = useDeliveries({
    state,
    channel,
    alert: alert ?? '',
  })
  const ofAlert = (next: string | null): void =>
    pages.go({ page: 'notifications', view: 'deliveries', alert: next })
  return (
    <section className="card" aria-labelledby="deliveries-title">
      <div className="card-head">
        <div>
          <h2 id="deliveries-title">{t('notifications.tab.deliveries')}</h2>
          <p className="row-note">{t('notifications.delivery.explain')}</p>
        </div>
        <Button small icon="retry" onClick={refresh} data-testid="refresh-deliveries">
          {t('notifications.delivery.refresh')}
        </Button>
      </div>
      <search className="delivery-search">
        <ChoiceField
          label={t('notifications.delivery.state')}
          value={state}
          onChange={(next) => setSearch({ channel, state: next as DeliverySearch['state'] })}
          testId="delivery-state"
        >
          <option value="">{t('notifications.delivery.any')}</option>
          {DELIVERY_STATES.map((each) => (
            <option key={each} value={each}>
              {t(`notifications.delivery.is.${each}`)}
            </option>
          ))}
        </ChoiceField>
        <ChoiceField
          label={t('notifications.delivery.channel')}
          value={channel}
          onChange={(next) => setSearch({ state, channel: next })}
          testId="delivery-channel"
        >
          <option value="">{t('notifications.delivery.any')}</option>
          {channels.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
          {PERSONAL.map((id) => (
            <option key={id} value={id}>
              {t(`notifications.delivery.personal.${id}`)}
            </option>
          ))}
        </ChoiceField>
        {alert !== null && (
          <p className="chip delivery-alert">
            {t('notifications.delivery.ofAlert', { alert })}
            <button
              type="button"
              className="chip-remove"
              aria-label={t('notifications.delivery.allAlerts')}
              title={t('notifications.delivery.allAlerts')}
              onClick={() => ofAlert(null)}
            >
              <Icon name="close" size={14} />
            </button>
          </p>
        )}
      </search>
      {shown === null && failed && <Failed text={t('notifications.delivery.failed')} onRetry={refresh} />}
      {shown === null && !failed && <Loading text={t('app.loading')} />}
      {shown !== null && (
        <>
          {failed && <Stale />}
          {shown.deliveries.length === 0 ? (
            <Empty
              text={t(
                state === '' && channel === '' && alert === null
                  ? 'notifications.delivery.none'
                  : 'notifications.delivery.noneFound',
              )}
            />
          ) : (
            <DeliveryTable
              deliveries={shown.deliveries}
              channels={channels}
              routes={routes}
              onAlert={ofAlert}
              ofOne={alert !== null}
            />
          )}
          <div className="delivery-foot">
            <p className="hint" role="status">
              {t('notifications.delivery.asOf', { time: format.clockTime(shown.at) })}
              {older && ` ${t('notifications.delivery.notRefreshed')}`}
            </p>
            {shown.next !== null && (
              <Button small onClick={loadOlder} disabled={busy} data-testid="older-deliveries">
                {t('notifications.delivery.more')}
              </Button>
            )}
          </div>
        </>
      )}
    </section>
  )
}
