import { useApp } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { WelcomeCard } from '../session/welcome-card.tsx'
import { Icon } from '../ui/icons.tsx'
import { useObservable } from '../ui/observable.ts'
import { useTitle } from '../ui/use-title.ts'
import { SecondFactorSetup } from './second-factor-setup.tsx'

/** Shown instead of everything else until the second factor that this account needs is set up. */
export function SecondFactorDuePage() {
  const { t } = useText()
  const { session } = useApp()
  const current = useObservable(session.session)
  useTitle(t('secondFactor.title'))
  if (current.phase !== 'signed-in') return null
  return (
    <WelcomeCard>
      <div className="login-form" data-testid="second-factor-due">
        <h2>{t('secondFactor.due')}</h2>
        <p className="notice">
          <Icon name="info" size={18} />
          {t('secondFactor.dueExplain')}
        </p>
        <SecondFactorSetup username={current.user.username} onDone={() => void session.check()} />
        <button type="button" className="link" onClick={() => void session.signOut()}>
          {t('user.signOut')}
        </button>
      </div>
    </WelcomeCard>
  )
}
