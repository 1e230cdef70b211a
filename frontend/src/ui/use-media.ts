import { useCallback, useSyncExternalStore } from 'react'

/** Whether the media query holds now. */
export function useMedia(query: string): boolean {
  const subscribe = useCallback(
    (listener: () => void) => {
      const list = window.matchMedia(query)
      list.addEventListener('change', listener)
      return () => list.removeEventListener('change', listener)
    },
    [query],
  )
  return useSyncExternalStore(subscribe, () => window.matchMedia(query).matches)
}

/** Below this width panels become bottom sheets. The same number stands in the style sheets. */
export const usePhone = (): boolean => useMedia('(max-width: 760px)')

/** From this width on there is room for the list, the map and a station beside each other. */
export const useWide = (): boolean => useMedia('(min-width: 1100px)')

/** From this width on every page has its place in the bar at the top. The same number stands in the style sheets. */
export const useBroadBar = (): boolean => useMedia('(min-width: 1280px)')

export const prefersReducedMotion = (): boolean =>
  window.matchMedia('(prefers-reduced-motion: reduce)').matches
