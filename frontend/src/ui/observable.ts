import { useSyncExternalStore } from 'react'

export type Listener = () => void

/** One value outside React that can be watched. Listeners run only when the value really changes. */
export class Observable<T> {
  private readonly listeners = new Set<Listener>()

  constructor(private value: T) {}

  readonly get = (): T => this.value

  readonly subscribe = (listener: Listener): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  set(value: T): void {
    if (Object.is(value, this.value)) return
    this.value = value
    for (const listener of this.listeners) listener()
  }
}

export function useObservable<T>(observable: Observable<T>): T {
  return useSyncExternalStore(observable.subscribe, observable.get)
}
