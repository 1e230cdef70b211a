import { useSyncExternalStore } from 'react'

/** One timer for every ticking age on the page; it stops when nothing shows one. */
class SecondClock {
  private readonly listeners = new Set<() => void>()
  private timer: ReturnType<typeof setInterval> | undefined
  private now = Date.now()

  readonly get = (): number => this.now

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    this.timer ??= setInterval(this.tick, 1000)
    return () => {
      this.listeners.delete(listener)
      if (this.listeners.size > 0) return
      clearInterval(this.timer)
      this.timer = undefined
    }
  }

  private readonly tick = (): void => {
    this.now = Date.now()
    for (const listener of this.listeners) listener()
  }
}

const clock = new SecondClock()

/** Epoch milliseconds, renewed each second while the component is mounted. */
export function useNow(): number {
  return useSyncExternalStore(clock.subscribe, clock.get)
}
