import type { NoDataTrigger, RuleDefinition, Trigger } from '@osprey/core/api/rules'
import { useText } from '../i18n/use-text.ts'
import { Segmented } from '../ui/segmented.tsx'
import { ConditionBuilder } from './condition-builder.tsx'
import { emptyTrigger, withCondition } from './definition-edit.ts'
import { useEditor } from './editor-context.ts'
import { Choice, DurationField, Fold, useDuration } from './fields.tsx'
import { PairsSection } from './pairs-section.tsx'
import { useFind } from './places.ts'
import { SearchPicker } from './search-picker.tsx'

interface TriggerSectionProps {
  definition: RuleDefinition
  paired: boolean
  onPaired: (paired: boolean) => void
  onChange: (definition: RuleDefinition) => void
}

/** What is watched: readings that meet a condition, or readings that stay away. */
export function TriggerSection({ definition, paired, onPaired, onChange }: TriggerSectionProps) {
  const { t } = useText()
  const { catalogue } = useEditor()
  const { trigger } = definition
  const set = (next: Trigger): void => onChange({ ...definition, trigger: next })
  const switchTo = (kind: Trigger['kind']): void => {
    if (kind === trigger.kind) return
    onChange({
      ...definition,
      pairs: null,
      trigger: emptyTrigger(kind, catalogue.get('pm25') ?? catalogue.properties[0]),
    })
  }
  return (
    <div className="form-stack">
      <div>
        <Segmented
          label={t('rules.trigger.label')}
          options={[
            { value: 'condition', text: t('rules.trigger.condition') },
            { value: 'no_data', text: t('rules.trigger.noData') },
          ]}
          value={trigger.kind}
          onChange={switchTo}
        />
      </div>
      {trigger.kind === 'no_data' ? (
        <NoDataFields trigger={trigger} onChange={set} />
      ) : (
        <>
          <ConditionBuilder
            node={trigger.condition}
            path={['trigger', 'condition']}
            severity={definition.severity}
            onChange={(condition) =>
              onChange(withCondition(definition, condition, (id) => catalogue.get(id)?.media[0]))
            }
          />
          <Fold
            title={t('rules.pairs.fold')}
            summary={paired ? t('rules.pairs.on') : t('rules.pairs.off')}
            paths={[['pairs']]}
            testId="pairs-fold"
          >
            <Segmented
              label={t('rules.pairs.fold')}
              options={[
                { value: 'one', text: t('rules.pairs.one') },
                { value: 'two', text: t('rules.pairs.two') },
              ]}
              value={paired ? 'two' : 'one'}
              onChange={(value) => {
                onPaired(value === 'two')
                if (value === 'one') onChange({ ...definition, pairs: null })
              }}
            />
            {paired && (
              <PairsSection
                pairs={definition.pairs}
                onChange={(pairs) => onChange({ ...definition, pairs })}
              />
            )}
          </Fold>
        </>
      )}
    </div>
  )
}

function NoDataFields({
  trigger,
  onChange,
}: {
  trigger: NoDataTrigger
  onChange: (trigger: NoDataTrigger) => void
}) {
  const { t, say } = useText()
  const { catalogue } = useEditor()
  const find = useFind(catalogue.properties.map(({ id, name }) => ({ id, name: say(name) })))
  return (
    <div className="form-stack">
      <div className="form-grid">
        <Choice
          label={t('rules.noData.per')}
          hint={t(`rules.noData.perHint.${trigger.per}`)}
          value={trigger.per}
          path={['trigger', 'per']}
          onChange={(per) => onChange({ ...trigger, per })}
          testId="no-data-per"
        >
          {(['datastream', 'station', 'site'] as const).map((per) => (
            <option key={per} value={per}>
              {t(`rules.noData.${per}`)}
            </option>
          ))}
        </Choice>
        <DurationField
          label={t('rules.noData.grace')}
          hint={t('rules.noData.graceHint')}
          seconds={trigger.graceSeconds}
          onChange={(graceSeconds) => onChange({ ...trigger, graceSeconds })}
          path={['trigger', 'graceSeconds']}
          testId="grace"
        />
      </div>
      <SearchPicker
        label={t('rules.noData.properties')}
        hint={t('rules.noData.propertiesHint')}
        chosen={trigger.properties ?? []}
        find={find}
        nameOf={(id) => {
          const property = catalogue.get(id)
          return property === undefined ? id : say(property.name)
        }}
        onChange={(properties) =>
          onChange({ ...trigger, properties: properties.length === 0 ? null : properties })
        }
        path={['trigger', 'properties']}
      />
    </div>
  )
}

/** How long the condition must hold before an alert fires, and be over before it resolves. */
export function TimingFields({ definition, onChange }: Pick<TriggerSectionProps, 'definition' | 'onChange'>) {
  const { t } = useText()
  const duration = useDuration()
  const { trigger } = definition
  if (trigger.kind !== 'condition') return null
  const set = (change: Partial<typeof trigger>): void =>
    onChange({ ...definition, trigger: { ...trigger, ...change } })
  return (
    <>
      <div className="form-grid">
        <DurationField
          label={t('rules.timing.hold')}
          hint={t('rules.timing.holdHint')}
          seconds={trigger.holdSeconds}
          onChange={(holdSeconds) => set({ holdSeconds })}
          path={['trigger', 'holdSeconds']}
          testId="hold"
        />
        <DurationField
          label={t('rules.timing.clear')}
          hint={t('rules.timing.clearHint')}
          seconds={trigger.clearSeconds}
          onChange={(clearSeconds) => set({ clearSeconds })}
          path={['trigger', 'clearSeconds']}
          testId="clear-time"
        />
      </div>
      <Fold
        title={t('rules.timing.more')}
        summary={
          trigger.keepFiringSeconds > 0
            ? t('rules.timing.keepShort', { time: duration(trigger.keepFiringSeconds) })
            : undefined
        }
        paths={[
          ['trigger', 'keepFiringSeconds'],
          ['trigger', 'gapSeconds'],
        ]}
      >
        <div className="form-grid">
          <DurationField
            label={t('rules.timing.keep')}
            hint={t('rules.timing.keepHint')}
            seconds={trigger.keepFiringSeconds}
            onChange={(keepFiringSeconds) => set({ keepFiringSeconds })}
            path={['trigger', 'keepFiringSeconds']}
          />
          <DurationField
            label={t('rules.timing.gap')}
            hint={t('rules.timing.gapHint')}
            seconds={trigger.gapSeconds}
            onChange={(gapSeconds) => set({ gapSeconds })}
            path={['trigger', 'gapSeconds']}
          />
        </div>
      </Fold>
    </>
  )
}
