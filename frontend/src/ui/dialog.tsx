import { type ReactNode, useEffect, useId, useRef } from 'react'
import { useText } from '../i18n/use-text.ts'
import { IconButton } from './button.tsx'

interface DialogProps {
  title: string
  onClose: () => void
  /** Asked before it closes, however that is wished; it stays open on false. */
  mayClose?: () => boolean
  wide?: boolean
  children: ReactNode
}

/** A modal dialog. The browser's own element keeps the focus inside, closes on Escape and gives the focus back. */
export function Dialog({ title, onClose, mayClose = () => true, wide = false, children }: DialogProps) {
  const { t } = useText()
  const element = useRef<HTMLDialogElement>(null)
  const heading = useId()
  useEffect(() => {
    const dialog = element.current
    dialog?.showModal()
    return () => dialog?.close()
  }, [])
  const close = (): void => {
    if (mayClose()) onClose()
    // A second Escape closes the element without asking (HTML, close watchers).
    else if (element.current?.open === false) element.current.showModal()
  }
  return (
    <dialog
      ref={element}
      className={wide ? 'dialog wide' : 'dialog'}
      aria-labelledby={heading}
      onCancel={(event) => {
        // A file chooser that is dismissed sends the same event up to here.
        if (event.target === element.current && !mayClose()) event.preventDefault()
      }}
      onClose={close}
    >
      <div className="dialog-head">
        <h2 id={heading}>{title}</h2>
        <IconButton icon="close" look="quiet" label={t('action.close')} onClick={close} />
      </div>
      <div className="dialog-body">{children}</div>
    </dialog>
  )
}
