import type { AlertsView, AlertView } from '@osprey/core/api/alerts'
import { useCallback, useEffect, useRef, useState } from 'react'
import { useWorkspace } from '../app-state.ts'
import { type AlertSearch, alertQuery, matchesSearch } from './alert-search.ts'
import { type Inbox, settled, withFirstPage, withOlder, withTold } from './inbox.ts'
import { useMe } from './use-alert-words.ts'

const PAGE = 100
/** Pending alerts come and go without being told, and snoozes end. */
const INTERVAL = 20_000
/** Between two readings that the live connection asks for. */
const ASK_DELAY = 500
/** So many alerts may come in beside the pages that were asked for; then the list begins anew. */
const MOST_ARRIVED = 200

export interface InboxReading {
  inbox: Inbox | null
  failed: boolean
  busy: boolean
  /** What came in last, for those who do not see it; null until something does. */
  news: readonly AlertView[] | null
  retry: () => void
  loadOlder: () => void
  /** Lets in what waits. */
  settle: () => void
  /** Whether rows must stay where they are. */
  hold: (held: boolean) => void
}

/** The alerts that were searched for, kept by what the live connection tells. */
export function useInbox(search: AlertSearch): InboxReading {
  const { request, alerts, stations } = useWorkspace()
  const me = useMe()
  const query = alertQuery(search)
  const [inbox, setInbox] = useState<Inbox | null>(null)
  const [news, setNews] = useState<readonly AlertView[] | null>(null)
  const [failed, setFailed] = useState(false)
  const [busy, setBusy] = useState(false)
  const [attempt, setAttempt] = useState(0)
  const held = useRef(false)
  const current = useRef<Inbox | null>(null)
  const asked = useRef(PAGE)
  const wanted = useRef(search)
  wanted.current = search

  const beginAnew = useCallback(() => {
    current.current = null
    asked.current = PAGE
    setAttempt((count) => count + 1)
  }, [])
  const show = useCallback(
    (next: Inbox) => {
      const before = current.current
      const shown = held.current ? next : settled(next)
      current.current = shown
      setInbox(shown)
      if (before === null) return
      // In a storm, or on a screen that nobody touches for days, the list would grow and grow.
      if (!held.current && shown.rows.length > asked.current + MOST_ARRIVED) beginAnew()
      const known = new Set([...before.rows, ...before.arriving].map(({ id }) => id))
      const arrived = [...next.arriving].filter(({ id }) => !known.has(id))
      if (arrived.length > 0) setNews(arrived)
    },
    [beginAnew],
  )

  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt reads again
  useEffect(() => {
    const abort = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const read = async (): Promise<void> => {
      clearTimeout(timer)
      try {
        if (!document.hidden || current.current === null) {
          const page = await request<AlertsView>(`/api/alerts?limit=${PAGE}&${query}`, {
            signal: abort.signal,
          })
          alerts.counts.set(page.counts)
          show(withFirstPage(current.current, page))
        }
        setFailed(false)
      } catch {
        if (abort.signal.aborted) return
        setFailed(true)
      }
      if (!abort.signal.aborted) timer = setTimeout(read, INTERVAL)
    }
    const ask = (): void => {
      clearTimeout(timer)
      timer = setTimeout(read, ASK_DELAY)
    }
    void read()
    const unwatch = alerts.watch((told) => {
      if (current.current === null) return
      if (told.length === 0) return ask()
      let unsure = false
      const belongs = (alert: AlertView): boolean => {
        const name = (id: string): string | undefined => stations.recordOf(id)?.name
        const answer = matchesSearch(alert, wanted.current, me, name, Date.now())
        if (answer === null) unsure = true
        // What the server alone can tell stays as it is until it was asked.
        return answer ?? current.current?.rows.some(({ id }) => id === alert.id) === true
      }
      show(withTold(current.current, told, belongs))
      if (unsure) ask()
    })
    return () => {
      abort.abort()
      clearTimeout(timer)
      unwatch()
    }
  }, [request, alerts, stations, query, me, attempt, show])

  const settle = useCallback(() => {
    if (current.current === null) return
    if (current.current.arriving.length > MOST_ARRIVED) return beginAnew()
    current.current = settled(current.current)
    setInbox(current.current)
  }, [beginAnew])
  const hold = useCallback(
    (wish: boolean) => {
      if (held.current === wish) return
      held.current = wish
      if (!wish) settle()
    },
    [settle],
  )
  const loadOlder = async (): Promise<void> => {
    const next = current.current?.next
    if (next == null) return
    setBusy(true)
    try {
      const before = `&before=${encodeURIComponent(next)}`
      const page = await request<AlertsView>(`/api/alerts?limit=${PAGE}&${query}${before}`)
      asked.current += PAGE
      if (current.current !== null) show(withOlder(current.current, page))
      setFailed(false)
    } catch {
      setFailed(true)
    }
    setBusy(false)
  }
  const retry = useCallback(() => setAttempt((count) => count + 1), [])
  return { inbox, failed, busy, news, retry, loadOlder: () => void loadOlder(), settle, hold }
}
