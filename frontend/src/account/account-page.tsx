import type { JurisdictionView } from '@osprey/core/api/jurisdictions'
import { useApp } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { usePolled } from '../ledger/use-polled.ts'
import { Icon } from '../ui/icons.tsx'
import { useObservable } from '../ui/observable.ts'
import { PageFrame } from '../ui/page.tsx'
import { PasswordSection } from './password-section.tsx'
import { SecondFactorSection } from './second-factor-section.tsx'
import { SessionsSection } from './sessions-section.tsx'
import { TokensSection } from './tokens-section.tsx'
import './account.css'

const INTERVAL = 60_000

/** One's own account: password, second factor, where one is signed in, tokens for programs. */
export function AccountPage() {
  const { t } = useText()
  const current = useObservable(useApp().session.session)
  if (current.phase !== 'signed-in') return null
  const { user, secondFactor, permissions } = current
  return (
    <PageFrame
      title={t('account.title')}
      explain={t('account.explain', { name: user.displayName, username: user.username })}
      testId="account-page"
    >
      <dl className="card account-facts">
        <div>
          <dt>{t('people.role')}</dt>
          <dd>{t(`role.${user.role}`)}</dd>
        </div>
        <div>
          <dt>{t('people.territory')}</dt>
          <dd>{user.jurisdictions === null ? t('people.whole') : <AreaNames ids={user.jurisdictions} />}</dd>
        </div>
      </dl>
      {user.visitor ? (
        <p className="notice" data-testid="guest">
          <Icon name="info" size={18} />
          {t('account.guest')}
        </p>
      ) : (
        <>
          {user.hasPassword && <PasswordSection username={user.username} />}
          {(user.hasPassword || secondFactor === 'on') && (
            <SecondFactorSection username={user.username} state={secondFactor} />
          )}
          <SessionsSection />
          <TokensSection user={user} permissions={permissions} />
        </>
      )}
    </PageFrame>
  )
}

/** The own jurisdictions by name, as far as the server told the names yet. */
function AreaNames({ ids }: { ids: readonly string[] }) {
  const { t } = useText()
  const { data } = usePolled<JurisdictionView[]>('/api/jurisdictions', INTERVAL)
  const names = new Map(data?.map(({ id, name }) => [id, name]))
  return ids.map((id) => names.get(id) ?? id).join(t('people.and'))
}
