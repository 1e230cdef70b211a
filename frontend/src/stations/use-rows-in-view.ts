import { useEffect, useRef, useState } from 'react'
import { useWorkspace } from '../app-state.ts'
import { type Language, LOCALE } from '../i18n/language.ts'
import type { MapController, MapView } from '../map/map-controller.ts'
import { throttled } from '../ui/throttle.ts'
import type { StationFilter } from './filter.ts'
import { type ListOrder, nameRanks, orderedRows } from './severity.ts'
import type { StationStore } from './station-store.ts'

const REORDER_INTERVAL = 2000

/** The order of names, kept until stations or language change. */
class Ranking {
  private ranks = new Int32Array(0)
  private known = ''

  of(stations: StationStore, language: Language): Int32Array {
    const wanted = `${stations.registryVersion} ${language}`
    if (wanted !== this.known) {
      this.ranks = nameRanks(stations, new Intl.Collator(LOCALE[language], { numeric: true }))
      this.known = wanted
    }
    return this.ranks
  }
}

/**
 * Rows in view in list order. The order follows live states every two seconds, but not while `held`: rows must not
 * move away under a finger or a screen reader.
 */
export function useRowsInView(
  controller: MapController | null,
  view: MapView | null,
  filter: StationFilter,
  order: ListOrder,
  language: Language,
  held: boolean,
): readonly number[] {
  const { stations } = useWorkspace()
  const [rows, setRows] = useState<readonly number[]>([])
  const isHeld = useRef(held)
  const ranking = useRef(new Ranking())
  isHeld.current = held
  // biome-ignore lint/correctness/useExhaustiveDependencies: the filter decides what the controller answers
  useEffect(() => {
    if (controller === null || view === null) return
    let version = stations.registryVersion
    const arrange = (): void => {
      const ranks = ranking.current.of(stations, language)
      setRows(orderedRows(stations, controller.rowsWithin(view.bounds), order, ranks))
    }
    arrange()
    return throttled(
      stations.subscribe,
      REORDER_INTERVAL,
    )(() => {
      if (isHeld.current && version === stations.registryVersion) return
      version = stations.registryVersion
      arrange()
    })
  }, [controller, view, filter, order, language, stations])
  return rows
}
