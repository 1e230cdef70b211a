import { type ReactNode, useEffect } from 'react'
import { useTitle } from './use-title.ts'

interface PageProps {
  title: string
  explain: string
  testId: string
  /** Stands beside the heading: a search, the main button. */
  actions?: ReactNode
  children: ReactNode
}

/** A page of text and tables: heading, a line of explanation, cards below each other. */
export function PageFrame({ title, explain, testId, actions, children }: PageProps) {
  useTitle(title)
  return (
    <main id="content" tabIndex={-1} className="page" data-testid={testId}>
      <div className="page-inner">
        <header className="page-head">
          <div>
            <h1>{title}</h1>
            <p>{explain}</p>
          </div>
          {actions}
        </header>
        {children}
      </div>
    </main>
  )
}

let arrivedAt: string | null = null

/** Moves the focus to the content whenever another page is shown, as following a link to a new document would. */
export function FocusOnArrival({ place }: { place: string }) {
  useEffect(() => {
    if (arrivedAt !== null && arrivedAt !== place) document.getElementById('content')?.focus()
    arrivedAt = place
  }, [place])
  return null
}
