import type { RuleDefinition } from '@osprey/core/api/rules'
import { useText } from '../i18n/use-text.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { Check, Checks, Choice, DurationField, Fold, TextArea, useDuration } from './fields.tsx'

interface SectionProps {
  definition: RuleDefinition
  onChange: (definition: RuleDefinition) => void
}

const ESCALATION_ROLES = ['inspector', 'officer', 'supervisor', 'administrator'] as const
const MOST_STEPS = 5

/** What follows from an alert: what to do, who is told later, what it holds back, who else may see it. */
export function ConsequencesSection({ definition, onChange }: SectionProps) {
  const { t } = useText()
  return (
    <div className="form-stack">
      <TextArea
        label={t('rules.consequences.instruction')}
        hint={t('rules.consequences.instructionHint')}
        value={definition.instruction}
        onChange={(instruction) => onChange({ ...definition, instruction })}
        path={['instruction']}
        testId="instruction"
      />
      <EscalationFields definition={definition} onChange={onChange} />
      <InhibitFields definition={definition} onChange={onChange} />
      <QualityFields definition={definition} onChange={onChange} />
      <Check
        label={t('rules.consequences.public')}
        hint={t('rules.consequences.publicHint')}
        checked={definition.public}
        onChange={(isPublic) => onChange({ ...definition, public: isPublic })}
      />
    </div>
  )
}

function EscalationFields({ definition, onChange }: SectionProps) {
  const { t } = useText()
  const duration = useDuration()
  const { escalation } = definition
  const set = (next: RuleDefinition['escalation']): void => onChange({ ...definition, escalation: next })
  const last = escalation.at(-1)
  return (
    <Fold
      title={t('rules.escalation.title')}
      summary={
        escalation.length === 0
          ? t('rules.escalation.none')
          : escalation
              .map(({ afterSeconds, role }) =>
                t('rules.escalation.short', { time: duration(afterSeconds), role: t(`role.${role}`) }),
              )
              .join(' · ')
      }
      paths={[['escalation']]}
      testId="escalation-fold"
    >
      <p className="hint">{t('rules.escalation.hint')}</p>
      {escalation.map((step, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: steps have no name but their place
        <div key={index} className="level-row">
          <DurationField
            label={t('rules.escalation.after')}
            seconds={step.afterSeconds}
            onChange={(afterSeconds) =>
              set(escalation.map((each, at) => (at === index ? { ...each, afterSeconds } : each)))
            }
            path={['escalation', index, 'afterSeconds']}
            units={['min', 'h', 'd']}
          />
          <Choice
            label={t('rules.escalation.role')}
            value={step.role}
            path={['escalation', index, 'role']}
            onChange={(role) => set(escalation.map((each, at) => (at === index ? { ...each, role } : each)))}
          >
            {ESCALATION_ROLES.map((role) => (
              <option key={role} value={role}>
                {t(`role.${role}`)}
              </option>
            ))}
          </Choice>
          <IconButton
            icon="trash"
            look="quiet"
            label={t('rules.escalation.remove', { number: index + 1 })}
            onClick={() => set(escalation.filter((_, at) => at !== index))}
          />
        </div>
      ))}
      {escalation.length < MOST_STEPS && (
        <div>
          <Button
            small
            icon="plus"
            onClick={() =>
              set([...escalation, { afterSeconds: (last?.afterSeconds ?? 900) * 2, role: 'supervisor' }])
            }
          >
            {t('rules.escalation.add')}
          </Button>
        </div>
      )}
    </Fold>
  )
}

function InhibitFields({ definition, onChange }: SectionProps) {
  const { t } = useText()
  const { inhibits } = definition
  return (
    <Fold
      title={t('rules.inhibits.title')}
      summary={
        inhibits === null
          ? t('rules.inhibits.none')
          : `${t(`rules.inhibits.${inhibits.alerts}`)} · ${t(`rules.inhibits.${inhibits.within}`)}`
      }
      paths={[['inhibits']]}
    >
      <p className="hint">{t('rules.inhibits.hint')}</p>
      <Check
        label={t('rules.inhibits.does')}
        checked={inhibits !== null}
        onChange={(does) =>
          onChange({ ...definition, inhibits: does ? { within: 'site', alerts: 'no_data' } : null })
        }
      />
      {inhibits !== null && (
        <div className="form-grid">
          <Choice
            label={t('rules.inhibits.which')}
            value={inhibits.alerts}
            path={['inhibits', 'alerts']}
            onChange={(alerts) => onChange({ ...definition, inhibits: { ...inhibits, alerts } })}
          >
            {(['no_data', 'lower_severity', 'all'] as const).map((alerts) => (
              <option key={alerts} value={alerts}>
                {t(`rules.inhibits.${alerts}`)}
              </option>
            ))}
          </Choice>
          <Choice
            label={t('rules.inhibits.where')}
            value={inhibits.within}
            path={['inhibits', 'within']}
            onChange={(within) => onChange({ ...definition, inhibits: { ...inhibits, within } })}
          >
            {(['station', 'site', 'jurisdiction'] as const).map((within) => (
              <option key={within} value={within}>
                {t(`rules.inhibits.${within}`)}
              </option>
            ))}
          </Choice>
        </div>
      )}
    </Fold>
  )
}

const FLAGS = [1, 2, 3, 4] as const

function QualityFields({ definition, onChange }: SectionProps) {
  const { t } = useText()
  const names = FLAGS.map((flag) => ({ value: flag as 1 | 2 | 3 | 4, text: t(`rules.flags.${flag}`) }))
  return (
    <Fold
      title={t('rules.flags.title')}
      summary={names
        .filter(({ value }) => definition.qualityFlags.includes(value))
        .map(({ text }) => text)
        .join(' · ')}
      paths={[['qualityFlags']]}
    >
      <Checks
        label={t('rules.flags.label')}
        hint={t('rules.flags.hint')}
        options={names}
        chosen={definition.qualityFlags}
        onChange={(qualityFlags) => onChange({ ...definition, qualityFlags })}
        path={['qualityFlags']}
      />
    </Fold>
  )
}
