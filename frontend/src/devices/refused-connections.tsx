import type { RefusedConnectionView } from '@osprey/core/api'
import { useText } from '../i18n/use-text.ts'
import { usePolled } from '../ledger/use-polled.ts'
import { formatHash } from '../routing/route.ts'
import { Failed, Loading } from '../ui/states.tsx'
import { isKnownRefusal } from './refusal-reasons.ts'
import '../ledger/ledger.css'
import './devices.css'

const INTERVAL = 5000
const MOST = 50

/** Who wanted to connect and was not let in, why, and what helps: of all devices, or of one. */
export function RefusedConnections({ device }: { device?: string }) {
  const { t } = useText()
  const of = device === undefined ? '' : `&device=${encodeURIComponent(device)}`
  const { data, failed, retry } = usePolled<RefusedConnectionView[]>(
    `/api/refused-connections?limit=${MOST}${of}`,
    INTERVAL,
  )
  return (
    <section className="card">
      <h2>{t('refused.title')}</h2>
      {data === null && failed && <Failed text={t('refused.failed')} onRetry={retry} />}
      {data === null && !failed && <Loading text={t('refused.loading')} />}
      {data?.length === 0 && <p className="card-empty">{t('refused.none')}</p>}
      {data !== null && data.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        <section className="table-scroll" tabIndex={0} aria-label={t('refused.title')}>
          <table className="table" data-testid="refused">
            <thead>
              <tr>
                <th scope="col">{t('chart.time')}</th>
                {device === undefined && <th scope="col">{t('ledger.device')}</th>}
                <th scope="col">{t('refused.address')}</th>
                <th scope="col">{t('ledger.reason')}</th>
                <th scope="col">{t('ledger.advice')}</th>
              </tr>
            </thead>
            <tbody>
              {data.map((refusal, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: two refusals may be alike in everything
                <Refusal key={`${refusal.at} ${at}`} refusal={refusal} named={device === undefined} />
              ))}
            </tbody>
          </table>
        </section>
      )}
    </section>
  )
}

function Refusal({ refusal, named }: { refusal: RefusedConnectionView; named: boolean }) {
  const { t, format, say } = useText()
  const { device, clientId, reason, detail } = refusal
  const known = isKnownRefusal(reason)
  const advice = refusal.advice ? say(refusal.advice) : known ? t(`refusal.${reason}.advice`) : null
  return (
    <tr>
      <td className="number">
        <time dateTime={refusal.at}>{format.dateTime(Date.parse(refusal.at))}</time>
      </td>
      {named && (
        <td className="mono wrap">
          {device === '' || reason === 'unknown_device' ? (
            device || clientId || '—'
          ) : (
            <a href={formatHash({ page: 'devices', device, search: '' })}>{device}</a>
          )}
        </td>
      )}
      <td className="mono">{refusal.address}</td>
      <td>
        {known && <span className="reason-name">{t(`refusal.${reason}.name`)}</span>}
        <code className="reason-code">{reason}</code>
      </td>
      <td className="refusal-advice">
        {advice ?? detail}
        {advice !== null && detail !== '' && <span className="refusal-detail">{detail}</span>}
      </td>
    </tr>
  )
}
