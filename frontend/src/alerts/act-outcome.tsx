import { useText } from '../i18n/use-text.ts'
import { formatHash } from '../routing/route.ts'
import { IconButton } from '../ui/button.tsx'
import { Icon } from '../ui/icons.tsx'
import type { ActOutcome } from './acts.ts'
import { FIRING_ALERTS } from './alert-search.ts'

interface ActOutcomeProps {
  outcome: ActOutcome
  /** What the alerts are called, as far as they are known here. */
  nameOf: (id: string) => string
  onClose: () => void
}

/** What came of an act on several alerts: how many it was done with, and each that it was not, with the reason. */
export function ActOutcomeNotice({ outcome: { act, done, failed }, nameOf, onClose }: ActOutcomeProps) {
  const { t, format } = useText()
  return (
    <section
      className={`notice ${failed.length > 0 ? 'caution' : 'positive'} act-outcome`}
      data-testid="act-outcome"
      data-failed={failed.length}
    >
      <Icon name={failed.length > 0 ? 'warning' : 'check'} size={18} />
      <div>
        <p role="status">
          {t(`alerts.done.${act.action}`, { count: done.length, n: format.number(done.length) })}{' '}
          {failed.length > 0 &&
            t('alerts.done.failed', { count: failed.length, n: format.number(failed.length) })}
        </p>
        {failed.length > 0 && (
          <ul>
            {failed.map(({ id, title }) => (
              <li key={id}>
                <a href={formatHash({ page: 'alerts', alert: id, search: FIRING_ALERTS })}>{nameOf(id)}</a>:{' '}
                {title}
              </li>
            ))}
          </ul>
        )}
      </div>
      <IconButton icon="close" look="quiet" small label={t('action.close')} onClick={onClose} />
    </section>
  )
}
