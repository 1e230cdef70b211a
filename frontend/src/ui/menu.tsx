import { type ReactNode, useEffect, useRef, useState } from 'react'

interface MenuProps {
  /** Content of the button that opens it. */
  button: (props: {
    'aria-expanded': boolean
    onClick: () => void
    ref: React.Ref<HTMLButtonElement>
  }) => ReactNode
  label: string
  children: (close: () => void) => ReactNode
}

/** A panel below a button (disclosure pattern): Escape or a click elsewhere closes it. */
export function Menu({ button, label, children }: MenuProps) {
  const [open, setOpen] = useState(false)
  const root = useRef<HTMLDivElement>(null)
  const opener = useRef<HTMLButtonElement>(null)
  // What was focused goes away with the panel: whatever opens next must find a focus to give back.
  const close = (): void => {
    setOpen(false)
    opener.current?.focus()
  }
  useEffect(() => {
    if (!open) return
    const onPointer = (event: PointerEvent): void => {
      if (!root.current?.contains(event.target as Node)) setOpen(false)
    }
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape') return
      setOpen(false)
      opener.current?.focus()
    }
    document.addEventListener('pointerdown', onPointer)
    document.addEventListener('keydown', onKey)
    return () => {
      document.removeEventListener('pointerdown', onPointer)
      document.removeEventListener('keydown', onKey)
    }
  }, [open])
  return (
    <div className="menu" ref={root}>
      {button({ 'aria-expanded': open, onClick: () => setOpen(!open), ref: opener })}
      {open && (
        <section className="menu-panel" aria-label={label}>
          {children(close)}
        </section>
      )}
    </div>
  )
}
