import type { JurisdictionView } from '@osprey/core/api/jurisdictions'
import { type RuleView, SEVERITIES } from '@osprey/core/api/rules'
import { MEDIA } from '@osprey/core/properties'
import { type FormEvent, useState } from 'react'
import { SeverityShape } from '../alerts/severity-mark.tsx'
import { useAlertWords } from '../alerts/use-alert-words.ts'
import { useWorkspace } from '../app-state.ts'
import { fromLocalField, toLocalField } from '../audit/search-form.ts'
import { StationPicker } from '../devices/station-picker.tsx'
import { useText } from '../i18n/use-text.ts'
import { treeOf } from '../jurisdictions/tree.ts'
import { usePolled } from '../ledger/use-polled.ts'
import { Glyph } from '../map/glyph.tsx'
import { useMay } from '../session/permissions.ts'
import { Button } from '../ui/button.tsx'
import { ChipChoice } from '../ui/chip-choice.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { isGeneral } from '../ui/field-problems.ts'
import { Icon } from '../ui/icons.tsx'
import { ProblemText } from '../ui/problem-text.tsx'
import { ChoiceField, TextField } from '../ui/text-field.tsx'
import { useAttempt } from '../ui/use-attempt.ts'
import { useFieldProblems } from '../ui/use-field-problems.ts'
import { RecurringFields } from './recurring-fields.tsx'
import {
  DURATIONS,
  draftProblem,
  endAfter,
  SILENCE_FIELDS,
  type SilenceDraft,
  silenceInputOf,
  silencesEverything,
} from './silence-draft.ts'
import './silences.css'

const INTERVAL = 120_000

interface SilenceDialogProps {
  draft: SilenceDraft
  onSaved: () => void
  onClose: () => void
}

