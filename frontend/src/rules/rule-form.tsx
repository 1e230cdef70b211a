import type { RuleDefinition } from '@osprey/core/api/rules'
import { type ReactNode, useId, useMemo, useState } from 'react'
import { useWorkspace } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { treeOf } from '../jurisdictions/tree.ts'
import { useObservable } from '../ui/observable.ts'
import { TextField } from '../ui/text-field.tsx'
import { ConsequencesSection } from './consequences-section.tsx'
import { needsPairs, withSeverity } from './definition-edit.ts'
import { EditorContext } from './editor-context.ts'
import { Choice, Fold, TextArea } from './fields.tsx'
import type { Places } from './places.ts'
import { useProblem } from './problems.tsx'
import { ScheduleSection } from './schedule-section.tsx'
import { ScopeSection } from './scope-section.tsx'
import { SeverityChoice } from './severity-label.tsx'
import { TimingFields, TriggerSection } from './trigger-section.tsx'

export interface Draft {
  id: string
  jurisdiction: string | null
  definition: RuleDefinition
  note: string
}

interface RuleFormProps {
  draft: Draft
  /** Id and owner are chosen once. */
  isNew: boolean
  places: Places
  onChange: (draft: Draft) => void
}

/** The definition as a form, what every rule needs first. */
export function RuleForm({ draft, isNew, places, onChange }: RuleFormProps) {
  const { t } = useText()
  const { stations, catalogue } = useWorkspace()
  const properties = useObservable(catalogue)
  const { definition } = draft
  const [paired, setPaired] = useState(definition.pairs !== null || needsPairs(definition))
  const nameProblem = useProblem(['name'])
  const severityName = useId()
  const set = (next: RuleDefinition): void => onChange({ ...draft, definition: next })
  const facts = useMemo(
    () => ({ catalogue: properties, measured: stations.measuredProperties(), paired }),
    [properties, stations, paired],
  )
  return (
    <EditorContext value={facts}>
      <FormSection title={t('rules.section.basics')}>
        <TextField
          label={t('rules.field.name')}
          value={definition.name}
          maxLength={160}
          problem={nameProblem}
          autoComplete="off"
          onChange={(event) => set({ ...definition, name: event.target.value })}
          data-field="name"
          data-testid="rule-name"
        />
        <SeverityChoice
          name={severityName}
          value={definition.severity}
          onChange={(severity) => set(withSeverity(definition, severity))}
        />
        <Details draft={draft} isNew={isNew} places={places} onChange={onChange} />
      </FormSection>
      <FormSection title={t('rules.section.watched')}>
        <TriggerSection definition={definition} paired={paired} onPaired={setPaired} onChange={set} />
        <TimingFields definition={definition} onChange={set} />
      </FormSection>
      <FormSection title={t('rules.section.where')}>
        <ScopeSection
          definition={definition}
          places={places}
          onChange={(scope) => set({ ...definition, scope })}
        />
      </FormSection>
      <FormSection title={t('rules.section.when')}>
        <Fold
          title={t('rules.schedule.fold')}
          summary={`${t(definition.schedule === null ? 'rules.schedule.always' : 'rules.schedule.times')} · ${definition.timeZone}`}
          paths={[['schedule'], ['timeZone']]}
          testId="schedule-fold"
        >
          <ScheduleSection definition={definition} onChange={set} />
        </Fold>
      </FormSection>
      <FormSection title={t('rules.section.consequences')}>
        <ConsequencesSection definition={definition} onChange={set} />
      </FormSection>
    </EditorContext>
  )
}

function FormSection({ title, children }: { title: string; children: ReactNode }) {
  const id = useId()
  return (
    <section className="card form-section" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <div className="form-stack">{children}</div>
    </section>
  )
}

/** Description, id and owner: right as they are for most. */
function Details({ draft, isNew, places, onChange }: RuleFormProps) {
  const { t, language } = useText()
  const idProblem = useProblem(['id'])
  const { definition, id, jurisdiction } = draft
  const owner = places.jurisdictions.find((area) => area.id === jurisdiction)?.name ?? jurisdiction
  return (
    <Fold
      title={t('rules.section.details')}
      summary={[id, owner ?? t('rules.field.wholeTerritory')].filter(Boolean).join(' · ')}
      paths={[['description'], ['id'], ['jurisdiction']]}
      testId="details-fold"
    >
      <TextArea
        label={t('rules.field.description')}
        value={definition.description}
        onChange={(description) => onChange({ ...draft, definition: { ...definition, description } })}
        path={['description']}
      />
      <div className="form-grid">
        <TextField
          label={t('rules.field.id')}
          hint={t(isNew ? 'rules.field.idHint' : 'rules.field.idFixed')}
          className="mono"
          value={id}
          readOnly={!isNew}
          maxLength={64}
          problem={idProblem}
          autoCapitalize="none"
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => onChange({ ...draft, id: event.target.value.trim() })}
          data-field="id"
          data-testid="rule-id"
        />
        {isNew ? (
          <Choice
            label={t('rules.field.jurisdiction')}
            hint={t('rules.field.jurisdictionHint')}
            value={jurisdiction ?? ''}
            path={['jurisdiction']}
            onChange={(chosen) => onChange({ ...draft, jurisdiction: chosen === '' ? null : chosen })}
            testId="rule-jurisdiction"
          >
            <option value="">{t('rules.field.wholeTerritory')}</option>
            {treeOf(places.jurisdictions, language).map(({ area, depth }) => (
              <option key={area.id} value={area.id}>
                {`${'\u00a0\u00a0'.repeat(depth)}${area.name}`}
              </option>
            ))}
          </Choice>
        ) : (
          <TextField
            label={t('rules.field.jurisdiction')}
            value={owner ?? t('rules.field.wholeTerritory')}
            readOnly
            data-field="jurisdiction"
          />
        )}
      </div>
    </Fold>
  )
}
