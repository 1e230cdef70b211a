import { judgePassword } from '@osprey/core/passwords'
import { type ReactNode, useState } from 'react'
import { useText } from '../i18n/use-text.ts'
import { TextField } from '../ui/text-field.tsx'

export interface NewPassword {
  /** null while what was typed cannot be used. */
  accepted: string | null
  fields: ReactNode
}

/** Two fields for a new password, judged by the same rule as on the server while typing. */
export function useNewPassword(username: string, refused: string | undefined): NewPassword {
  const { t } = useText()
  const [password, setPassword] = useState('')
  const [again, setAgain] = useState('')
  /** Problems are told once a field was left, not while it is being filled. */
  const [left, setLeft] = useState({ password: false, again: false })
  const verdict = judgePassword(password, username)
  const same = password === again
  const problem =
    left.password && password !== '' && !verdict.ok ? t(`newPassword.${verdict.reason}`) : refused
  return {
    accepted: verdict.ok && same ? password : null,
    fields: (
      <>
        <TextField
          label={t('newPassword.password')}
          hint={t('newPassword.rule')}
          problem={problem}
          name="new-password"
          type="password"
          autoComplete="new-password"
          required
          maxLength={1024}
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          onBlur={() => setLeft({ ...left, password: true })}
        />
        <TextField
          label={t('newPassword.again')}
          problem={left.again && again !== '' && !same ? t('newPassword.different') : undefined}
          name="new-password-again"
          type="password"
          autoComplete="new-password"
          required
          maxLength={1024}
          value={again}
          onChange={(event) => setAgain(event.target.value)}
          onBlur={() => setLeft({ ...left, again: true })}
        />
      </>
    ),
  }
}
