import { useText } from '../i18n/use-text.ts'
import { TextField } from '../ui/text-field.tsx'

interface CurrentPasswordFieldProps {
  username: string
  wrong: boolean
}

/** The own password once more, before what lets people in is changed; named `current` in its form. */
export function CurrentPasswordField({ username, wrong }: CurrentPasswordFieldProps) {
  const { t } = useText()
  return (
    <>
      <input
        className="visually-hidden"
        tabIndex={-1}
        aria-hidden="true"
        readOnly
        autoComplete="username"
        value={username}
      />
      <TextField
        label={t('account.currentPassword')}
        problem={wrong ? t('account.currentWrong') : undefined}
        name="current"
        type="password"
        autoComplete="current-password"
        maxLength={1024}
        required
      />
    </>
  )
}
