import type { BacktestInput, BacktestResult } from '@osprey/core/api/rules'
import { useCallback, useEffect, useRef, useState } from 'react'
import { useApp } from '../app-state.ts'
import { runBacktest } from './backtest-stream.ts'

export type BacktestState =
  | { phase: 'idle' }
  | { phase: 'running'; done: number; total: number; observations: number }
  | { phase: 'cancelled' }
  | { phase: 'failed'; error: unknown }
  | {
      phase: 'done'
      results: BacktestResult[]
      input: BacktestInput
      names: readonly string[]
      tookMs: number
    }

/** One backtest at a time; leaving the page ends it at the server too. */
export function useBacktest(): {
  state: BacktestState
  start: (input: BacktestInput, names: readonly string[]) => void
  cancel: () => void
} {
  const { session } = useApp()
  const [state, setState] = useState<BacktestState>({ phase: 'idle' })
  const running = useRef<AbortController | null>(null)
  useEffect(() => () => running.current?.abort(), [])
  const start = useCallback(
    (input: BacktestInput, names: readonly string[]) => {
      running.current?.abort()
      const abort = new AbortController()
      running.current = abort
      const began = performance.now()
      setState({ phase: 'running', done: 0, total: 0, observations: 0 })
      runBacktest({
        body: input,
        signal: abort.signal,
        onProgress: ({ done, total, observations }) => {
          if (!abort.signal.aborted) setState({ phase: 'running', done, total, observations })
        },
        unauthorized: session.expire,
      }).then(
        (results) => {
          if (abort.signal.aborted) return
          setState({ phase: 'done', results, input, names, tookMs: performance.now() - began })
        },
        (error: unknown) => {
          if (!abort.signal.aborted) setState({ phase: 'failed', error })
        },
      )
    },
    [session],
  )
  const cancel = useCallback(() => {
    running.current?.abort()
    setState({ phase: 'cancelled' })
  }, [])
  return { state, start, cancel }
}
