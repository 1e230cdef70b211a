import { REJECTION_ADVICE, type RejectionReason } from '@osprey/core/rejections'
import { useText } from '../i18n/use-text.ts'
import { rankedReasons } from './balance.ts'

/** Losses no sender is to blame for. */
const PLATFORM_REASONS = ['journal_damaged', 'outbox_damaged', 'internal_error'] as const

function isSenders(reason: string): reason is RejectionReason {
  return Object.hasOwn(REJECTION_ADVICE, reason)
}

function isPlatforms(reason: string): reason is (typeof PLATFORM_REASONS)[number] {
  return (PLATFORM_REASONS as readonly string[]).includes(reason)
}

/** Why readings were rejected, how often, and what the sender can do about it. */
export function ReasonTable({ rejected }: { rejected: Readonly<Record<string, number>> }) {
  const { t, format, say } = useText()
  const reasons = rankedReasons(rejected)
  const adviceOn = (reason: string): string =>
    isSenders(reason) ? say(REJECTION_ADVICE[reason]) : t('ledger.platformFault')
  return (
    <section className="card">
      <h2>{t('ledger.byReason')}</h2>
      {reasons.length === 0 ? (
        <p className="card-empty">{t('ledger.noRejections')}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        <section className="table-scroll" tabIndex={0} aria-label={t('ledger.byReason')}>
          <table className="table" data-testid="reasons">
            <thead>
              <tr>
                <th scope="col">{t('ledger.reason')}</th>
                <th scope="col" className="numeric">
                  {t('ledger.readings')}
                </th>
                <th scope="col">{t('ledger.advice')}</th>
              </tr>
            </thead>
            <tbody>
              {reasons.map(([reason, count]) => (
                <tr key={reason}>
                  <td>
                    <ReasonName reason={reason} />
                  </td>
                  <td className="numeric">{format.number(count)}</td>
                  <td>{adviceOn(reason)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </section>
  )
}

/** The reason in words, and as the interface writes it. */
export function ReasonName({ reason }: { reason: string }) {
  const { t } = useText()
  const known = isSenders(reason) || isPlatforms(reason) ? t(`rejection.${reason}`) : null
  return (
    <>
      {known && <span className="reason-name">{known}</span>}
      <code className="reason-code">{reason}</code>
    </>
  )
}
