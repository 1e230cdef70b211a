import type { DeviceView, LedgerView } from '@osprey/core/api'
import { useEffect, useMemo, useState } from 'react'
import { useWorkspace } from '../app-state.ts'
import { type Polled, usePolled } from '../ledger/use-polled.ts'

/** Milliseconds between two readings of what is in sight. */
export const INTERVAL = 3000
/** A whole list this long is still read every `INTERVAL`; a longer one in proportion less often. */
const PROMPT = 1000
const LONGEST_INTERVAL = 15_000
/** Rows between two pages of fresh states, so that scrolling does not ask anew for every row. */
const FRESH_ROWS = 100

export function refreshInterval(devices: number): number {
  return Math.min(LONGEST_INTERVAL, INTERVAL * Math.max(1, Math.ceil(devices / PROMPT)))
}

/** Every device the person may see, by id, read again and again. */
export function useDevices(): Polled<DeviceView[]> {
  const [interval, setInterval] = useState(INTERVAL)
  const polled = usePolled<DeviceView[]>('/api/devices', interval)
  const count = polled.data?.length ?? 0
  useEffect(() => setInterval(refreshInterval(count)), [count])
  return polled
}

/**
 * The rows of a list with the states of those in sight as of now: `first` is the first row in sight, `total` the length
 * of the whole list before it was narrowed. A short list is prompt as it is. The server searches ids only, so that rows found by a station's name are as old as the list.
 */
export function useFreshRows(
  rows: readonly DeviceView[],
  total: number,
  first: number,
  search: string,
): (at: number) => DeviceView | undefined {
  const prompt = total <= PROMPT
  const from = Math.max(0, Math.floor((first - FRESH_ROWS / 4) / FRESH_ROWS) * FRESH_ROWS)
  const before = from === 0 ? '' : `&after=${encodeURIComponent(rows[from - 1]?.id ?? '')}`
  const word = search.trim()
  const text = /^[\w.-]{1,64}$/.test(word) ? `&text=${word}` : ''
  const { data } = usePolled<DeviceView[]>(
    // What a short list would ask is the least there is to ask.
    prompt ? '/api/devices?limit=1' : `/api/devices?limit=${2 * FRESH_ROWS}${before}${text}`,
    prompt ? LONGEST_INTERVAL : INTERVAL,
  )
  const fresh = useMemo(() => new Map(data?.map((device) => [device.id, device])), [data])
  return (at) => {
    const row = rows[at]
    return row && (prompt ? row : (fresh.get(row.id) ?? row))
  }
}

export type Counts = Pick<LedgerView, 'received' | 'stored' | 'rejected' | 'pending'>

interface CountsPage {
  devices: (Counts & { device: string })[]
  next: string | null
}

/** What was received and rejected of every device that ever sent something; null until it is known. */
export function useCounts(wanted: boolean): ReadonlyMap<string, Counts> | null {
  const { request } = useWorkspace()
  const [counts, setCounts] = useState<ReadonlyMap<string, Counts> | null>(null)
  useEffect(() => {
    if (!wanted) return
    const abort = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const read = async (): Promise<void> => {
      const all = new Map<string, Counts>()
      try {
        let after = ''
        while (!document.hidden) {
          const page: CountsPage = await request(`/api/ledger/devices?limit=1000${after}`, {
            signal: abort.signal,
          })
          for (const account of page.devices) all.set(account.device, account)
          if (page.next === null) break
          after = `&after=${encodeURIComponent(page.next)}`
        }
        if (!document.hidden) setCounts(all)
      } catch {
        // The list says that the server does not answer; counts of before are kept.
      }
      if (!abort.signal.aborted) timer = setTimeout(read, refreshInterval(all.size))
    }
    void read()
    return () => {
      abort.abort()
      clearTimeout(timer)
    }
  }, [request, wanted])
  return counts
}
