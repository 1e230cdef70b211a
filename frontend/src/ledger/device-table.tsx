import { useState } from 'react'
import { useText } from '../i18n/use-text.ts'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icons.tsx'
import { Failed, Loading } from '../ui/states.tsx'
import { type Account, imbalance, rejectedTotal } from './balance.ts'
import { usePolled } from './use-polled.ts'

const PAGE = 50
const INTERVAL = 5000

interface Page {
  devices: (Account & { device: string; lastMessageAt: string | null })[]
  next: string | null
}

/** The account of each device, a page at a time. */
export function DeviceTable({ onShow }: { onShow: (device: string) => void }) {
  const { t, format } = useText()
  /** Last device of every page before the one shown. */
  const [path, setPath] = useState<readonly string[]>([])
  const after = path.at(-1)
  const query = after === undefined ? '' : `&after=${encodeURIComponent(after)}`
  const { data, failed, retry } = usePolled<Page>(`/api/ledger/devices?limit=${PAGE}${query}`, INTERVAL)
  return (
    <section className="card">
      <h2>{t('ledger.perDevice')}</h2>
      {data === null && failed && <Failed text={t('ledger.failed')} onRetry={retry} />}
      {data === null && !failed && <Loading text={t('ledger.loading')} />}
      {data?.devices.length === 0 && <p className="card-empty">{t('ledger.noDevices')}</p>}
      {data !== null && data.devices.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        <section className="table-scroll" tabIndex={0} aria-label={t('ledger.perDevice')}>
          <table className="table" data-testid="devices">
            <thead>
              <tr>
                <th scope="col">{t('ledger.device')}</th>
                {(['received', 'stored', 'rejected', 'pending'] as const).map((column) => (
                  <th key={column} scope="col" className="numeric">
                    {t(`ledger.${column}`)}
                  </th>
                ))}
                <th scope="col">{t('ledger.lastMessage')}</th>
              </tr>
            </thead>
            <tbody>
              {data.devices.map((account) => (
                <tr key={account.device}>
                  <td>
                    <button type="button" className="link mono" onClick={() => onShow(account.device)}>
                      {account.device}
                    </button>
                    {imbalance(account) !== 0 && (
                      <span className="chip negative">
                        <Icon name="warning" size={14} />
                        {t('ledger.unbalanced', { n: format.number(imbalance(account)) })}
                      </span>
                    )}
                  </td>
                  <td className="numeric">{format.number(account.received)}</td>
                  <td className="numeric">{format.number(account.stored)}</td>
                  <td className="numeric">{format.number(rejectedTotal(account))}</td>
                  <td className="numeric">{format.number(account.pending)}</td>
                  <td className="number">
                    {account.lastMessageAt === null ? '' : format.dateTime(Date.parse(account.lastMessageAt))}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      {(path.length > 0 || data?.next) && (
        <div className="actions">
          <Button small icon="left" disabled={path.length === 0} onClick={() => setPath(path.slice(0, -1))}>
            {t('action.previous')}
          </Button>
          <Button
            small
            icon="right"
            disabled={!data?.next}
            onClick={() => data?.next && setPath([...path, data.next])}
          >
            {t('action.next')}
          </Button>
        </div>
      )}
    </section>
  )
}
