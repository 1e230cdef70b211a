import { type ReactNode, useState } from 'react'
import { useText } from '../i18n/use-text.ts'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { ProblemText } from './problem-text.tsx'

interface ConfirmDialogProps {
  title: string
  /** What will happen, in words. */
  children: ReactNode
  /** Text of the button that does it. */
  confirm: string
  look?: 'primary' | 'danger'
  /** The dialog closes when it resolves and shows why when it rejects. */
  onConfirm: () => Promise<void>
  onClose: () => void
}

/** Asks before something that cannot be taken back. */
export function ConfirmDialog({
  title,
  children,
  confirm,
  look = 'danger',
  onConfirm,
  onClose,
}: ConfirmDialogProps) {
  const { t } = useText()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const act = async (): Promise<void> => {
    setBusy(true)
    setError(null)
    try {
      await onConfirm()
      onClose()
    } catch (problem) {
      setError(problem)
      setBusy(false)
    }
  }
  return (
    <Dialog title={title} onClose={onClose}>
      <div>{children}</div>
      {error !== null && <ProblemText error={error} />}
      <div className="actions">
        <Button onClick={onClose}>{t('action.cancel')}</Button>
        <Button look={look} disabled={busy} onClick={() => void act()} data-testid="confirm">
          {confirm}
        </Button>
      </div>
    </Dialog>
  )
}
