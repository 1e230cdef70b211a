import type { RuleDefinition, Scope } from '@osprey/core/api/rules'
import { MEDIA } from '@osprey/core/properties'
import { useId, useMemo, useState } from 'react'
import { useWorkspace } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { Glyph } from '../map/glyph.tsx'
import { Button, IconButton } from '../ui/button.tsx'
import { TextField } from '../ui/text-field.tsx'
import { Checks, Fold } from './fields.tsx'
import { type Places, useFind, useFindStation } from './places.ts'
import { SearchPicker } from './search-picker.tsx'

interface ScopeSectionProps {
  definition: RuleDefinition
  places: Places
  onChange: (scope: Scope) => void
}

const orNull = <T,>(list: T[]): T[] | null => (list.length === 0 ? null : list)
const NARROWER = ['sites', 'jurisdictions', 'classes', 'tags', 'stations'] as const

/** Where the rule applies: everywhere, until something is chosen. */
export function ScopeSection({ definition: { scope }, places, onChange }: ScopeSectionProps) {
  const { t, format } = useText()
  const { stations } = useWorkspace()
  const findStation = useFindStation(stations)
  const findSite = useFind(places.sites)
  const findArea = useFind(places.jurisdictions)
  const classes = useMemo(() => {
    const known = new Set(stations.records.flatMap(({ class: of }) => (of ? [of] : [])))
    return [...known].sort().map((id) => ({ id, name: id }))
  }, [stations.records])
  const findClass = useFind(classes)
  const set = (change: Partial<Scope>): void => onChange({ ...scope, ...change })
  const areaName = (id: string): string => places.jurisdictions.find((area) => area.id === id)?.name ?? id
  const siteName = (id: string): string => places.sites.find((site) => site.id === id)?.name ?? id
  const narrowed = NARROWER.filter((part) => scope[part] !== null).map((part) =>
    t(`rules.scope.short.${part}`, {
      count: scope[part]?.length ?? 0,
      n: format.number(scope[part]?.length ?? 0),
    }),
  )
  return (
    <div className="form-stack">
      <Checks
        label={t('rules.scope.media')}
        hint={scope.media === null ? t('rules.scope.anyMedium') : undefined}
        options={MEDIA.map((medium) => ({ value: medium, text: t(`medium.${medium}`) }))}
        chosen={scope.media ?? []}
        onChange={(media) => set({ media: orNull(media) })}
        path={['scope', 'media']}
      />
      <Fold
        title={t('rules.scope.narrow')}
        summary={narrowed.join(' · ') || t('rules.scope.notNarrowed')}
        paths={NARROWER.map((part) => ['scope', part])}
        testId="scope-fold"
      >
        <p className="hint">{t('rules.scope.every')}</p>
        <SearchPicker
          label={t('rules.scope.stations')}
          chosen={scope.stations ?? []}
          find={findStation}
          nameOf={(id) => stations.recordOf(id)?.name ?? id}
          mark={(id) => {
            const row = stations.row(id)
            return row === undefined ? null : <Glyph medium={stations.mediumOf(row)} />
          }}
          onChange={(chosen) => set({ stations: orNull(chosen) })}
          path={['scope', 'stations']}
          testId="scope-stations"
        />
        <SearchPicker
          label={t('rules.scope.sites')}
          chosen={scope.sites ?? []}
          find={findSite}
          nameOf={siteName}
          onChange={(chosen) => set({ sites: orNull(chosen) })}
          path={['scope', 'sites']}
        />
        <SearchPicker
          label={t('rules.scope.jurisdictions')}
          chosen={scope.jurisdictions ?? []}
          find={findArea}
          nameOf={areaName}
          onChange={(chosen) => set({ jurisdictions: orNull(chosen) })}
          path={['scope', 'jurisdictions']}
        />
        <SearchPicker
          label={t('rules.scope.classes')}
          hint={t('rules.scope.classesHint')}
          chosen={scope.classes ?? []}
          find={findClass}
          nameOf={(id) => id}
          onChange={(chosen) => set({ classes: orNull(chosen) })}
          path={['scope', 'classes']}
        />
        <Tags tags={scope.tags ?? []} onChange={(tags) => set({ tags: orNull(tags) })} />
      </Fold>
    </div>
  )
}

type Tag = NonNullable<Scope['tags']>[number]

/** Attributes of stations, with a value or just there. */
function Tags({ tags, onChange }: { tags: readonly Tag[]; onChange: (tags: Tag[]) => void }) {
  const { t } = useText()
  const id = useId()
  const [name, setName] = useState('')
  const [value, setValue] = useState('')
  const add = (): void => {
    onChange([...tags, { name: name.trim(), value: valueFrom(value) }])
    setName('')
    setValue('')
  }
  return (
    <fieldset className="tags-editor" data-field="scope.tags">
      <legend className="field-label">{t('rules.scope.tags')}</legend>
      <p className="hint">{t('rules.scope.tagsHint')}</p>
      {tags.map((tag) => (
        <p key={`${tag.name} ${tag.value}`} className="tag-row">
          <span className="mono">{tag.value === null ? tag.name : `${tag.name} = ${tag.value}`}</span>
          <IconButton
            small
            icon="trash"
            look="quiet"
            label={t('rules.scope.takeOff', { name: tag.name })}
            onClick={() => onChange(tags.filter((other) => other !== tag))}
          />
        </p>
      ))}
      <div className="tag-add">
        <TextField
          id={`${id}-name`}
          label={t('rules.scope.tagName')}
          value={name}
          maxLength={64}
          onChange={(event) => setName(event.target.value)}
        />
        <TextField
          id={`${id}-value`}
          label={t('rules.scope.tagValue')}
          value={value}
          onChange={(event) => setValue(event.target.value)}
        />
        <Button icon="plus" disabled={name.trim() === ''} onClick={add}>
          {t('rules.scope.tagAdd')}
        </Button>
      </div>
    </fieldset>
  )
}

/** As attributes are kept: numbers and yes or no are not texts. */
function valueFrom(text: string): Tag['value'] {
  const plain = text.trim()
  if (plain === '') return null
  if (plain === 'true' || plain === 'false') return plain === 'true'
  return /^-?\d+(\.\d+)?$/.test(plain) ? Number(plain) : plain
}
