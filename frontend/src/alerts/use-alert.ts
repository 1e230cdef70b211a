import type { AlertDetailView } from '@osprey/core/api/alerts'
import { useCallback, useEffect, useState } from 'react'
import { useWorkspace } from '../app-state.ts'
import { RequestError } from '../session/request.ts'

/** What the machine knows now changes without an alert being told. */
const INTERVAL = 15_000
const ASK_DELAY = 300

export interface AlertReading {
  alert: AlertDetailView | null
  /** Status of the last reading that failed, 0 without an answer; null when it did not fail. */
  failed: number | null
  refresh: () => void
}

/** One alert with everything about it, read again whenever it changes. */
export function useAlert(id: string): AlertReading {
  const { request, alerts } = useWorkspace()
  const [alert, setAlert] = useState<AlertDetailView | null>(null)
  const [failed, setFailed] = useState<number | null>(null)
  const [attempt, setAttempt] = useState(0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt reads again
  useEffect(() => {
    const abort = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const read = async (): Promise<void> => {
      try {
        const path = `/api/alerts/${encodeURIComponent(id)}`
        const view = await request<AlertDetailView>(path, { signal: abort.signal })
        if (abort.signal.aborted) return
        setAlert(view)
        setFailed(null)
      } catch (error) {
        if (abort.signal.aborted) return
        setFailed(error instanceof RequestError ? error.status : 0)
      }
      clearTimeout(timer)
      timer = setTimeout(read, INTERVAL)
    }
    void read()
    const unwatch = alerts.watch((told) => {
      if (told.length > 0 && !told.some((each) => each.id === id)) return
      clearTimeout(timer)
      timer = setTimeout(read, ASK_DELAY)
    })
    return () => {
      abort.abort()
      clearTimeout(timer)
      unwatch()
    }
  }, [request, alerts, id, attempt])
  const refresh = useCallback(() => setAttempt((count) => count + 1), [])
  return { alert, failed, refresh }
}
