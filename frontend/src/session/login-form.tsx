import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import { useApp } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icons.tsx'
import { TextField } from '../ui/text-field.tsx'
import { useNow } from '../ui/use-now.ts'
import { CodeField } from './code-field.tsx'
import { type LoginProblem, loginProblem, secondsLeft } from './login-problem.ts'

interface Credentials {
  username: string
  password: string
}

interface SignIn {
  busy: boolean
  problem: LoginProblem | null
  /** Seconds to wait before the next attempt. */
  wait: number
  signIn: (credentials: Credentials, code?: string) => Promise<void>
  forget: () => void
}

/** Name and password first; then, where the account has one, the second factor. */
export function LoginForm({ forgot }: { forgot: ReactNode }) {
  const [pending, setPending] = useState<Credentials | null>(null)
  const work = useSignIn((credentials, problem) => {
    if (problem.kind === 'codeNeeded') setPending(credentials)
    // The password was changed meanwhile.
    else if (problem.kind === 'wrong') setPending(null)
  })
  const back = (): void => {
    setPending(null)
    work.forget()
  }
  return pending === null ? (
    <PasswordStep work={work} forgot={forgot} />
  ) : (
    <CodeStep work={work} credentials={pending} onBack={back} />
  )
}

function useSignIn(onProblem: (credentials: Credentials, problem: LoginProblem) => void): SignIn {
  const { session, routes } = useApp()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<LoginProblem | null>(null)
  const now = useNow()
  const signIn = async (credentials: Credentials, code?: string): Promise<void> => {
    setBusy(true)
    routes.problem.set(null)
    try {
      await session.signIn(credentials.username, credentials.password, code)
    } catch (error) {
      const found = loginProblem(error, code !== undefined, Date.now())
      setProblem(found)
      setBusy(false)
      onProblem(credentials, found)
    }
  }
  const wait = problem?.kind === 'throttled' ? secondsLeft(problem.until, now) : 0
  return { busy, problem, wait, signIn, forget: () => setProblem(null) }
}

function PasswordStep({ work, forgot }: { work: SignIn; forgot: ReactNode }) {
  const { t } = useText()
  const password = useRef<HTMLInputElement>(null)
  const wrong = work.problem?.kind === 'wrong'
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault()
    const fields = new FormData(event.currentTarget)
    await work.signIn({
      username: String(fields.get('username')),
      password: String(fields.get('password')),
    })
    password.current?.select()
  }
  return (
    <form className="login-form" onSubmit={submit} data-testid="login-form">
      <TextField
        id="username"
        label={t('login.username')}
        name="username"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        required
        aria-invalid={wrong}
      />
      <TextField
        ref={password}
        id="password"
        label={t('login.password')}
        name="password"
        type="password"
        autoComplete="current-password"
        required
        aria-invalid={wrong}
      />
      <Trouble work={work} />
      <Button type="submit" look="primary" disabled={work.busy || work.wait > 0}>
        {t(work.busy ? 'login.busy' : 'login.submit')}
      </Button>
      {forgot}
    </form>
  )
}

interface CodeStepProps {
  work: SignIn
  credentials: Credentials
  onBack: () => void
}

function CodeStep({ work, credentials, onBack }: CodeStepProps) {
  const { t } = useText()
  const [recovery, setRecovery] = useState(false)
  const [code, setCode] = useState('')
  const field = useRef<HTMLInputElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the other kind of code starts anew
  useEffect(() => {
    setCode('')
    field.current?.focus()
  }, [recovery])
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    await work.signIn(credentials, code)
    field.current?.select()
  }
  return (
    <form className="login-form" onSubmit={submit} data-testid="code-form">
      <p>{t(recovery ? 'login.recoveryHint' : 'login.codeHint')}</p>
      <CodeField ref={field} kind={recovery ? 'recovery' : 'code'} value={code} onChange={setCode} />
      {work.problem?.kind !== 'codeNeeded' && <Trouble work={work} />}
      <Button type="submit" look="primary" disabled={work.busy || work.wait > 0}>
        {t(work.busy ? 'login.busy' : 'login.submit')}
      </Button>
      <div className="login-ways">
        <button type="button" className="link" onClick={() => setRecovery(!recovery)} data-testid="recovery">
          {t(recovery ? 'login.useCode' : 'login.useRecovery')}
        </button>
        <button type="button" className="link" onClick={onBack}>
          {t('login.otherAccount')}
        </button>
      </div>
    </form>
  )
}

function Trouble({ work: { problem, wait } }: { work: SignIn }) {
  const { t } = useText()
  return (
    <>
      <div role="alert">
        {problem !== null && problem.kind !== 'codeNeeded' && (
          <p className="notice negative" data-testid="login-problem">
            <Icon name="warning" size={18} />
            {t(`login.problem.${problem.kind}`)}
          </p>
        )}
      </div>
      {wait > 0 && <p className="login-wait number">{t('login.wait', { count: wait })}</p>}
    </>
  )
}
