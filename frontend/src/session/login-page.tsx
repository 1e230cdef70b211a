import type { SessionOptions } from '@osprey/core/api/people'
import { useEffect, useState } from 'react'
import { useApp } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icons.tsx'
import { useObservable } from '../ui/observable.ts'
import { useTitle } from '../ui/use-title.ts'
import { LoginForm } from './login-form.tsx'
import { ResetForm } from './reset-form.tsx'
import type { Departure } from './session-store.ts'
import { signOnProblem } from './sign-on-problem.ts'
import { WelcomeCard } from './welcome-card.tsx'

export function LoginPage({ after }: { after: Departure | null }) {
  const { t } = useText()
  const options = useSessionOptions()
  const [forgotten, setForgotten] = useState(false)
  useTitle(t(forgotten ? 'reset.title' : 'login.submit'))
  return (
    <WelcomeCard>
      {forgotten ? (
        <ResetForm onBack={() => setForgotten(false)} />
      ) : (
        <>
          {after !== null && <DepartureNotice after={after} />}
          <SignOnNotice />
          <LoginForm
            forgot={
              options?.passwordReset && (
                <button
                  type="button"
                  className="link"
                  onClick={() => setForgotten(true)}
                  data-testid="forgot"
                >
                  {t('login.forgot')}
                </button>
              )
            }
          />
          {options?.singleSignOn && <SignOnLink label={options.singleSignOn.label} />}
          {options?.visit && <VisitButton />}
        </>
      )}
    </WelcomeCard>
  )
}

/** Ways to log in that the server offers; null until it answered. */
function useSessionOptions(): SessionOptions | null {
  const { request } = useApp()
  const [options, setOptions] = useState<SessionOptions | null>(null)
  useEffect(() => {
    const abort = new AbortController()
    request<SessionOptions>('/api/session/options', { signal: abort.signal }).then(
      setOptions,
      // Without an answer there is nothing to offer; the form explains what is wrong when used.
      () => undefined,
    )
    return () => abort.abort()
  }, [request])
  return options
}

function DepartureNotice({ after }: { after: Departure }) {
  const { t } = useText()
  return (
    <p className={`notice ${after === 'expired' ? 'caution' : 'positive'}`} role="status" data-testid={after}>
      <Icon name={after === 'expired' ? 'info' : 'check'} size={18} />
      {t(`login.${after}`)}
    </p>
  )
}

/** Why single sign-on sent the person back. */
function SignOnNotice() {
  const { t } = useText()
  const problem = useObservable(useApp().routes.problem)
  if (problem === null) return null
  return (
    <p className="notice negative" role="alert" data-testid="sign-on-problem">
      <Icon name="warning" size={18} />
      {t(`login.signOn.${signOnProblem(problem)}`)}
    </p>
  )
}

function SignOnLink({ label }: { label: string }) {
  const { t } = useText()
  return (
    <section className="login-other" aria-label={t('login.signOn.with', { label })}>
      <a className="button" href="/api/session/oidc" data-testid="sign-on">
        <Icon name="key" size={18} />
        {t('login.signOn.with', { label })}
      </a>
    </section>
  )
}

function VisitButton() {
  const { t } = useText()
  const { session } = useApp()
  const [failed, setFailed] = useState(false)
  return (
    <section className="login-other" aria-label={t('login.visit')}>
      <p>{t('login.visitHint')}</p>
      <Button icon="map" onClick={() => session.visit().catch(() => setFailed(true))} data-testid="visit">
        {t('login.visit')}
      </Button>
      {failed && (
        <p className="notice negative" role="alert">
          {t('login.problem.server')}
        </p>
      )}
    </section>
  )
}
