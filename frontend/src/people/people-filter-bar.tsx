import { ROLES, type Role } from '@osprey/core/permissions'
import { useText } from '../i18n/use-text.ts'
import { type Area, treeOf } from '../jurisdictions/tree.ts'
import { ChoiceField, TextField } from '../ui/text-field.tsx'
import { ACCOUNT_STATES, type AccountState, type PeopleFilter } from './people-filter.ts'

interface PeopleFilterBarProps {
  filter: PeopleFilter
  areas: readonly Area[]
  onChange: (filter: PeopleFilter) => void
}

export function PeopleFilterBar({ filter, areas, onChange }: PeopleFilterBarProps) {
  const { t, language } = useText()
  return (
    <search className="people-filter">
      <TextField
        label={t('people.search')}
        type="search"
        value={filter.text}
        onChange={(event) => onChange({ ...filter, text: event.target.value })}
        data-testid="people-search"
      />
      <ChoiceField
        label={t('people.role')}
        value={filter.role}
        onChange={(role) => onChange({ ...filter, role: role as Role | '' })}
      >
        <option value="">{t('people.any')}</option>
        {ROLES.map((role) => (
          <option key={role} value={role}>
            {t(`role.${role}`)}
          </option>
        ))}
      </ChoiceField>
      <ChoiceField
        label={t('people.jurisdiction')}
        value={filter.jurisdiction}
        onChange={(jurisdiction) => onChange({ ...filter, jurisdiction })}
      >
        <option value="">{t('people.any')}</option>
        {treeOf(areas, language).map(({ area, depth }) => (
          <option key={area.id} value={area.id}>
            {`${'\u00a0\u00a0'.repeat(depth)}${area.name}`}
          </option>
        ))}
      </ChoiceField>
      <ChoiceField
        label={t('people.state')}
        value={filter.state}
        onChange={(state) => onChange({ ...filter, state: state as AccountState | '' })}
      >
        <option value="">{t('people.any')}</option>
        {ACCOUNT_STATES.map((state) => (
          <option key={state} value={state}>
            {t(`people.states.${state}`)}
          </option>
        ))}
      </ChoiceField>
    </search>
  )
}
