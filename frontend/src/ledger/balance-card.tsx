import type { LedgerView } from '@osprey/core/api'
import { useText } from '../i18n/use-text.ts'
import { Icon } from '../ui/icons.tsx'
import { imbalance, rejectedTotal, shares } from './balance.ts'

const PARTS = ['stored', 'rejected', 'pending'] as const

/** received = stored + rejected + pending, as numbers and as a bar, and whether it holds. */
export function Balance({ account }: { account: LedgerView }) {
  const { t, format } = useText()
  const missing = imbalance(account)
  return (
    <section className="card balance" aria-label={t('ledger.balance')} data-testid="balance">
      <dl className="equation">
        <Figure name={t('ledger.received')} count={account.received} part="received" />
        {PARTS.map((part) => (
          <Figure
            key={part}
            name={t(`ledger.${part}`)}
            count={part === 'rejected' ? rejectedTotal(account) : account[part]}
            part={part}
          />
        ))}
      </dl>
      <div className="balance-bar" aria-hidden="true">
        {shares(account).map(({ part, share }) => (
          <span key={part} className={part} style={{ flexGrow: share }} />
        ))}
      </div>
      <div className="balance-foot">
        {missing === 0 ? (
          <p className="chip positive" data-testid="balanced">
            <Icon name="check" size={14} />
            {t('ledger.balanced')}
          </p>
        ) : (
          <p className="chip negative" data-testid="unbalanced">
            <Icon name="warning" size={14} />
            {t('ledger.unbalanced', { n: format.number(missing) })}
          </p>
        )}
        {account.messages && <Messages messages={account.messages} />}
        {account.lastMessageAt && (
          <p>{t('ledger.last', { time: format.dateTime(Date.parse(account.lastMessageAt)) })}</p>
        )}
      </div>
    </section>
  )
}

function Figure({ name, count, part }: { name: string; count: number; part: string }) {
  const { format } = useText()
  return (
    <div className={`figure ${part}`}>
      <dt>
        {part !== 'received' && <span className={`figure-dot ${part}`} aria-hidden="true" />}
        {name}
      </dt>
      <dd className="number" data-testid={`ledger-${part}`}>
        {format.number(count)}
      </dd>
    </div>
  )
}

function Messages({ messages }: { messages: NonNullable<LedgerView['messages']> }) {
  const { t, format } = useText()
  return (
    <p className="number">
      {t('ledger.messages', {
        received: format.number(messages.received),
        decoded: format.number(messages.decoded),
        rejected: format.number(messages.rejected),
        pending: format.number(messages.pending),
      })}
    </p>
  )
}
