import type { Ref } from 'react'
import { useText } from '../i18n/use-text.ts'
import { TextField } from '../ui/text-field.tsx'

interface CodeFieldProps {
  /** `either`: a current code or a recovery code. */
  kind: 'code' | 'recovery' | 'either'
  value: string
  onChange: (code: string) => void
  problem?: string | undefined
  ref?: Ref<HTMLInputElement>
}

/** The second factor: six digits from the authenticator app, or one of the recovery codes. */
export function CodeField({ kind, value, onChange, problem, ref }: CodeFieldProps) {
  const { t } = useText()
  const digits = kind === 'code'
  return (
    <TextField
      {...(ref === undefined ? {} : { ref })}
      label={t(`code.${kind}`)}
      problem={problem}
      name="code"
      className="mono"
      inputMode={digits ? 'numeric' : 'text'}
      autoComplete={kind === 'recovery' ? 'off' : 'one-time-code'}
      autoCapitalize="none"
      spellCheck={false}
      {...(digits ? { pattern: '[0-9]{6}', title: t('code.digits') } : {})}
      minLength={6}
      maxLength={digits ? 6 : 40}
      required
      value={value}
      // Apps show the code in two groups; pasting it like that is fine.
      onChange={(event) => onChange(event.target.value.replace(/\s/g, ''))}
      data-testid="code"
    />
  )
}