/** Makes a silence: why, of what, how long. */
export function SilenceDialog({ draft: begun, onSaved, onClose }: SilenceDialogProps) {
  const { t, format } = useText()
  const { request } = useWorkspace()
  const [draft, setDraft] = useState(begun)
  const change = (part: Partial<SilenceDraft>): void => setDraft((before) => ({ ...before, ...part }))
  const { busy, error, attempt } = useAttempt()
  const problems = useFieldProblems(error)
  const zone = format.zone(Date.now())
  const missing = draftProblem(draft)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    void attempt(async () => {
      await request('/api/silences', { method: 'POST', body: silenceInputOf(draft) })
      onSaved()
    })
  }
  return (
    <Dialog title={t('silences.new')} onClose={onClose} wide>
      <form className="card-form silence-form" onSubmit={submit} data-testid="silence-form">
        <p className="row-note">{t('silences.meaning')}</p>
        <TextField
          label={t('silences.reason')}
          hint={t('silences.reasonHint')}
          problem={problems.get('reason')}
          value={draft.reason}
          maxLength={1000}
          required
          autoComplete="off"
          onChange={(event) => change({ reason: event.target.value })}
          data-testid="silence-reason"
        />
        <fieldset className="silence-part">
          <legend>{t('silences.what')}</legend>
          <p className="hint">{t('silences.whatHint')}</p>
          <ScopeFields draft={draft} problem={problems.get('scope')} onChange={change} />
          {silencesEverything(draft) && (
            <p className="notice caution" role="status" data-testid="silences-everything">
              <Icon name="warning" size={18} />
              {t('silences.everything')}
            </p>
          )}
        </fieldset>
        <fieldset className="silence-part">
          <legend>{t('silences.when')}</legend>
          <div className="silence-durations">
            {DURATIONS.map((hours) => (
              <Button
                key={hours}
                small
                onClick={() => change({ endsAt: endAfter(Date.parse(draft.startsAt) || Date.now(), hours) })}
                data-testid={`duration-${hours}`}
              >
                {format.duration(hours * 3_600_000)}
              </Button>
            ))}
          </div>
          <div className="silence-times">
            <TextField
              label={t('silences.from', { zone })}
              problem={problems.get('startsAt')}
              type="datetime-local"
              required
              value={toLocalField(draft.startsAt)}
              onChange={(event) => change({ startsAt: fromLocalField(event.target.value) })}
            />
            <TextField
              label={t('silences.until', { zone })}
              problem={problems.get('endsAt') ?? (missing === 'order' ? t('silences.order') : undefined)}
              type="datetime-local"
              required
              value={toLocalField(draft.endsAt)}
              onChange={(event) => change({ endsAt: fromLocalField(event.target.value) })}
              data-testid="silence-until"
            />
          </div>
          <RecurringFields value={draft.recurring} onChange={(recurring) => change({ recurring })} />
        </fieldset>
        {isGeneral(error, SILENCE_FIELDS) && <ProblemText error={error} />}
        <div className="actions">
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button type="submit" look="primary" disabled={busy || missing !== null} data-testid="silence-save">
            {t('silences.create')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

interface ScopeFieldsProps {
  draft: SilenceDraft
  problem: string | undefined
  onChange: (change: Partial<SilenceDraft>) => void
}

function ScopeFields({ draft, problem, onChange }: ScopeFieldsProps) {
  const { t, language } = useText()
  const may = useMay()
  const words = useAlertWords()
  const areas = usePolled<JurisdictionView[]>('/api/jurisdictions', INTERVAL)
  return (
    <>
      <StationPicker
        label={t('silences.stations')}
        hint={t('silences.stationsHint')}
        problem={problem}
        value={draft.stations}
        onChange={(stations) => onChange({ stations })}
      />
      <div className="silence-choices">
        {may('rules:read') && <RuleChoice value={draft.rules} onChange={(rules) => onChange({ rules })} />}
        <ChoiceField
          label={t('silences.site')}
          value={draft.sites[0] ?? ''}
          onChange={(site) => onChange({ sites: site === '' ? [] : [site] })}
        >
          <option value="">{t('silences.anySite')}</option>
          {[...words.sites].map(([id, name]) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </ChoiceField>
        <ChoiceField
          label={t('silences.jurisdiction')}
          value={draft.jurisdiction}
          onChange={(jurisdiction) => onChange({ jurisdiction })}
          testId="silence-jurisdiction"
        >
          <option value="">{t('silences.whole')}</option>
          {treeOf(areas.data ?? [], language).map(({ area, depth }) => (
            <option key={area.id} value={area.id}>
              {`${'\u00a0\u00a0'.repeat(depth)}${area.name}`}
            </option>
          ))}
        </ChoiceField>
      </div>
      <ChipChoice
        label={t('alerts.filter.severity')}
        all={SEVERITIES}
        chosen={draft.severities}
        onChange={(severities) => onChange({ severities })}
      >
        {(severity) => (
          <>
            <SeverityShape severity={severity} />
            {t(`alerts.severity.${severity}`)}
          </>
        )}
      </ChipChoice>
      <ChipChoice
        label={t('filter.medium')}
        all={MEDIA}
        chosen={draft.media}
        onChange={(media) => onChange({ media })}
      >
        {(medium) => (
          <>
            <Glyph medium={medium} size={12} />
            {t(`medium.${medium}`)}
          </>
        )}
      </ChipChoice>
    </>
  )
}

interface RuleChoiceProps {
  value: readonly string[]
  onChange: (rules: string[]) => void
}

function RuleChoice({ value, onChange }: RuleChoiceProps) {
  const { t } = useText()
  const rules = usePolled<RuleView[]>('/api/rules', INTERVAL)
  const [first = ''] = value
  const known = rules.data ?? []
  return (
    <ChoiceField
      label={t('alerts.filter.rule')}
      value={first}
      onChange={(rule) => onChange(rule === '' ? [] : [rule])}
      testId="silence-rule"
    >
      <option value="">{t('silences.anyRule')}</option>
      {known.map(({ id, definition }) => (
        <option key={id} value={id}>
          {definition.name}
        </option>
      ))}
      {first !== '' && !known.some(({ id }) => id === first) && <option value={first}>{first}</option>}
    </ChoiceField>
  )
}
