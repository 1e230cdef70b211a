import { type FormEvent, useEffect, useRef, useState } from 'react'
import { useApp } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icons.tsx'
import { useNow } from '../ui/use-now.ts'
import { useTitle } from '../ui/use-title.ts'
import { AppearanceControls } from './appearance.tsx'
import { type LoginProblem, loginProblem, secondsLeft } from './login-problem.ts'
import './login.css'

export function LoginPage({ expired }: { expired: boolean }) {
  const { t } = useText()
  useTitle(t('login.submit'))
  return (
    <main className="login">
      <div className="login-card">
        <header className="login-brand">
          <img src="/osprey.svg" alt="" width="44" height="44" />
          <div>
            <h1>{t('app.name')}</h1>
            <p>{t('app.tagline')}</p>
          </div>
        </header>
        {expired && (
          <p className="notice caution" role="status">
            <Icon name="info" size={18} />
            {t('login.expired')}
          </p>
        )}
        <LoginForm />
        <VisitButton />
      </div>
      <footer className="login-foot">
        <AppearanceControls />
      </footer>
    </main>
  )
}

function LoginForm() {
  const { t } = useText()
  const { session } = useApp()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<LoginProblem | null>(null)
  const now = useNow()
  const password = useRef<HTMLInputElement>(null)
  const wait = problem?.kind === 'throttled' ? secondsLeft(problem.until, now) : 0

  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault()
    const fields = new FormData(event.currentTarget)
    setBusy(true)
    try {
      await session.signIn(String(fields.get('username')), String(fields.get('password')))
    } catch (error) {
      setProblem(loginProblem(error, Date.now()))
      setBusy(false)
      password.current?.select()
    }
  }

  return (
    <form className="login-form" onSubmit={submit} data-testid="login-form">
      <div className="field">
        <label htmlFor="username">{t('login.username')}</label>
        <input
          id="username"
          name="username"
          className="input"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          aria-invalid={problem?.kind === 'wrong'}
        />
      </div>
      <div className="field">
        <label htmlFor="password">{t('login.password')}</label>
        <input
          ref={password}
          id="password"
          name="password"
          type="password"
          className="input"
          autoComplete="current-password"
          required
          aria-invalid={problem?.kind === 'wrong'}
          aria-describedby={problem === null ? undefined : 'login-problem'}
        />
      </div>
      <div id="login-problem" role="alert">
        {problem && <ProblemNotice problem={problem} />}
      </div>
      {wait > 0 && <p className="login-wait number">{t('login.wait', { count: wait })}</p>}
      <Button type="submit" look="primary" disabled={busy || wait > 0}>
        {t(busy ? 'login.busy' : 'login.submit')}
      </Button>
    </form>
  )
}

function ProblemNotice({ problem }: { problem: LoginProblem }) {
  const { t } = useText()
  return (
    <p className="notice negative" data-testid="login-problem">
      <Icon name="warning" size={18} />
      {t(`login.problem.${problem.kind}`)}
    </p>
  )
}

function VisitButton() {
  const { t } = useText()
  const { session, request } = useApp()
  const [offered, setOffered] = useState(false)
  const [failed, setFailed] = useState(false)
  useEffect(() => {
    const abort = new AbortController()
    request<{ visit: boolean }>('/api/session/options', { signal: abort.signal }).then(
      (options) => setOffered(options.visit),
      // Without an answer there is nothing to offer; the form above explains what is wrong when used.
      () => setOffered(false),
    )
    return () => abort.abort()
  }, [request])
  if (!offered) return null
  return (
    <section className="login-visit" aria-label={t('login.visit')}>
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
