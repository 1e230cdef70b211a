import { type FormEvent, useState } from 'react'
import { useApp } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { useNewPassword } from '../session/new-password.tsx'
import { Button } from '../ui/button.tsx'
import { isGeneral } from '../ui/field-problems.ts'
import { Icon } from '../ui/icons.tsx'
import { ProblemText } from '../ui/problem-text.tsx'
import { useAttempt } from '../ui/use-attempt.ts'
import { useFieldProblems } from '../ui/use-field-problems.ts'
import { CurrentPasswordField } from './current-password-field.tsx'

/** Counts the changes, so that the form starts empty after each. */
export function PasswordSection({ username }: { username: string }) {
  const { t } = useText()
  const [changes, setChanges] = useState(0)
  return (
    <section className="card" aria-labelledby="password-heading">
      <h2 id="password-heading">{t('account.password')}</h2>
      {changes > 0 && (
        <p className="notice positive" role="status" data-testid="password-changed">
          <Icon name="check" size={18} />
          {t('account.passwordChanged')}
        </p>
      )}
      <PasswordForm key={changes} username={username} onChanged={() => setChanges(changes + 1)} />
    </section>
  )
}

function PasswordForm({ username, onChanged }: { username: string; onChanged: () => void }) {
  const { t } = useText()
  const { request } = useApp()
  const { busy, error, attempt } = useAttempt()
  const problems = useFieldProblems(error)
  const { accepted, fields } = useNewPassword(username, problems.get('password'))
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault()
    const current = String(new FormData(event.currentTarget).get('current'))
    const body = { current, password: accepted }
    if (await attempt(() => request('/api/session/password', { method: 'PUT', body }))) onChanged()
  }
  return (
    <form className="card-form narrow" onSubmit={submit} data-testid="password-form">
      <CurrentPasswordField username={username} wrong={problems.has('current')} />
      {fields}
      {isGeneral(error, ['current', 'password']) && <ProblemText error={error} />}
      <div className="actions">
        <Button type="submit" look="primary" disabled={busy || accepted === null}>
          {t('account.changePassword')}
        </Button>
      </div>
    </form>
  )
}
