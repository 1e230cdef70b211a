import { useCallback, useEffect, useMemo, useState } from 'react'

export interface Selection {
  chosen: ReadonlySet<string>
  /** With `range`, everything from the one chosen last. */
  toggle: (id: string, range: boolean) => void
  clear: () => void
  all: () => void
}

/** The rows that are selected; those that are no longer shown are not. `ids` in the order of the list. */
export function useSelection(ids: readonly string[]): Selection {
  const [wanted, setWanted] = useState<ReadonlySet<string>>(new Set())
  const [last, setLast] = useState<string | null>(null)
  const [order, setOrder] = useState(ids)
  useEffect(() => setOrder(ids), [ids])
  const toggle = useCallback(
    (id: string, range: boolean) => {
      const next = new Set(wanted)
      const [from, to] = [last === null ? -1 : order.indexOf(last), order.indexOf(id)]
      const on = !wanted.has(id)
      const span = range && from !== -1 ? order.slice(Math.min(from, to), Math.max(from, to) + 1) : [id]
      for (const each of span) {
        if (on) next.add(each)
        else next.delete(each)
      }
      setWanted(next)
      setLast(id)
    },
    [wanted, last, order],
  )
  const chosen = useMemo(() => {
    const shown = new Set(ids)
    return new Set([...wanted].filter((id) => shown.has(id)))
  }, [wanted, ids])
  const clear = useCallback(() => setWanted(new Set()), [])
  const all = useCallback(() => setWanted(new Set(order)), [order])
  return { chosen, toggle, clear, all }
}
