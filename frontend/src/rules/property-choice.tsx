import type { PropertyView } from '@osprey/core/api'
import { MEDIA } from '@osprey/core/properties'
import { useText } from '../i18n/use-text.ts'
import { useEditor } from './editor-context.ts'
import { Choice } from './fields.tsx'
import type { Path } from './problems.tsx'

interface PropertyChoiceProps {
  label: string
  value: string
  onChange: (property: PropertyView) => void
  path: Path
  testId?: string
}

/** The observed properties by medium; those that some station reports come first. */
export function PropertyChoice({ label, value, onChange, path, testId }: PropertyChoiceProps) {
  const { t } = useText()
  const { catalogue, measured } = useEditor()
  const reported = catalogue.properties.filter(({ id }) => measured.has(id))
  return (
    <Choice
      label={label}
      value={value}
      path={path}
      {...(testId === undefined ? {} : { testId })}
      onChange={(id) => {
        const property = catalogue.get(id)
        if (property !== undefined) onChange(property)
      }}
    >
      {catalogue.get(value) === undefined && <option value={value}>{value || t('rules.choose')}</option>}
      {reported.length > 0 && <Group label={t('rules.measured')} properties={reported} />}
      {MEDIA.map((medium) => (
        <Group
          key={medium}
          label={t(`medium.${medium}`)}
          properties={catalogue.properties.filter(
            (property) => property.media[0] === medium && !measured.has(property.id),
          )}
        />
      ))}
    </Choice>
  )
}

function Group({ label, properties }: { label: string; properties: readonly PropertyView[] }) {
  const { say } = useText()
  if (properties.length === 0) return null
  return (
    <optgroup label={label}>
      {properties.map((property) => (
        <option key={property.id} value={property.id}>
          {property.symbol === '' ? say(property.name) : `${say(property.name)} (${property.symbol})`}
        </option>
      ))}
    </optgroup>
  )
}
