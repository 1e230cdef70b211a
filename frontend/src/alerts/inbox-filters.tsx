import type { AssigneeView } from '@osprey/core/api/alerts'
import type { JurisdictionView } from '@osprey/core/api/jurisdictions'
import { type RuleView, SEVERITIES } from '@osprey/core/api/rules'
import { fromLocalField, toLocalField } from '../audit/search-form.ts'
import { StationPicker } from '../devices/station-picker.tsx'
import { useText } from '../i18n/use-text.ts'
import { treeOf } from '../jurisdictions/tree.ts'
import { usePolled } from '../ledger/use-polled.ts'
import { useMay } from '../session/permissions.ts'
import { ChipChoice } from '../ui/chip-choice.tsx'
import { ChoiceField, TextField } from '../ui/text-field.tsx'
import type { AlertSearch } from './alert-search.ts'
import { SeverityShape } from './severity-mark.tsx'
import type { AlertWords } from './use-alert-words.ts'

const INTERVAL = 120_000

interface InboxFiltersProps {
  search: AlertSearch
  words: AlertWords
  onChange: (change: Partial<AlertSearch>) => void
}

/** Everything the inbox can be narrowed by. */
export function InboxFilters({ search, words, onChange }: InboxFiltersProps) {
  const { t, format } = useText()
  const may = useMay()
  const zone = format.zone(Date.now())
  return (
    <div className="inbox-filters" id="inbox-filters" data-testid="inbox-filters">
      <ChipChoice
        label={t('alerts.filter.severity')}
        all={SEVERITIES}
        shown={[...SEVERITIES].reverse()}
        chosen={search.severities}
        onChange={(severities) => onChange({ severities })}
        testId="severity"
      >
        {(severity) => (
          <>
            <SeverityShape severity={severity} />
            {t(`alerts.severity.${severity}`)}
          </>
        )}
      </ChipChoice>
      <ChoiceField
        label={t('alerts.filter.state')}
        value={search.states.length === 1 ? (search.states[0] ?? '') : ''}
        onChange={(state) => onChange({ states: state === '' ? [] : [state as 'firing'] })}
        testId="filter-state"
      >
        <option value="">{t('alerts.filter.any')}</option>
        {(['firing', 'pending', 'resolved'] as const).map((state) => (
          <option key={state} value={state}>
            {t(`alerts.state.${state}`)}
          </option>
        ))}
      </ChoiceField>
      {may('rules:read') && <RuleChoice value={search.rule} onChange={(rule) => onChange({ rule })} />}
      <AreaChoice value={search.jurisdiction} onChange={(jurisdiction) => onChange({ jurisdiction })} />
      <ChoiceField
        label={t('alerts.filter.site')}
        value={search.site}
        onChange={(site) => onChange({ site })}
      >
        <option value="">{t('alerts.filter.any')}</option>
        {[...words.sites].map(([id, name]) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </ChoiceField>
      <AssigneeChoice value={search.assignee} onChange={(assignee) => onChange({ assignee })} />
      <ChoiceField
        label={t('alerts.filter.acknowledged')}
        value={search.acknowledged}
        onChange={(value) => onChange({ acknowledged: value as AlertSearch['acknowledged'] })}
      >
        <option value="">{t('alerts.filter.any')}</option>
        <option value="true">{t('alerts.filter.yes')}</option>
        <option value="false">{t('alerts.filter.no')}</option>
      </ChoiceField>
      <ChoiceField
        label={t('alerts.filter.silenced')}
        value={search.silenced}
        onChange={(value) => onChange({ silenced: value as AlertSearch['silenced'] })}
      >
        <option value="">{t('alerts.filter.any')}</option>
        <option value="true">{t('alerts.filter.yes')}</option>
        <option value="false">{t('alerts.filter.no')}</option>
      </ChoiceField>
      <TextField
        label={t('alerts.filter.from', { zone })}
        type="datetime-local"
        value={toLocalField(search.from)}
        onChange={(event) => onChange({ from: fromLocalField(event.target.value) })}
      />
      <TextField
        label={t('alerts.filter.to', { zone })}
        type="datetime-local"
        value={toLocalField(search.to)}
        onChange={(event) => onChange({ to: fromLocalField(event.target.value) })}
      />
      <StationPicker
        label={t('alerts.filter.station')}
        hint={t('alerts.filter.stationHint')}
        value={search.station === '' ? [] : [search.station]}
        onChange={(chosen) => onChange({ station: chosen.at(-1) ?? '' })}
      />
    </div>
  )
}

interface ChoiceProps {
  value: string
  onChange: (value: string) => void
}

function RuleChoice({ value, onChange }: ChoiceProps) {
  const { t } = useText()
  const rules = usePolled<RuleView[]>('/api/rules', INTERVAL)
  const known = rules.data ?? []
  return (
    <ChoiceField label={t('alerts.filter.rule')} value={value} onChange={onChange} testId="filter-rule">
      <option value="">{t('alerts.filter.any')}</option>
      {known.map(({ id, definition }) => (
        <option key={id} value={id}>
          {definition.name}
        </option>
      ))}
      {value !== '' && !known.some(({ id }) => id === value) && <option value={value}>{value}</option>}
    </ChoiceField>
  )
}

function AreaChoice({ value, onChange }: ChoiceProps) {
  const { t, language } = useText()
  const areas = usePolled<JurisdictionView[]>('/api/jurisdictions', INTERVAL)
  return (
    <ChoiceField label={t('alerts.filter.jurisdiction')} value={value} onChange={onChange}>
      <option value="">{t('alerts.filter.any')}</option>
      {treeOf(areas.data ?? [], language).map(({ area, depth }) => (
        <option key={area.id} value={area.id}>
          {`${'\u00a0\u00a0'.repeat(depth)}${area.name}`}
        </option>
      ))}
    </ChoiceField>
  )
}

function AssigneeChoice({ value, onChange }: ChoiceProps) {
  const { t } = useText()
  const people = usePolled<AssigneeView[]>('/api/alerts/assignees', INTERVAL)
  return (
    <ChoiceField label={t('alerts.filter.assignee')} value={value} onChange={onChange}>
      <option value="">{t('alerts.filter.any')}</option>
      <option value="me">{t('alerts.filter.me')}</option>
      <option value="none">{t('alerts.filter.nobody')}</option>
      {people.data?.map(({ username, displayName }) => (
        <option key={username} value={username}>
          {displayName}
        </option>
      ))}
    </ChoiceField>
  )
}
