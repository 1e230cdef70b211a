import { useText } from '../i18n/use-text.ts'
import { useObservable } from '../ui/observable.ts'
import type { LiveClient } from './live-client.ts'
import './live.css'

/** The state of the live connection in the top bar. */
export function ConnectionPill({ live, compact }: { live: LiveClient; compact: boolean }) {
  const { t } = useText()
  const { phase } = useObservable(live.connection)
  const text = t(`connection.${phase}`)
  return (
    <span className="connection-pill" data-phase={phase} data-testid="connection" title={text} role="status">
      <span className="connection-dot" aria-hidden="true" />
      <span className={compact ? 'visually-hidden' : undefined}>{text}</span>
    </span>
  )
}
