import type { SiteView } from '@osprey/core/api'
import type { AlertView, SilenceView } from '@osprey/core/api/alerts'
import { useMemo, useSyncExternalStore } from 'react'
import { useApp, useWorkspace } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { usePolled } from '../ledger/use-polled.ts'
import { useObservable } from '../ui/observable.ts'
import { type Finding, findingOf, placeText, siteNames } from './alert-text.ts'

const SITES_INTERVAL = 300_000
const SILENCES_INTERVAL = 15_000

export interface AlertWords {
  placeOf: (alert: Pick<AlertView, 'station' | 'other' | 'site'>) => string
  findingOf: (alert: AlertView) => Finding | null
  /** Name of a site by its id. */
  sites: ReadonlyMap<string, string>
  /** Silences by their id: who made them and why. */
  silences: ReadonlyMap<string, SilenceView>
}

/** How alerts are told, with the names that are known now. */
export function useAlertWords(): AlertWords {
  const text = useText()
  const workspace = useWorkspace()
  const { stations } = workspace
  const catalogue = useObservable(workspace.catalogue)
  const version = useSyncExternalStore(stations.subscribe, () => stations.registryVersion)
  const polled = usePolled<SiteView[]>('/api/sites', SITES_INTERVAL)
  const silences = usePolled<SilenceView[]>('/api/silences', SILENCES_INTERVAL)
  // Read again and again: rows are drawn anew only when it says something else.
  const told = JSON.stringify(silences.data)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version stands for the stations' content
  return useMemo(() => {
    const sites = siteNames(polled.data)
    return {
      placeOf: (alert) => placeText(alert, stations, sites),
      findingOf: (alert) => findingOf(alert, catalogue, text),
      sites,
      silences: new Map(silences.data?.map((silence) => [silence.id, silence])),
    }
  }, [stations, version, catalogue, polled.data, told, text.language])
}

/** The user name of whoever is signed in. */
export function useMe(): string {
  const session = useObservable(useApp().session.session)
  return session.phase === 'signed-in' ? session.user.username : ''
}
