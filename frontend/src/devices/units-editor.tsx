import { useId, useState } from 'react'
import { useWorkspace } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { useObservable } from '../ui/observable.ts'

export type Units = Readonly<Record<string, string>>

/** In which unit a device reports a property, where that is not the property's own. */
export function UnitsEditor({ value, onChange }: { value: Units; onChange: (units: Units) => void }) {
  const { t, say } = useText()
  const catalogue = useObservable(useWorkspace().catalogue)
  const id = useId()
  const [property, setProperty] = useState('')
  const [unit, setUnit] = useState('')
  const add = (): void => {
    onChange({ ...value, [property]: unit.trim() })
    setProperty('')
    setUnit('')
  }
  const without = (name: string): Units =>
    Object.fromEntries(Object.entries(value).filter(([other]) => other !== name))
  const free = catalogue.properties.filter(({ id, kind }) => kind === 'number' && !Object.hasOwn(value, id))
  const nameOf = (name: string): string => {
    const known = catalogue.get(name)
    return known === undefined ? name : say(known.name)
  }
  return (
    <fieldset className="units-editor">
      <legend className="field-label">{t('devices.field.units')}</legend>
      <p className="hint">{t('devices.field.unitsHint')}</p>
      {Object.entries(value).map(([name, code]) => (
        <p key={name} className="unit-row">
          <span>{nameOf(name)}</span>
          <code>{code}</code>
          <IconButton
            small
            icon="trash"
            look="quiet"
            label={t('devices.field.unitRemove', { property: nameOf(name) })}
            onClick={() => onChange(without(name))}
          />
        </p>
      ))}
      <div className="unit-add">
        <div className="field">
          <label htmlFor={`${id}-property`}>{t('devices.field.property')}</label>
          <select
            id={`${id}-property`}
            className="select"
            value={property}
            onChange={(event) => setProperty(event.target.value)}
          >
            <option value="">{t('devices.field.choose')}</option>
            {free.map((candidate) => (
              <option key={candidate.id} value={candidate.id}>
                {say(candidate.name)} ({candidate.unit})
              </option>
            ))}
          </select>
        </div>
        <div className="field">
          <label htmlFor={`${id}-unit`}>{t('devices.field.unit')}</label>
          <input
            id={`${id}-unit`}
            className="input mono"
            value={unit}
            maxLength={64}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => setUnit(event.target.value)}
          />
        </div>
        <Button icon="plus" disabled={property === '' || unit.trim() === ''} onClick={add}>
          {t('devices.field.unitAdd')}
        </Button>
      </div>
    </fieldset>
  )
}
