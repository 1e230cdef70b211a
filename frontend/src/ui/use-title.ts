import { useEffect } from 'react'

/** Names the page in the window's title (WCAG 2.2, 2.4.2). */
export function useTitle(page: string): void {
  useEffect(() => {
    document.title = `${page} · Osprey`
  }, [page])
}
