import { useSyncExternalStore } from 'react'
import { severityAt } from '../alerts/severity-shapes.ts'
import { useWorkspace } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { Glyph } from '../map/glyph.tsx'
import { useObservable } from '../ui/observable.ts'
import { levelName } from './describe.ts'
import { readingText } from './reading-text.ts'

/** One station in one line: symbol, name, what is worst about it, value. Follows the live state. */
export function StationLine({ id }: { id: string }) {
  const text = useText()
  const { t, say } = text
  const workspace = useWorkspace()
  const { stations } = workspace
  const catalogue = useObservable(workspace.catalogue)
  const state = useSyncExternalStore(stations.subscribe, () => stations.stateOf(id))
  const record = stations.recordOf(id)
  if (state === undefined || record === undefined) return null
  const property = state.property === null ? undefined : catalogue.get(state.property)
  const notes: string[] = []
  const firing = severityAt(stations.firing[stations.row(id) ?? -1] ?? 0)
  if (firing !== null) notes.push(t('alerts.firingAs', { severity: t(`alerts.severity.${firing}`) }))
  if (state.status !== 'live') notes.push(t(`status.${state.status}`))
  else if (state.level !== null) notes.push(levelName(state.level, state.property, catalogue, t))
  if (state.alert === 'exceeding') notes.push(t('condition.exceeding'))
  notes.push(t(`medium.${record.medium}`))
  return (
    <>
      <Glyph
        medium={record.medium}
        level={state.level}
        status={state.status}
        exceeding={state.alert === 'exceeding'}
      />
      <span className="station-line-text">
        <span className="station-line-name">{record.name}</span>
        <span className="station-line-note">{notes.join(' · ')}</span>
      </span>
      {state.value !== null && (
        <span className="station-line-value number">
          {readingText(property, state.value, text)}
          <span className="station-line-property">{property ? say(property.name) : state.property}</span>
        </span>
      )}
    </>
  )
}
