import { useCallback, useState } from 'react'

export interface Attempt {
  busy: boolean
  /** Why the last attempt failed; null when it did not. */
  error: unknown
  /** Runs the work; answers whether it succeeded. */
  attempt: (work: () => Promise<unknown>) => Promise<boolean>
}

/** Work that a person asked for: whether it is under way and why it failed. */
export function useAttempt(): Attempt {
  const [state, setState] = useState<{ busy: boolean; error: unknown }>({ busy: false, error: null })
  const attempt = useCallback(async (work: () => Promise<unknown>): Promise<boolean> => {
    setState({ busy: true, error: null })
    try {
      await work()
      setState({ busy: false, error: null })
      return true
    } catch (error) {
      setState({ busy: false, error })
      return false
    }
  }, [])
  return { ...state, attempt }
}
