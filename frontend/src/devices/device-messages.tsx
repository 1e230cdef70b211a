import type { DeviceMessageView } from '@osprey/core/api'
import { REJECTION_ADVICE, type RejectionReason } from '@osprey/core/rejections'
import { useWorkspace } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { ReasonName } from '../ledger/reason-table.tsx'
import { usePolled } from '../ledger/use-polled.ts'
import { NO_VALUE, resultText } from '../stations/reading-text.ts'
import { useObservable } from '../ui/observable.ts'
import { Failed, Loading } from '../ui/states.tsx'
import { INTERVAL } from './use-devices.ts'

const LOOK = { accepted: 'positive', partly_accepted: 'caution', rejected: 'negative', other: '' } as const
/** A message may hold a thousand reports. */
const MOST_READINGS = 50

/** The last messages of a device as they came, and what became of every reading in them. */
export function DeviceMessages({ path }: { path: string }) {
  const { t } = useText()
  const { data, failed, retry } = usePolled<DeviceMessageView[]>(path, INTERVAL)
  return (
    <section className="card">
      <h2>{t('messages.title')}</h2>
      {data === null && failed && <Failed text={t('messages.failed')} onRetry={retry} />}
      {data === null && !failed && <Loading text={t('messages.loading')} />}
      {data?.length === 0 && <p className="card-empty">{t('messages.none')}</p>}
      {data !== null && data.length > 0 && (
        <ul className="incidents" data-testid="messages">
          {data.map((message, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two messages may be alike in everything
            <Message key={`${message.receivedAt} ${data.length - at}`} message={message} />
          ))}
        </ul>
      )}
    </section>
  )
}

function Message({ message }: { message: DeviceMessageView }) {
  const { t, format, say } = useText()
  const { receivedAt, topic, qos, bytes, payload, outcome, readings, reason, detail, advice } = message
  return (
    <li data-testid="message" data-outcome={outcome}>
      <div className="incident-head">
        <span className={`chip ${LOOK[outcome]}`}>{t(`messages.outcome.${outcome}`)}</span>
        {reason !== null && <ReasonName reason={reason} />}
        <time dateTime={receivedAt} className="number">
          {format.dateTime(Date.parse(receivedAt))}
        </time>
      </div>
      {detail !== null && detail !== '' && <p>{detail}</p>}
      {advice !== null && (
        <p>
          <strong>{t('ledger.advice')}:</strong> {say(advice)}
        </p>
      )}
      <p className="incident-source number">
        <span className="mono">{topic}</span>
        <span>QoS {qos}</span>
        <span>{t('messages.bytes', { count: bytes, n: format.number(bytes) })}</span>
      </p>
      {payload !== '' && <pre className="payload">{payload}</pre>}
      {readings.length > 0 && <Readings readings={readings} />}
    </li>
  )
}

function Readings({ readings }: { readings: DeviceMessageView['readings'] }) {
  const { t, format } = useText()
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <section className="table-scroll readings" tabIndex={0} aria-label={t('messages.readings')}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t('messages.property')}</th>
              <th scope="col" className="numeric">
                {t('chart.value')}
              </th>
              <th scope="col">{t('messages.unit')}</th>
              <th scope="col">{t('messages.quality')}</th>
              <th scope="col">{t('ledger.reason')}</th>
              <th scope="col">{t('messages.station')}</th>
              <th scope="col">{t('chart.time')}</th>
            </tr>
          </thead>
          <tbody>
            {readings.slice(0, MOST_READINGS).map((reading, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the readings of a message never change
              <Reading key={at} reading={reading} />
            ))}
          </tbody>
        </table>
      </section>
      {readings.length > MOST_READINGS && (
        <p className="hint">
          {t('problem.omitted', {
            count: readings.length - MOST_READINGS,
            n: format.number(readings.length - MOST_READINGS),
          })}
        </p>
      )}
    </>
  )
}

function Reading({ reading }: { reading: DeviceMessageView['readings'][number] }) {
  const text = useText()
  const { t, format, say } = text
  const { stations, catalogue } = useWorkspace()
  const property = useObservable(catalogue).get(reading.property)
  const { station, value, unit, quality, reason, time } = reading
  return (
    <tr>
      <td title={reading.property}>{property === undefined ? reading.property : say(property.name)}</td>
      {/* All its decimals: what arrived is what this list is for. */}
      <td className="numeric">
        {property?.kind === 'boolean' ? resultText(property, value, text) : (value ?? NO_VALUE)}
      </td>
      <td>{unit === property?.unit ? property?.symbol : unit}</td>
      <td>
        {quality !== null && (
          <span className={`chip ${quality === 1 ? 'positive' : 'caution'}`}>{t(qualityKey(quality))}</span>
        )}
      </td>
      <td className="reading-reason">{reason !== null && <ReadingReason reason={reason} />}</td>
      <td className="reading-station">
        {station === null ? NO_VALUE : (stations.recordOf(station)?.name ?? station)}
      </td>
      <td className="number">{time === null ? NO_VALUE : format.dateTime(Date.parse(time))}</td>
    </tr>
  )
}

const QUALITY_KEYS = {
  1: 'messages.good',
  2: 'quality.2',
  3: 'quality.3',
  4: 'quality.4',
  9: 'quality.9',
} as const

function qualityKey(quality: number) {
  return QUALITY_KEYS[quality as keyof typeof QUALITY_KEYS] ?? 'quality.2'
}

const QUALITY_REASONS = [
  'out_of_range',
  'future_time',
  'old_time',
  'unknown_category',
  'missing',
  'no_range',
] as const

/** Why a reading was rejected, or only flagged. */
function ReadingReason({ reason }: { reason: string }) {
  const { t, say } = useText()
  const flagged = QUALITY_REASONS.find((known) => known === reason)
  if (flagged === undefined) {
    return (
      <>
        <ReasonName reason={reason} />
        {isRejection(reason) && <span className="refusal-detail">{say(REJECTION_ADVICE[reason])}</span>}
      </>
    )
  }
  return (
    <>
      <span className="reason-name">{t(`messages.flag.${flagged}`)}</span>
      <code className="reason-code">{reason}</code>
    </>
  )
}

function isRejection(reason: string): reason is RejectionReason {
  return Object.hasOwn(REJECTION_ADVICE, reason)
}
