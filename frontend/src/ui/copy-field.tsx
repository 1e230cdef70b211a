import { useId, useRef, useState } from 'react'
import { useText } from '../i18n/use-text.ts'
import { Button } from './button.tsx'
import { copyText } from './copy-text.ts'

interface CopyFieldProps {
  label: string
  value: string
  testId: string
  onCopied?: () => void
}

/** A text to be carried elsewhere, with a button that copies it. */
export function CopyField({ label, value, testId, onCopied }: CopyFieldProps) {
  const id = useId()
  const field = useRef<HTMLInputElement>(null)
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <div className="copy-field">
        <input
          ref={field}
          id={id}
          className="input mono"
          value={value}
          readOnly
          onFocus={(event) => event.target.select()}
          data-testid={testId}
        />
        <CopyButton text={value} onCopied={onCopied} onRefused={() => field.current?.select()} />
      </div>
    </div>
  )
}

interface CopyButtonProps {
  text: string
  onCopied?: (() => void) | undefined
  /** The browser does not let the page use the clipboard. */
  onRefused?: () => void
}

export function CopyButton({ text, onCopied, onRefused }: CopyButtonProps) {
  const { t } = useText()
  const [outcome, setOutcome] = useState<'copied' | 'notCopied' | null>(null)
  const copy = async (): Promise<void> => {
    const copied = await copyText(text)
    setOutcome(copied ? 'copied' : 'notCopied')
    if (copied) onCopied?.()
    else onRefused?.()
  }
  return (
    <>
      <Button icon={outcome === 'copied' ? 'check' : 'copy'} onClick={() => void copy()}>
        {t(outcome === null ? 'action.copy' : `action.${outcome}`)}
      </Button>
      <span className="visually-hidden" role="status">
        {outcome !== null && t(`action.${outcome}`)}
      </span>
    </>
  )
}
