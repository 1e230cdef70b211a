import { useText } from '../i18n/use-text.ts'
import type { MapController, MapView } from '../map/map-controller.ts'
import { IconButton } from '../ui/button.tsx'
import { usePhone } from '../ui/use-media.ts'
import type { StationFilter } from './filter.ts'
import { FilterControls } from './filter-controls.tsx'
import { StationList } from './station-list.tsx'
import './stations.css'

interface StationRailProps {
  filter: StationFilter
  controller: MapController | null
  view: MapView | null
  selected: string | null
  onFilter: (change: Partial<StationFilter>) => void
  onClose: () => void
}

/** Beside the map: what is shown, and the same stations as a list. */
export function StationRail({ filter, controller, view, selected, onFilter, onClose }: StationRailProps) {
  const { t } = useText()
  const phone = usePhone()
  return (
    <aside className="rail" aria-label={t('rail.label')} data-testid="rail">
      <div className="rail-head">
        <h2>{t('rail.label')}</h2>
        <IconButton
          icon={phone ? 'close' : 'left'}
          look="quiet"
          small
          label={t('rail.close')}
          onClick={onClose}
          data-testid="close-rail"
        />
      </div>
      <FilterControls filter={filter} onFilter={onFilter} />
      <StationList
        controller={controller}
        view={view}
        filter={filter}
        selected={selected}
        onChosen={() => phone && onClose()}
      />
    </aside>
  )
}
