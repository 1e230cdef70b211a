import { useCallback, useEffect, useState } from 'react'
import { useWorkspace } from '../app-state.ts'

export interface Loaded<T> {
  data: T | null
  error: unknown
  reload: () => void
}

/** Reads a resource once, and again when asked to: what a form shows must not change below the hands. */
export function useLoaded<T>(path: string | null): Loaded<T> {
  const { request } = useWorkspace()
  const [state, setState] = useState<{ path: string | null; data: T | null; error: unknown }>({
    path,
    data: null,
    error: null,
  })
  const [attempt, setAttempt] = useState(0)
  const reload = useCallback(() => setAttempt((count) => count + 1), [])
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt reads again
  useEffect(() => {
    if (path === null) return
    const abort = new AbortController()
    request<T>(path, { signal: abort.signal }).then(
      (data) => setState({ path, data, error: null }),
      (error: unknown) => {
        if (!abort.signal.aborted) setState({ path, data: null, error })
      },
    )
    return () => abort.abort()
  }, [request, path, attempt])
  const current = state.path === path
  return { data: current ? state.data : null, error: current ? state.error : null, reload }
}
