import { useApp } from '../app-state.ts'
import { useObservable } from '../ui/observable.ts'
import type { Handover } from './handovers.ts'

/** Shows what was just handed out, over whatever page is open, to the person who asked for it. */
export function useHandOver(): (handover: Handover) => void {
  const { session, handovers } = useApp()
  const current = useObservable(session.session)
  return (handover) => {
    if (current.phase === 'signed-in') handovers.add(current.user.username, handover)
  }
}
