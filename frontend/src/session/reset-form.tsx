import { type FormEvent, useState } from 'react'
import { useApp } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icons.tsx'
import { ProblemText } from '../ui/problem-text.tsx'
import { TextField } from '../ui/text-field.tsx'
import { useAttempt } from '../ui/use-attempt.ts'

/** Asks for a link to set a new password. The answer is the same whether such an account exists or not. */
export function ResetForm({ onBack }: { onBack: () => void }) {
  const { t } = useText()
  const { request } = useApp()
  const [sent, setSent] = useState(false)
  const { busy, error, attempt } = useAttempt()
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault()
    const username = String(new FormData(event.currentTarget).get('username')).trim()
    const done = await attempt(() => request('/api/session/reset', { method: 'POST', body: { username } }))
    if (done) setSent(true)
  }
  return (
    <form className="login-form" onSubmit={submit} data-testid="reset-form">
      <h2>{t('reset.title')}</h2>
      {sent ? (
        <p className="notice positive" role="status" data-testid="reset-sent">
          <Icon name="check" size={18} />
          {t('reset.sent')}
        </p>
      ) : (
        <>
          <p>{t('reset.explain')}</p>
          <TextField
            label={t('reset.username')}
            name="username"
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            maxLength={254}
            required
            autoFocus
          />
          {error !== null && <ProblemText error={error} />}
          <Button type="submit" look="primary" disabled={busy}>
            {t(busy ? 'reset.busy' : 'reset.submit')}
          </Button>
        </>
      )}
      <button type="button" className="link" onClick={onBack}>
        {t('reset.back')}
      </button>
    </form>
  )
}
