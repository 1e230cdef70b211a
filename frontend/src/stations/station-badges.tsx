import { useSyncExternalStore } from 'react'
import { useWorkspace } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { useObservable } from '../ui/observable.ts'
import { useNow } from '../ui/use-now.ts'
import { derivedState } from './derived-state.ts'
import { levelName } from './describe.ts'
import { LevelChip } from './level-chip.tsx'
import type { Latest, StationRecord } from './station-store.ts'

const STATUS_TONE = { live: 'positive', silent: 'caution', never: '' } as const

/** Medium, status, level and alert of a station at a glance. */
export function StationBadges({ record, latest }: { record: StationRecord; latest: Latest }) {
  const { t } = useText()
  const workspace = useWorkspace()
  const { stations } = workspace
  const catalogue = useObservable(workspace.catalogue)
  const now = useNow()
  const told = useSyncExternalStore(stations.subscribe, () => stations.stateOf(record.id))
  const state = told !== undefined && workspace.covers(record) ? told : derivedState(record, latest, now)
  return (
    <ul className="badges">
      <li className="chip">{t(`medium.${record.medium}`)}</li>
      <li className={`chip ${STATUS_TONE[state.status]}`} data-testid="panel-status">
        {t(`status.${state.status}`)}
      </li>
      {state.level !== null && (
        <li>
          <LevelChip level={state.level} text={levelName(state.level, state.property, catalogue, t)} />
        </li>
      )}
      {state.alert === 'exceeding' && <li className="chip alert">{t('alert.exceeding')}</li>}
    </ul>
  )
}
