import { useId, useMemo, useState } from 'react'
import { useText } from '../i18n/use-text.ts'
import { type Area, searchTree, treeOf } from '../jurisdictions/tree.ts'
import { FieldProblem, TextField } from '../ui/text-field.tsx'

interface TerritoryPickerProps {
  areas: readonly Area[]
  /** null: the whole territory. */
  value: readonly string[] | null
  onChange: (value: readonly string[] | null) => void
  /** Administrators always have the whole territory. */
  wholeOnly: boolean
  problem: string | undefined
}

/** The whole territory, or some jurisdictions chosen from the tree (each with all that is part of it). */
export function TerritoryPicker({ areas, value, onChange, wholeOnly, problem }: TerritoryPickerProps) {
  const { t } = useText()
  const name = useId()
  return (
    <fieldset className="territory">
      <legend className="field-label">{t('people.territory')}</legend>
      {wholeOnly ? (
        <p className="row-note">{t('people.wholeForAdministrators')}</p>
      ) : (
        <>
          <label className="option">
            <input type="radio" name={name} checked={value === null} onChange={() => onChange(null)} />
            {t('people.whole')}
          </label>
          <label className="option">
            <input
              type="radio"
              name={name}
              checked={value !== null}
              onChange={() => onChange(value ?? [])}
              data-testid="territory-some"
            />
            {t('people.some')}
          </label>
          {value !== null && <AreaChoice areas={areas} chosen={value} onChange={onChange} />}
        </>
      )}
      {problem !== undefined && <FieldProblem text={problem} />}
    </fieldset>
  )
}

interface AreaChoiceProps {
  areas: readonly Area[]
  chosen: readonly string[]
  onChange: (value: readonly string[]) => void
}

function AreaChoice({ areas, chosen, onChange }: AreaChoiceProps) {
  const { t, language } = useText()
  const [text, setText] = useState('')
  const tree = useMemo(() => treeOf(areas, language), [areas, language])
  const shown = useMemo(() => searchTree(tree, text), [tree, text])
  const toggle = (id: string): void =>
    onChange(chosen.includes(id) ? chosen.filter((other) => other !== id) : [...chosen, id])
  if (areas.length === 0) return <p className="row-note">{t('people.noJurisdictions')}</p>
  return (
    <>
      <TextField
        label={t('people.searchJurisdictions')}
        type="search"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <section className="area-choice" tabIndex={0} aria-label={t('people.jurisdictions')}>
        {shown.length === 0 && <p className="row-note">{t('people.noneFound')}</p>}
        {shown.map(({ area, depth }) => (
          <label key={area.id} className={`option depth-${Math.min(depth, 5)}`}>
            <input
              type="checkbox"
              checked={chosen.includes(area.id)}
              onChange={() => toggle(area.id)}
              data-testid={`area-${area.id}`}
            />
            <span>{area.name}</span>
          </label>
        ))}
      </section>
      <p className="row-note number" role="status">
        {t('people.chosen', { count: chosen.length })}
      </p>
    </>
  )
}
