import { MEDIA } from '@osprey/core/properties'
import { useId, useMemo, useSyncExternalStore } from 'react'
import { useWorkspace } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { Glyph } from '../map/glyph.tsx'
import { Button } from '../ui/button.tsx'
import { ChipChoice } from '../ui/chip-choice.tsx'
import { useObservable } from '../ui/observable.ts'
import { CONDITIONS, EVERYTHING, type StationFilter } from './filter.ts'

interface FilterControlsProps {
  filter: StationFilter
  onFilter: (change: Partial<StationFilter>) => void
}

export function FilterControls({ filter, onFilter }: FilterControlsProps) {
  const { t } = useText()
  const active = filter.media.length > 0 || filter.conditions.length > 0 || filter.property !== null
  return (
    <section className="filters" aria-label={t('filter.label')}>
      <PropertySelect property={filter.property} onChange={(property) => onFilter({ property })} />
      <ChipChoice
        label={t('filter.medium')}
        all={MEDIA}
        chosen={filter.media}
        onChange={(media) => onFilter({ media })}
        testId="medium"
      >
        {(medium) => (
          <>
            <Glyph medium={medium} size={12} />
            {t(`medium.${medium}`)}
          </>
        )}
      </ChipChoice>
      <ChipChoice
        label={t('filter.condition')}
        all={CONDITIONS}
        chosen={filter.conditions}
        onChange={(conditions) => onFilter({ conditions })}
        testId="condition"
      >
        {(condition) => (
          <>
            <span className={`condition-mark ${condition}`} aria-hidden="true" />
            {t(`condition.${condition}`)}
          </>
        )}
      </ChipChoice>
      {active && (
        <Button small look="quiet" icon="close" className="filter-clear" onClick={() => onFilter(EVERYTHING)}>
          {t('filter.clear')}
        </Button>
      )}
    </section>
  )
}

/** Which property colours the map. Offers those that are measured somewhere, grouped by medium. */
function PropertySelect({
  property,
  onChange,
}: {
  property: string | null
  onChange: (id: string | null) => void
}) {
  const { t, say } = useText()
  const workspace = useWorkspace()
  const catalogue = useObservable(workspace.catalogue)
  const field = useId()
  const { stations } = workspace
  const version = useSyncExternalStore(stations.subscribe, () => stations.registryVersion)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version stands for the stations' content
  const groups = useMemo(() => {
    const measured = stations.measuredProperties()
    if (property !== null) measured.add(property)
    const known = catalogue.properties.filter(({ id }) => measured.has(id))
    return MEDIA.map((medium) => ({ medium, list: known.filter(({ media }) => media[0] === medium) })).filter(
      ({ list }) => list.length > 0,
    )
  }, [catalogue, stations, version, property])
  return (
    <div className="field">
      <label htmlFor={field}>{t('filter.property')}</label>
      <select
        id={field}
        className="select"
        value={property ?? ''}
        onChange={(event) => onChange(event.target.value || null)}
        data-testid="property"
      >
        <option value="">{t('filter.worst')}</option>
        {groups.map(({ medium, list }) => (
          <optgroup key={medium} label={t(`medium.${medium}`)}>
            {list.map(({ id, name, symbol }) => (
              <option key={id} value={id}>
                {symbol === '' ? say(name) : `${say(name)} (${symbol})`}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
    </div>
  )
}
