import type { LinkView } from '@osprey/core/api/people'
import { type FormEvent, useEffect, useState } from 'react'
import { useApp } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { WHOLE_MAP } from '../routing/route.ts'
import { Button } from '../ui/button.tsx'
import { isGeneral } from '../ui/field-problems.ts'
import { Icon } from '../ui/icons.tsx'
import { ProblemText } from '../ui/problem-text.tsx'
import { Failed, Loading } from '../ui/states.tsx'
import { useAttempt } from '../ui/use-attempt.ts'
import { useFieldProblems } from '../ui/use-field-problems.ts'
import { useTitle } from '../ui/use-title.ts'
import { useNewPassword } from './new-password.tsx'
import { RequestError } from './request.ts'
import { WelcomeCard } from './welcome-card.tsx'

type Check = 'checking' | 'invalid' | 'failed' | LinkView

/** Where a one-time link leads: an invitation or a reset, both end with a password of one's own. */
export function LinkPage({ token }: { token: string | null }) {
  const { t } = useText()
  const { routes } = useApp()
  useTitle(t('link.title'))
  const [check, retry] = useLink(token)
  const leave = (): void => routes.replace({ page: 'map', map: WHOLE_MAP })
  return (
    <WelcomeCard>
      {check === 'checking' && <Loading text={t('link.checking')} />}
      {check === 'failed' && <Failed text={t('problem.unreachable')} onRetry={retry} />}
      {check === 'invalid' && (
        <>
          <p className="notice negative" role="alert" data-testid="link-invalid">
            <Icon name="warning" size={18} />
            {t('link.invalid')}
          </p>
          <Button onClick={leave}>{t('link.toLogin')}</Button>
        </>
      )}
      {typeof check === 'object' && token !== null && <PasswordForm link={check} token={token} />}
    </WelcomeCard>
  )
}

function useLink(token: string | null): [Check, retry: () => void] {
  const { request } = useApp()
  const [check, setCheck] = useState<Check>('checking')
  const [attempt, setAttempt] = useState(0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt asks again
  useEffect(() => {
    const abort = new AbortController()
    setCheck(token === null ? 'invalid' : 'checking')
    if (token === null) return
    request<LinkView>('/api/session/link', { method: 'POST', body: { token }, signal: abort.signal }).then(
      setCheck,
      (error) => {
        if (abort.signal.aborted) return
        const known = error instanceof RequestError && (error.status === 404 || error.status === 400)
        setCheck(known ? 'invalid' : 'failed')
      },
    )
    return () => abort.abort()
  }, [request, token, attempt])
  return [check, () => setAttempt((count) => count + 1)]
}

function PasswordForm({ link, token }: { link: LinkView; token: string }) {
  const { t, format } = useText()
  const { request, routes, session } = useApp()
  const { busy, error, attempt } = useAttempt()
  const { accepted, fields } = useNewPassword(link.username, useFieldProblems(error).get('password'))
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    const done = await attempt(() =>
      request('/api/session/link/redeem', { method: 'POST', body: { token, password: accepted } }),
    )
    if (!done) return
    await session.passwordSet()
    routes.replace({ page: 'map', map: WHOLE_MAP })
  }
  return (
    <form className="login-form" onSubmit={submit} data-testid="link-form">
      <h2>{t(`link.${link.purpose}.title`)}</h2>
      <p>{t(`link.${link.purpose}.explain`, { name: link.displayName, username: link.username })}</p>
      {/* Lets password managers file the new password under the right name. */}
      <input
        className="visually-hidden"
        tabIndex={-1}
        aria-hidden="true"
        readOnly
        autoComplete="username"
        value={link.username}
      />
      {fields}
      {isGeneral(error, ['password']) && <ProblemText error={error} />}
      <Button type="submit" look="primary" disabled={busy || accepted === null}>
        {t(busy ? 'link.busy' : 'link.submit')}
      </Button>
      <p className="login-wait">
        {t('link.validUntil', { time: format.dateTime(Date.parse(link.expiresAt)) })}
      </p>
    </form>
  )
}
