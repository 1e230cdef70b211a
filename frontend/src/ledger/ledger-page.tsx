import type { LedgerView } from '@osprey/core/api'
import { type FormEvent, useId } from 'react'
import { useApp } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icons.tsx'
import { PageFrame } from '../ui/page.tsx'
import { Failed, Loading } from '../ui/states.tsx'
import { Balance } from './balance-card.tsx'
import { DeviceTable } from './device-table.tsx'
import { ReasonTable } from './reason-table.tsx'
import { RejectedMessages } from './rejected-messages.tsx'
import { usePolled } from './use-polled.ts'
import './ledger.css'

const INTERVAL = 3000

/** What happened to every reading: received = stored + rejected + pending, in total and per device. */
export function LedgerPage({ device }: { device: string | null }) {
  const { t } = useText()
  const { routes } = useApp()
  const query = device === null ? '' : `?device=${encodeURIComponent(device)}`
  const show = (id: string | null): void => routes.go({ page: 'ledger', device: id })
  return (
    <PageFrame
      title={t('ledger.title')}
      explain={t('ledger.explain')}
      testId="ledger"
      actions={<DeviceSearch key={device ?? ''} device={device} onShow={show} />}
    >
      {device !== null && (
        <div className="ledger-device">
          <Button small icon="left" onClick={() => show(null)} data-testid="all-devices">
            {t('ledger.all')}
          </Button>
          <h2>
            {t('ledger.device')} <span className="mono">{device}</span>
          </h2>
        </div>
      )}
      <Account key={query} path={`/api/ledger${query}`} />
      <RejectedMessages device={device} onShow={show} />
      {device === null && <DeviceTable onShow={show} />}
    </PageFrame>
  )
}

function Account({ path }: { path: string }) {
  const { t } = useText()
  const { data, failed, retry } = usePolled<LedgerView>(path, INTERVAL)
  if (data === null) {
    return failed ? (
      <Failed text={t('ledger.failed')} onRetry={retry} />
    ) : (
      <Loading text={t('ledger.loading')} />
    )
  }
  return (
    <>
      {failed && (
        <p className="notice caution" role="status">
          <Icon name="warning" size={18} />
          {t('ledger.stale')}
        </p>
      )}
      <Balance account={data} />
      <ReasonTable rejected={data.rejected} />
    </>
  )
}

function DeviceSearch({ device, onShow }: { device: string | null; onShow: (id: string | null) => void }) {
  const { t } = useText()
  const field = useId()
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const id = String(new FormData(event.currentTarget).get('device')).trim()
    onShow(id === '' ? null : id)
  }
  return (
    <search>
      <form className="ledger-search" onSubmit={submit}>
        <div className="field">
          <label htmlFor={field}>{t('ledger.find')}</label>
          <input
            id={field}
            name="device"
            className="input"
            defaultValue={device ?? ''}
            autoComplete="off"
            spellCheck={false}
            pattern="[A-Za-z0-9][A-Za-z0-9._\-]{0,63}"
            title={t('ledger.idForm')}
          />
        </div>
        <Button type="submit" icon="search">
          {t('ledger.show')}
        </Button>
      </form>
    </search>
  )
}
