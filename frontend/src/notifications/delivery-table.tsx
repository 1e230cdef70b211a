import type { ChannelView, DeliveryView, RouteView } from '@osprey/core/api/notifications'
import { FIRING_ALERTS } from '../alerts/alert-search.ts'
import { useText } from '../i18n/use-text.ts'
import { formatHash } from '../routing/route.ts'
import { Age } from '../ui/age.tsx'
import { Icon } from '../ui/icons.tsx'
import { useNow } from '../ui/use-now.ts'

const STATE_LOOK = { waiting: 'caution', delivered: 'positive', failed: 'negative' } as const
/** More alerts than these are only counted. */
const MOST_ALERTS = 3

interface DeliveryTableProps {
  deliveries: readonly DeliveryView[]
  channels: readonly ChannelView[]
  routes: readonly RouteView[]
  /** All of them tell of one alert already. */
  ofOne: boolean
  onAlert: (alert: string) => void
}

/** Deliveries below each other; on a phone the state stands below the words. */
export function DeliveryTable({ deliveries, channels, routes, ofOne, onAlert }: DeliveryTableProps) {
  const channelNames = new Map(channels.map(({ id, name }) => [id, name]))
  const routeNames = new Map(routes.map(({ id, name }) => [id, name]))
  return (
    <ul className="rows" data-testid="deliveries">
      {deliveries.map((delivery) => (
        <DeliveryRow
          key={delivery.id}
          delivery={delivery}
          channelNames={channelNames}
          routeNames={routeNames}
          ofOne={ofOne}
          onAlert={onAlert}
        />
      ))}
    </ul>
  )
}

interface DeliveryRowProps extends Pick<DeliveryTableProps, 'ofOne' | 'onAlert'> {
  delivery: DeliveryView
  channelNames: ReadonlyMap<string, string>
  routeNames: ReadonlyMap<string, string>
}

function DeliveryRow({ delivery, channelNames, routeNames, ofOne, onAlert }: DeliveryRowProps) {
  const { t, format } = useText()
  const { id, key, subject, channel, route, recipient, alerts, state, lastError, createdAt } = delivery
  const over =
    channel === '@mail' || channel === '@app'
      ? t(`notifications.delivery.personal.${channel}`)
      : (channelNames.get(channel) ?? channel)
  const whom = recipient === null ? over : `${over} → ${recipient}`
  const by =
    route === null
      ? t('notifications.delivery.byEvent')
      : t('notifications.delivery.byRoute', { route: routeNames.get(route) ?? route })
  const rest = alerts.length - MOST_ALERTS
  return (
    <li className="channel-row" data-testid="delivery" data-state={state} data-delivery={id}>
      <div>
        <p className="row-title">{subject}</p>
        <p className="row-note">
          {whom} · {by} · <Age time={createdAt} />
        </p>
        <p className="delivery-alerts">
          {alerts.slice(0, MOST_ALERTS).map((alert) => (
            <a
              key={alert}
              className="link"
              href={formatHash({ page: 'alerts', alert, search: FIRING_ALERTS })}
              data-testid="delivery-to-alert"
            >
              {alerts.length === 1
                ? t('notifications.delivery.show')
                : t('notifications.delivery.alert', { alert: alert.slice(0, 8) })}
            </a>
          ))}
          {rest > 0 && (
            <span className="row-note">
              {t('notifications.delivery.moreAlerts', { count: rest, n: format.number(rest) })}
            </span>
          )}
          {!ofOne && alerts.length === 1 && (
            <button type="button" className="link" onClick={() => onAlert(alerts[0] as string)}>
              {t('notifications.delivery.onlyThis')}
            </button>
          )}
        </p>
        {lastError !== null && (
          <p className={state === 'delivered' ? 'row-note' : 'channel-error'}>
            {state !== 'delivered' && <Icon name="warning" size={14} />}
            <span>{t('notifications.delivery.lastError', { error: lastError })}</span>
          </p>
        )}
        <p className="hint delivery-key">
          {t('notifications.delivery.key')} <span className="mono">{key}</span>
        </p>
      </div>
      <div className="delivery-state">
        <span className={`chip ${STATE_LOOK[state]}`}>{t(`notifications.delivery.is.${state}`)}</span>
        <Outcome delivery={delivery} />
      </div>
    </li>
  )
}

/** How often it was tried (a notice in the app needs no attempt), and when it arrived or is tried next. */
function Outcome({ delivery: { state, attempts, nextAttemptAt, deliveredAt } }: { delivery: DeliveryView }) {
  const { t, format } = useText()
  const now = useNow()
  const next = nextAttemptAt === null ? null : Date.parse(nextAttemptAt)
  return (
    <>
      {(attempts > 0 || state !== 'delivered') && (
        <span className="row-note number">
          {t('notifications.delivery.attempts', { count: attempts, n: format.number(attempts) })}
        </span>
      )}
      {state === 'waiting' && next !== null && (
        <time className="row-note number" dateTime={nextAttemptAt ?? undefined} title={format.dateTime(next)}>
          {next <= now
            ? t('notifications.delivery.now')
            : t('notifications.delivery.next', { duration: format.duration(next - now) })}
        </time>
      )}
      {deliveredAt !== null && (
        <time
          className="row-note number"
          dateTime={deliveredAt}
          title={format.dateTime(Date.parse(deliveredAt))}
        >
          {format.clockTime(Date.parse(deliveredAt))}
        </time>
      )}
    </>
  )
}
