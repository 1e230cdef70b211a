import type { RefusedConnectionView } from '@osprey/core/api'
import { useText } from '../i18n/use-text.ts'
import { Failed, Loading } from '../ui/states.tsx'
import { isKnownRefusal } from './refusal-reasons.ts'
import { usePolled } from './use-polled.ts'

const INTERVAL = 5000
const MOST = 50

/** Who wanted to connect and was not let in, why, and what helps. */
export function RefusedConnections() {
  const { t, format } = useText()
  const { data, failed, retry } = usePolled<RefusedConnectionView[]>(
    `/api/refused-connections?limit=${MOST}`,
    INTERVAL,
  )
  return (
    <section className="card">
      <h2>{t('ledger.refused')}</h2>
      {data === null && failed && <Failed text={t('ledger.failed')} onRetry={retry} />}
      {data === null && !failed && <Loading text={t('ledger.loading')} />}
      {data?.length === 0 && <p className="card-empty">{t('ledger.noneRefused')}</p>}
      {data !== null && data.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        <section className="table-scroll" tabIndex={0} aria-label={t('ledger.refused')}>
          <table className="table" data-testid="refused">
            <thead>
              <tr>
                <th scope="col">{t('chart.time')}</th>
                <th scope="col">{t('ledger.device')}</th>
                <th scope="col">{t('ledger.address')}</th>
                <th scope="col">{t('ledger.reason')}</th>
                <th scope="col">{t('ledger.advice')}</th>
              </tr>
            </thead>
            <tbody>
              {data.map((refusal) => (
                <tr
                  key={`${refusal.at} ${refusal.device} ${refusal.clientId} ${refusal.address} ${refusal.reason}`}
                >
                  <td className="number">{format.dateTime(Date.parse(refusal.at))}</td>
                  <td className="mono">{refusal.device || refusal.clientId || '—'}</td>
                  <td className="mono">{refusal.address}</td>
                  <td>
                    {isKnownRefusal(refusal.reason) && (
                      <span className="reason-name">{t(`refusal.${refusal.reason}.name`)}</span>
                    )}
                    <code className="reason-code">{refusal.reason}</code>
                  </td>
                  <td>
                    {isKnownRefusal(refusal.reason) ? t(`refusal.${refusal.reason}.advice`) : refusal.detail}
                    {isKnownRefusal(refusal.reason) && refusal.detail && (
                      <span className="refusal-detail">{refusal.detail}</span>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </section>
  )
}
