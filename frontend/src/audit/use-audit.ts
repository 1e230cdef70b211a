import type { AuditView } from '@osprey/core/api/audit'
import { useCallback, useEffect, useState } from 'react'
import { useWorkspace } from '../app-state.ts'
import type { AuditSearch } from '../routing/route.ts'
import { type Shown, withNewest, withOlder } from './pages.ts'
import { searchQuery } from './search-form.ts'

const INTERVAL = 5000
const PAGE = 100

export interface AuditReading {
  shown: Shown | null
  /** Head of the chain and what is written outside the database, as of the last reading. */
  state: Pick<AuditView, 'head' | 'signed' | 'trouble'> | null
  failed: boolean
  busy: boolean
  retry: () => void
  loadOlder: () => void
}

/** Reads the audit log, newest first, and keeps what comes in while it is looked at. */
export function useAudit(search: AuditSearch): AuditReading {
  const { request } = useWorkspace()
  const query = `/api/audit?limit=${PAGE}${searchQuery(search)}`
  const [shown, setShown] = useState<Shown | null>(null)
  const [state, setState] = useState<AuditReading['state']>(null)
  const [failed, setFailed] = useState(false)
  const [busy, setBusy] = useState(false)
  const [attempt, setAttempt] = useState(0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt reads again
  useEffect(() => {
    const abort = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const read = async (): Promise<void> => {
      try {
        if (!document.hidden) {
          const page = await request<AuditView>(query, { signal: abort.signal })
          setShown((before) => withNewest(before, page))
          setState(page)
        }
        setFailed(false)
      } catch {
        if (abort.signal.aborted) return
        setFailed(true)
      }
      if (!abort.signal.aborted) timer = setTimeout(read, INTERVAL)
    }
    void read()
    return () => {
      abort.abort()
      clearTimeout(timer)
    }
  }, [request, query, attempt])
  const retry = useCallback(() => setAttempt((count) => count + 1), [])
  const loadOlder = async (): Promise<void> => {
    if (shown === null || shown.next === null) return
    setBusy(true)
    try {
      const page = await request<AuditView>(`${query}&before=${shown.next}`)
      setShown((before) => before && withOlder(before, page))
      setFailed(false)
    } catch {
      setFailed(true)
    }
    setBusy(false)
  }
  return { shown, state, failed, busy, retry, loadOlder: () => void loadOlder() }
}
