import type { RejectionView } from '@osprey/core/api'
import { useText } from '../i18n/use-text.ts'
import { Failed, Loading } from '../ui/states.tsx'
import { ReasonName } from './reason-table.tsx'
import { usePolled } from './use-polled.ts'

const INTERVAL = 5000
const MOST = 20

interface RejectedMessagesProps {
  device: string | null
  onShow: (device: string) => void
}

/** The newest messages that were not accepted, with what they said. */
export function RejectedMessages({ device, onShow }: RejectedMessagesProps) {
  const { t, format } = useText()
  const filter = device === null ? '' : `&device=${encodeURIComponent(device)}`
  const { data, failed, retry } = usePolled<RejectionView[]>(
    `/api/rejections?limit=${MOST}${filter}`,
    INTERVAL,
  )
  return (
    <section className="card">
      <h2>{t('ledger.rejectedMessages')}</h2>
      {data === null && failed && <Failed text={t('ledger.failed')} onRetry={retry} />}
      {data === null && !failed && <Loading text={t('ledger.loading')} />}
      {data?.length === 0 && <p className="card-empty">{t('ledger.noRejections')}</p>}
      {data !== null && data.length > 0 && (
        <ul className="incidents" data-testid="rejections">
          {data.map(({ device: sender, topic, receivedAt, reason, detail, payload }) => (
            <li key={`${receivedAt} ${topic} ${reason} ${payload}`}>
              <div className="incident-head">
                <ReasonName reason={reason} />
                <time dateTime={receivedAt} className="number">
                  {format.dateTime(Date.parse(receivedAt))}
                </time>
              </div>
              <p>{detail}</p>
              <p className="incident-source">
                {device === null && sender !== '' ? (
                  <button type="button" className="link mono" onClick={() => onShow(sender)}>
                    {sender}
                  </button>
                ) : (
                  <span className="mono">{sender}</span>
                )}
                <span className="mono">{topic}</span>
              </p>
              {payload !== '' && <pre className="payload">{payload}</pre>}
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
