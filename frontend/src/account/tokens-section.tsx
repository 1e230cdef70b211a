import type { SessionView, TokenView } from '@osprey/core/api/people'
import type { Permission } from '@osprey/core/permissions'
import { useState } from 'react'
import { useApp } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { usePolled } from '../ledger/use-polled.ts'
import { Button } from '../ui/button.tsx'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { Failed, Loading } from '../ui/states.tsx'
import { useNow } from '../ui/use-now.ts'
import { TokenDialog } from './token-dialog.tsx'

export const TOKENS_PATH = '/api/session/tokens'
const INTERVAL = 30_000

interface TokensSectionProps {
  user: SessionView['user']
  permissions: ReadonlySet<Permission>
}

/** Tokens with which programs act for the person, within scopes and for a time. */
export function TokensSection({ user, permissions }: TokensSectionProps) {
  const { t } = useText()
  const { request } = useApp()
  const { data, failed, retry } = usePolled<TokenView[]>(TOKENS_PATH, INTERVAL)
  const [creating, setCreating] = useState(false)
  const [revoking, setRevoking] = useState<TokenView | null>(null)
  return (
    <section className="card" aria-labelledby="tokens-heading">
      <h2 id="tokens-heading">{t('tokens.title')}</h2>
      <p className="card-empty">{t('tokens.explain')}</p>
      {data === null && failed && <Failed text={t('tokens.failed')} onRetry={retry} />}
      {data === null && !failed && <Loading text={t('app.loading')} />}
      {data?.length === 0 && <p className="card-empty">{t('tokens.none')}</p>}
      {data !== null && data.length > 0 && (
        <ul className="rows" data-testid="tokens">
          {data.map((token) => (
            <TokenRow key={token.id} token={token} onRevoke={() => setRevoking(token)} />
          ))}
        </ul>
      )}
      <div className="actions">
        <Button icon="plus" onClick={() => setCreating(true)} data-testid="token-create">
          {t('tokens.create')}
        </Button>
      </div>
      {creating && (
        <TokenDialog
          user={user}
          permissions={permissions}
          onCreated={retry}
          onClose={() => setCreating(false)}
        />
      )}
      {revoking !== null && (
        <ConfirmDialog
          title={t('tokens.revoke')}
          confirm={t('tokens.revoke')}
          onConfirm={async () => {
            await request(`${TOKENS_PATH}/${encodeURIComponent(revoking.id)}`, { method: 'DELETE' })
            retry()
          }}
          onClose={() => setRevoking(null)}
        >
          {t('tokens.revokeExplain', { name: revoking.name })}
        </ConfirmDialog>
      )}
    </section>
  )
}

function TokenRow({ token, onRevoke }: { token: TokenView; onRevoke: () => void }) {
  const { t, format } = useText()
  const expired = Date.parse(token.expiresAt) <= useNow()
  const time = (instant: string): string => format.dateTime(Date.parse(instant))
  return (
    <li>
      <div>
        <p className="row-title">
          {token.name}
          {expired && <span className="chip caution">{t('tokens.expired')}</span>}
        </p>
        <p className="row-note">
          {t('tokens.validUntil', { time: time(token.expiresAt) })}
          {' · '}
          {token.lastUsedAt === null
            ? t('tokens.neverUsed')
            : t('tokens.lastUsed', { time: time(token.lastUsedAt) })}
        </p>
        <p className="row-note mono">{token.scopes.join(' ')}</p>
      </div>
      <Button small look="danger" onClick={onRevoke} aria-label={t('tokens.revokeOne', { name: token.name })}>
        {t('tokens.revoke')}
      </Button>
    </li>
  )
}
