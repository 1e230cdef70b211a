import type { DELIVERY_STATES, DeliveriesView, DeliveryView } from '@osprey/core/api/notifications'
import { useCallback, useEffect, useState } from 'react'
import { useWorkspace } from '../app-state.ts'

const INTERVAL = 5000
const PAGE = 50

export interface DeliverySearch {
  state: (typeof DELIVERY_STATES)[number] | ''
  channel: string
  alert: string
}

export interface Deliveries {
  shown: { deliveries: readonly DeliveryView[]; next: string | null; at: number } | null
  failed: boolean
  busy: boolean
  /** Older pages were added: what is shown is not read again by itself. */
  older: boolean
  refresh: () => void
  loadOlder: () => void
}

/** The query of a search, without a page. */
export function deliveriesPath({ state, channel, alert }: DeliverySearch): string {
  const query = new URLSearchParams({ limit: String(PAGE) })
  for (const [name, value] of Object.entries({ state, channel, alert }))
    if (value !== '') query.set(name, value)
  return `/api/notifications/deliveries?${query}`
}

/** Reads the log of deliveries, newest first. The newest page is kept current; older ones are added when asked for. */
export function useDeliveries(search: DeliverySearch): Deliveries {
  const { request } = useWorkspace()
  const path = deliveriesPath(search)
  const [state, setState] = useState<{ path: string; shown: Deliveries['shown']; older: boolean }>({
    path,
    shown: null,
    older: false,
  })
  const [failed, setFailed] = useState(false)
  const [busy, setBusy] = useState(false)
  const [attempt, setAttempt] = useState(0)
  const current = state.path === path
  const older = current && state.older
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt reads again
  useEffect(() => {
    if (older) return
    const abort = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const read = async (): Promise<void> => {
      try {
        if (!document.hidden) {
          const page = await request<DeliveriesView>(path, { signal: abort.signal })
          setState({ path, shown: { ...page, at: Date.now() }, older: false })
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
  }, [request, path, older, attempt])
  const refresh = useCallback(() => {
    setState((before) => ({ ...before, older: false }))
    setAttempt((count) => count + 1)
  }, [])
  const loadOlder = async (): Promise<void> => {
    const next = current ? state.shown?.next : null
    if (!next) return
    setBusy(true)
    try {
      const page = await request<DeliveriesView>(`${path}&before=${encodeURIComponent(next)}`)
      setState((before) => withOlder(before, path, page))
      setFailed(false)
    } catch {
      setFailed(true)
    }
    setBusy(false)
  }
  return {
    shown: current ? state.shown : null,
    failed,
    busy,
    older,
    refresh,
    loadOlder: () => void loadOlder(),
  }
}

function withOlder<T extends { path: string; shown: Deliveries['shown']; older: boolean }>(
  before: T,
  path: string,
  page: DeliveriesView,
): T {
  if (before.path !== path || before.shown === null) return before
  // The newest page may have moved on meanwhile: nothing is shown twice.
  const known = new Set(before.shown.deliveries.map(({ id }) => id))
  const deliveries = [...before.shown.deliveries, ...page.deliveries.filter(({ id }) => !known.has(id))]
  return { ...before, shown: { ...before.shown, deliveries, next: page.next }, older: true }
}
