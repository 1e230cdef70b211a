import type { Listener } from './observable.ts'

/**
 * Wraps a subscription so that its listener runs at most once per `interval` milliseconds. The last change is
 * never lost: it is told when the interval ends.
 */
export function throttled(
  subscribe: (listener: Listener) => () => void,
  interval: number,
): (listener: Listener) => () => void {
  return (listener) => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let last = Number.NEGATIVE_INFINITY
    const tell = (): void => {
      timer = undefined
      last = performance.now()
      listener()
    }
    const unsubscribe = subscribe(() => {
      if (timer !== undefined) return
      const wait = last + interval - performance.now()
      if (wait <= 0) tell()
      else timer = setTimeout(tell, wait)
    })
    return () => {
      unsubscribe()
      clearTimeout(timer)
    }
  }
}
