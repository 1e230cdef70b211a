import type { OwnSessionView } from '@osprey/core/api/people'
import { useState } from 'react'
import { useApp } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { usePolled } from '../ledger/use-polled.ts'
import { Button } from '../ui/button.tsx'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { ProblemText } from '../ui/problem-text.tsx'
import { Failed, Loading } from '../ui/states.tsx'
import { useAttempt } from '../ui/use-attempt.ts'
import { browserName } from './browser-name.ts'

const PATH = '/api/session/sessions'
const INTERVAL = 30_000

/** Where the person is signed in. */
export function SessionsSection() {
  const { t } = useText()
  const { request } = useApp()
  const { data, failed, retry } = usePolled<OwnSessionView[]>(PATH, INTERVAL)
  const { busy, error, attempt } = useAttempt()
  const [ending, setEnding] = useState(false)
  const end = async (id: string): Promise<void> => {
    await attempt(() => request(`${PATH}/${encodeURIComponent(id)}`, { method: 'DELETE' }))
    retry()
  }
  const others = data?.filter(({ current }) => !current).length ?? 0
  return (
    <section className="card" aria-labelledby="sessions-heading">
      <h2 id="sessions-heading">{t('sessions.title')}</h2>
      {data === null && failed && <Failed text={t('sessions.failed')} onRetry={retry} />}
      {data === null && !failed && <Loading text={t('app.loading')} />}
      {data?.length === 0 && <p className="card-empty">{t('sessions.none')}</p>}
      {data !== null && data.length > 0 && (
        <ul className="rows" data-testid="sessions">
          {data.map((session) => (
            <SessionRow key={session.id} session={session} busy={busy} onEnd={() => void end(session.id)} />
          ))}
        </ul>
      )}
      {error !== null && <ProblemText error={error} />}
      {others > 0 && (
        <div className="actions">
          <Button look="danger" icon="leave" onClick={() => setEnding(true)} data-testid="end-others">
            {t('sessions.endOthers')}
          </Button>
        </div>
      )}
      {ending && (
        <ConfirmDialog
          title={t('sessions.endOthers')}
          confirm={t('sessions.endOthers')}
          onConfirm={async () => {
            await request(PATH, { method: 'DELETE' })
            retry()
          }}
          onClose={() => setEnding(false)}
        >
          {t('sessions.endOthersExplain', { count: others })}
        </ConfirmDialog>
      )}
    </section>
  )
}

function SessionRow({ session, busy, onEnd }: { session: OwnSessionView; busy: boolean; onEnd: () => void }) {
  const { t, format } = useText()
  const { browser, system } = browserName(session.browser)
  const name = [browser, system].filter(Boolean).join(' · ') || t('sessions.unknownBrowser')
  return (
    <li>
      <div>
        <p className="row-title" title={session.browser}>
          {name}
          {session.current && <span className="chip positive">{t('sessions.current')}</span>}
        </p>
        <p className="row-note">
          {t('sessions.since', {
            address: session.address,
            seen: format.dateTime(Date.parse(session.lastSeenAt)),
            since: format.dateTime(Date.parse(session.createdAt)),
          })}
        </p>
      </div>
      {!session.current && (
        <Button
          small
          disabled={busy}
          onClick={onEnd}
          aria-label={t('sessions.endOne', { name, address: session.address })}
        >
          {t('sessions.end')}
        </Button>
      )}
    </li>
  )
}
