import { useCallback, useEffect, useState } from 'react'
import { useWorkspace } from '../app-state.ts'

export interface Polled<T> {
  data: T | null
  /** The last reading failed; `data` is what was read before. */
  failed: boolean
  retry: () => void
}

/** Reads a resource now and again every `interval` milliseconds while the page is visible; null reads nothing. */
export function usePolled<T>(path: string | null, interval: number): Polled<T> {
  const { request } = useWorkspace()
  const [data, setData] = useState<T | null>(null)
  const [failed, setFailed] = useState(false)
  const [attempt, setAttempt] = useState(0)
  const retry = useCallback(() => setAttempt((count) => count + 1), [])
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt reads again
  useEffect(() => {
    if (path === null) return
    const abort = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const read = async (): Promise<void> => {
      try {
        if (!document.hidden) setData(await request<T>(path, { signal: abort.signal }))
        setFailed(false)
      } catch {
        if (abort.signal.aborted) return
        setFailed(true)
      }
      if (!abort.signal.aborted) timer = setTimeout(read, interval)
    }
    void read()
    return () => {
      abort.abort()
      clearTimeout(timer)
    }
  }, [request, path, interval, attempt])
  return { data, failed, retry }
}
