import type { FieldError } from '@osprey/core/api'
import type { PreviewView, RuleDefinition } from '@osprey/core/api/rules'
import { useCallback, useEffect, useState } from 'react'
import { useWorkspace } from '../app-state.ts'
import { errorsOf } from './problems.tsx'

const DEBOUNCE = 450

export interface Preview {
  /** The last answer to a definition that was right; null before. */
  view: PreviewView | null
  /** What the server found wrong with the present definition. */
  errors: readonly FieldError[]
  /** The server did not answer, or not about the definition. */
  error: unknown
  /** The answer is about an older state of the form. */
  stale: boolean
  retry: () => void
}

/** Asks the server what the definition would apply to, a moment after it was last changed. */
export function usePreview(definition: RuleDefinition, jurisdiction: string | null): Preview {
  const { request } = useWorkspace()
  const [state, setState] = useState<Omit<Preview, 'retry'>>({
    view: null,
    errors: [],
    error: null,
    stale: true,
  })
  const [attempt, setAttempt] = useState(0)
  const retry = useCallback(() => setAttempt((count) => count + 1), [])
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt asks again
  useEffect(() => {
    const abort = new AbortController()
    setState((before) => ({ ...before, stale: true }))
    const ask = async (): Promise<void> => {
      try {
        const view = await request<PreviewView>('/api/rules/preview', {
          method: 'POST',
          body: { jurisdiction, definition },
          signal: abort.signal,
        })
        setState({ view, errors: [], error: null, stale: false })
      } catch (error) {
        if (abort.signal.aborted) return
        const errors = errorsOf(error)
        setState((before) => ({
          view: before.view,
          errors,
          error: errors.length > 0 ? null : error,
          stale: false,
        }))
      }
    }
    const timer = setTimeout(() => void ask(), DEBOUNCE)
    return () => {
      clearTimeout(timer)
      abort.abort()
    }
  }, [request, definition, jurisdiction, attempt])
  return { ...state, retry }
}
