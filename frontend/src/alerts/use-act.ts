import { useCallback, useState } from 'react'
import { useWorkspace } from '../app-state.ts'
import { type Act, type ActOutcome, perform } from './acts.ts'

export interface Acting {
  busy: boolean
  error: unknown
  outcome: ActOutcome | null
  /** Answers whether it was done, if only in part. */
  act: (alerts: readonly string[], act: Act) => Promise<boolean>
  clear: () => void
}

/** Acts on alerts; what the server answers is shown at once, before the live connection tells it. */
export function useAct(): Acting {
  const { request, alerts } = useWorkspace()
  const [state, setState] = useState<Omit<Acting, 'act' | 'clear'>>({
    busy: false,
    error: null,
    outcome: null,
  })
  const act = useCallback(
    async (ids: readonly string[], wanted: Act): Promise<boolean> => {
      setState({ busy: true, error: null, outcome: null })
      try {
        const outcome = await perform(request, ids, wanted)
        if (outcome.alerts.length > 0) alerts.receive(outcome.alerts)
        setState({ busy: false, error: null, outcome })
        return true
      } catch (error) {
        setState({ busy: false, error, outcome: null })
        return false
      }
    },
    [request, alerts],
  )
  const clear = useCallback(() => setState({ busy: false, error: null, outcome: null }), [])
  return { ...state, act, clear }
}
