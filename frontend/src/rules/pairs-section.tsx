import type { RuleDefinition } from '@osprey/core/api/rules'
import { useWorkspace } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { FieldProblem } from '../ui/text-field.tsx'
import { useFindStation } from './places.ts'
import { useProblem } from './problems.tsx'
import { SearchPicker } from './search-picker.tsx'

interface PairsSectionProps {
  pairs: RuleDefinition['pairs']
  onChange: (pairs: RuleDefinition['pairs']) => void
}

/** Which second station belongs to which first one: upstream to downstream, outside to inside. */
export function PairsSection({ pairs, onChange }: PairsSectionProps) {
  const { t } = useText()
  const { stations } = useWorkspace()
  const find = useFindStation(stations)
  const problem = useProblem(['pairs'])
  const list = pairs ?? []
  const nameOf = (id: string): string => stations.recordOf(id)?.name ?? id
  return (
    <fieldset className="pairs-editor" data-field="pairs" tabIndex={-1}>
      <legend className="field-label">{t('rules.pairs.title')}</legend>
      <p className="hint">{t('rules.pairs.hint')}</p>
      {list.map((pair, index) => {
        const set = (change: Partial<typeof pair>): void =>
          onChange(list.map((each, at) => (at === index ? { ...each, ...change } : each)))
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a pair that is being chosen has no name
          <div key={index} className="pair-row">
            <SearchPicker
              single
              label={t('rules.pairs.station')}
              chosen={pair.station === '' ? [] : [pair.station]}
              find={find}
              nameOf={nameOf}
              onChange={([station = '']) => set({ station })}
              path={['pairs', index, 'station']}
            />
            <SearchPicker
              single
              label={t('rules.pairs.other')}
              chosen={pair.other === '' ? [] : [pair.other]}
              find={find}
              nameOf={nameOf}
              onChange={([other = '']) => set({ other })}
              path={['pairs', index, 'other']}
            />
            <IconButton
              icon="trash"
              look="quiet"
              label={t('rules.pairs.remove', { number: index + 1 })}
              onClick={() => {
                const rest = list.filter((_, at) => at !== index)
                onChange(rest.length === 0 ? null : rest)
              }}
            />
          </div>
        )
      })}
      <div>
        <Button small icon="plus" onClick={() => onChange([...list, { station: '', other: '' }])}>
          {t('rules.pairs.add')}
        </Button>
      </div>
      {problem !== undefined && <FieldProblem text={problem} />}
    </fieldset>
  )
}
