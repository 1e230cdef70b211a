import type { JurisdictionView } from '@osprey/core/api/jurisdictions'
import { useMemo, useState } from 'react'
import { useText } from '../i18n/use-text.ts'
import { TextField } from '../ui/text-field.tsx'
import { searchTree, treeOf } from './tree.ts'

interface JurisdictionTreeProps {
  areas: readonly JurisdictionView[]
  selected: string | null
  onSelect: (id: string) => void
}

/** All jurisdictions, indented below what they are part of, with their counts. */
export function JurisdictionTree({ areas, selected, onSelect }: JurisdictionTreeProps) {
  const { t, format, language } = useText()
  const [text, setText] = useState('')
  const tree = useMemo(() => treeOf(areas, language), [areas, language])
  const shown = useMemo(() => searchTree(tree, text), [tree, text])
  return (
    <section className="card jurisdiction-list" aria-label={t('jurisdictions.title')}>
      <TextField
        label={t('jurisdictions.search')}
        type="search"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      {shown.length === 0 && <p className="card-empty">{t('jurisdictions.noneFound')}</p>}
      <ul data-testid="jurisdictions">
        {shown.map(({ area, depth }) => (
          <li key={area.id} className={`depth-${Math.min(depth, 5)}`}>
            <button
              type="button"
              className="jurisdiction-row"
              aria-current={area.id === selected ? 'true' : undefined}
              onClick={() => onSelect(area.id)}
              data-testid={`jurisdiction-${area.id}`}
            >
              <span className="jurisdiction-name">{area.name}</span>
              <span className="row-note number">
                {t('jurisdictions.stations', { count: area.stations, n: format.number(area.stations) })}
                {area.accounts !== null &&
                  ` · ${t('jurisdictions.people', { count: area.accounts, n: format.number(area.accounts) })}`}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}
