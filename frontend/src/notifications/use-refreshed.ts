import { useCallback, useEffect, useState } from 'react'
import { useWorkspace } from '../app-state.ts'

export interface Refreshed<T> {
  data: T | null
  /** Why the last reading failed; null when it did not. What was read before stays. */
  error: unknown
  reload: () => void
}

/** Reads a resource now, again every `interval` milliseconds while the page is visible, and when asked to. */
export function useRefreshed<T>(path: string | null, interval: number): Refreshed<T> {
  const { request } = useWorkspace()
  const [data, setData] = useState<T | null>(null)
  const [error, setError] = useState<unknown>(null)
  const [attempt, setAttempt] = useState(0)
  const reload = useCallback(() => setAttempt((count) => count + 1), [])
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt reads again
  useEffect(() => {
    if (path === null) return
    const abort = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const read = async (): Promise<void> => {
      try {
        if (!document.hidden) setData(await request<T>(path, { signal: abort.signal }))
        setError(null)
      } catch (problem) {
        if (abort.signal.aborted) return
        setError(problem)
      }
      if (!abort.signal.aborted) timer = setTimeout(read, interval)
    }
    void read()
    return () => {
      abort.abort()
      clearTimeout(timer)
    }
  }, [request, path, interval, attempt])
  return { data, error, reload }
}
