import { type KeyboardEvent, type ReactNode, useId, useRef } from 'react'

interface TabsProps<T extends string> {
  label: string
  tabs: readonly { id: T; text: string }[]
  open: T
  onOpen: (tab: T) => void
  /** All panels stay, so that what was typed or run in one is still there after a look at another. */
  panel: (tab: T) => ReactNode
}

const STEP: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1 }

/** Sides of one thing (ARIA tabs: one tab stop, arrows choose). */
export function Tabs<T extends string>({ label, tabs, open, onOpen, panel }: TabsProps<T>) {
  const id = useId()
  const list = useRef<HTMLDivElement>(null)
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = STEP[event.key]
    if (step === undefined) return
    event.preventDefault()
    const next = (tabs.findIndex((tab) => tab.id === open) + step + tabs.length) % tabs.length
    onOpen((tabs[next] as { id: T }).id)
    list.current?.querySelectorAll<HTMLButtonElement>('[role="tab"]')[next]?.focus()
  }
  return (
    <>
      <div ref={list} className="tabs" role="tablist" aria-label={label} onKeyDown={onKeyDown}>
        {tabs.map((tab) => (
          <button
            key={tab.id}
            type="button"
            role="tab"
            id={`${id}-${tab.id}`}
            aria-selected={tab.id === open}
            aria-controls={`${id}-${tab.id}-panel`}
            tabIndex={tab.id === open ? 0 : -1}
            onClick={() => onOpen(tab.id)}
            data-testid={`tab-${tab.id}`}
          >
            {tab.text}
          </button>
        ))}
      </div>
      {tabs.map((tab) => (
        <div
          key={tab.id}
          role="tabpanel"
          id={`${id}-${tab.id}-panel`}
          aria-labelledby={`${id}-${tab.id}`}
          className="tab-panel"
          hidden={tab.id !== open}
        >
          {panel(tab.id)}
        </div>
      ))}
    </>
  )
}
