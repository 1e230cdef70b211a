import { useText } from '../i18n/use-text.ts'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icons.tsx'
import { useObservable } from '../ui/observable.ts'
import { useNow } from '../ui/use-now.ts'
import type { LiveClient } from './live-client.ts'

/** Says over the map that nothing on it is current, since when, and when the next attempt comes. */
export function ConnectionBanner({ live }: { live: LiveClient }) {
  const { t, format } = useText()
  const connection = useObservable(live.connection)
  const delayedSince = useObservable(live.delayedSince)
  if (connection.phase === 'live' && delayedSince !== null) {
    return (
      <div className="connection-banner" data-testid="delay-banner">
        <Icon name="warning" size={20} />
        <p role="status">{t('connection.delayed', { time: format.clockTime(delayedSince) })}</p>
      </div>
    )
  }
  if (connection.phase === 'live' || connection.phase === 'idle') return null
  const { lostSince } = connection
  if (connection.phase === 'connecting' && lostSince === null && connection.attempt === 0) return null
  return (
    <div className="connection-banner" data-testid="connection-banner">
      <Icon name="warning" size={20} />
      <div>
        <p role="status">
          {lostSince === null
            ? t('connection.never')
            : t('connection.lost', { time: format.clockTime(lostSince) })}
        </p>
        <p className="number">
          {connection.phase === 'waiting' ? (
            <Countdown until={connection.retryAt} />
          ) : (
            t('connection.connecting')
          )}
        </p>
      </div>
      <Button small icon="retry" onClick={live.retry} disabled={connection.phase !== 'waiting'}>
        {t('connection.retry')}
      </Button>
    </div>
  )
}

function Countdown({ until }: { until: number }) {
  const { t } = useText()
  const now = useNow()
  return t('connection.waitingFor', { count: Math.max(0, Math.ceil((until - now) / 1000)) })
}
