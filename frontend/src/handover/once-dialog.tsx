import { type ReactNode, useEffect, useState } from 'react'
import { useText } from '../i18n/use-text.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Icon } from '../ui/icons.tsx'

interface OnceDialogProps {
  title: string
  wide?: boolean
  /** It has been saved or copied, or did not need to be. */
  safe: boolean
  /** What closing it now would mean. */
  unsaved: string
  /** The person copied something by hand. */
  onTaken: () => void
  onDone: () => void
  /** Further buttons beside the one that closes the dialog. */
  buttons?: ReactNode
  children: ReactNode
}

/** A dialog with something that is shown this once: it does not close without question before that is safe. */
export function OnceDialog(props: OnceDialogProps) {
  const { title, wide = false, safe, unsaved, onTaken, onDone, buttons, children } = props
  const { t } = useText()
  const [asking, setAsking] = useState(false)
  useEffect(() => {
    if (safe) return
    const warn = (event: BeforeUnloadEvent): void => event.preventDefault()
    window.addEventListener('beforeunload', warn)
    return () => window.removeEventListener('beforeunload', warn)
  }, [safe])
  const mayClose = (): boolean => {
    if (!safe) setAsking(true)
    return safe
  }
  return (
    <Dialog title={title} onClose={onDone} mayClose={mayClose} wide={wide}>
      <div className="card-form" onCopy={onTaken}>
        {children}
      </div>
      {asking && !safe && (
        <div className="notice negative" role="alert" data-testid="once-asking">
          <Icon name="warning" size={18} />
          <div>
            <p>{unsaved}</p>
            <div className="actions">
              <Button small look="danger" onClick={onDone} data-testid="once-leave">
                {t('once.leave')}
              </Button>
            </div>
          </div>
        </div>
      )}
      <div className="actions">
        <Button onClick={() => mayClose() && onDone()} data-testid="once-done">
          {t('once.done')}
        </Button>
        {buttons}
      </div>
    </Dialog>
  )
}
