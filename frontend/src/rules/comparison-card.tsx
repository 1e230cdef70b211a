import type { Comparison, Operator, Severity, Threshold } from '@osprey/core/api/rules'
import type { ReactNode } from 'react'
import { useText } from '../i18n/use-text.ts'
import { Button, IconButton } from '../ui/button.tsx'
import {
  freeSeverities,
  fresh,
  meaningOf,
  operatorsFor,
  withLimit,
  withOperator,
  withProperty,
  withStatistic,
  withThresholdKind,
} from './comparison-edit.ts'
import { useEditor } from './editor-context.ts'
import { Check, Choice, Fold } from './fields.tsx'
import { MeasureFields } from './measure-fields.tsx'
import type { Path } from './problems.tsx'
import { ThresholdFields } from './threshold-fields.tsx'

interface ComparisonCardProps {
  comparison: Comparison
  path: Path
  severity: Severity
  onChange: (comparison: Comparison) => void
  /** What stands at the head: its number, the buttons of the group. */
  head?: ReactNode
}

/** One comparison as a sentence of fields: what is measured, how it is compared, with what. */
export function ComparisonCard({ comparison, path, severity, onChange, head }: ComparisonCardProps) {
  const { t } = useText()
  const { catalogue } = useEditor()
  const property = catalogue.get(comparison.measure.property)
  const { threshold } = comparison
  const choosable = threshold.kind === 'number' || threshold.kind === 'measure'
  const number = meaningOf(comparison.measure, property) === 'number'
  const setThreshold = (next: Threshold): void => {
    if (next.kind === 'limit' && threshold.kind === 'limit' && next.limit !== threshold.limit) {
      onChange(withLimit({ ...comparison, threshold: next }, next.limit))
    } else onChange({ ...comparison, threshold: next })
  }
  return (
    <div className="comparison-card" data-testid={`comparison-${path.join('.')}`} data-field={path.join('.')}>
      {head}
      <MeasureFields
        measure={comparison.measure}
        path={[...path, 'measure']}
        onChange={(measure) => onChange({ ...comparison, measure })}
        onProperty={(chosen) => onChange(withProperty(comparison, chosen))}
        onStatistic={(statistic) => onChange(withStatistic(comparison, statistic, property))}
      />
      <div className="compare-fields">
        <Choice
          label={t('rules.compare.operator')}
          value={comparison.operator}
          path={[...path, 'operator']}
          onChange={(operator) => onChange(withOperator(comparison, operator, property))}
          testId="operator"
        >
          {operatorsFor(comparison.measure, property).map((operator) => (
            <option key={operator} value={operator}>
              {t(`rules.operator.${operator}`)}
            </option>
          ))}
        </Choice>
        {choosable && number && (
          <Choice
            label={t('rules.compare.with')}
            value={threshold.kind}
            path={[...path, 'threshold', 'kind']}
            onChange={(kind) =>
              onChange(withThresholdKind(comparison, kind as 'number' | 'measure', property))
            }
            testId="compare-with"
          >
            <option value="number">{t('rules.compare.number')}</option>
            <option value="measure">{t('rules.compare.measure')}</option>
          </Choice>
        )}
        <ThresholdFields
          comparison={comparison}
          threshold={threshold}
          path={[...path, 'threshold']}
          label={t(threshold.kind === 'limit' ? 'rules.threshold.limit' : 'rules.threshold.label')}
          onChange={setThreshold}
        />
      </div>
      <LevelFields {...{ comparison, path, severity, onChange }} />
    </div>
  )
}

type LevelFieldsProps = Pick<ComparisonCardProps, 'comparison' | 'path' | 'severity' | 'onChange'>

/** Further severities with their own thresholds, and where the alert clears. */
function LevelFields({ comparison, path, severity, onChange }: LevelFieldsProps) {
  const { t, format } = useText()
  const { catalogue } = useEditor()
  const property = catalogue.get(comparison.measure.property)
  const { levels, clear, threshold } = comparison
  const free = freeSeverities(comparison, severity)
  const summary = [
    levels.length > 0 && t('rules.levels.short', { count: levels.length, n: format.number(levels.length) }),
    clear !== null && t('rules.levels.clearShort'),
  ]
  const change = (index: number, next: Partial<Comparison['levels'][number]>): void =>
    onChange({
      ...comparison,
      levels: levels.map((level, at) => (at === index ? { ...level, ...next } : level)),
    })
  return (
    <Fold
      title={t('rules.levels.title')}
      summary={summary.filter(Boolean).join(' · ')}
      paths={[
        [...path, 'levels'],
        [...path, 'clear'],
      ]}
      testId="levels-fold"
    >
      <p className="hint">{t('rules.levels.hint', { severity: t(`alerts.severity.${severity}`) })}</p>
      {levels.map((level, index) => (
        <div key={level.severity} className="level-row">
          <Choice
            label={t('rules.levels.severity')}
            value={level.severity}
            path={[...path, 'levels', index, 'severity']}
            onChange={(next) => change(index, { severity: next })}
          >
            {[level.severity, ...free].map((each) => (
              <option key={each} value={each}>
                {t(`alerts.severity.${each}`)}
              </option>
            ))}
          </Choice>
          <ThresholdFields
            comparison={comparison}
            threshold={level.threshold}
            path={[...path, 'levels', index, 'threshold']}
            label={t('rules.threshold.label')}
            onChange={(next) => change(index, { threshold: next })}
            testId={`level-${level.severity}`}
          />
          <IconButton
            icon="trash"
            look="quiet"
            label={t('rules.levels.remove', { severity: t(`alerts.severity.${level.severity}`) })}
            onClick={() => onChange({ ...comparison, levels: levels.filter((_, at) => at !== index) })}
          />
        </div>
      ))}
      {free.length > 0 && (
        <Button
          small
          icon="plus"
          onClick={() =>
            onChange({
              ...comparison,
              levels: [
                ...levels,
                { severity: free[0] as Severity, threshold: fresh(threshold.kind, comparison, property) },
              ],
            })
          }
          data-testid="add-level"
        >
          {t('rules.levels.add')}
        </Button>
      )}
      <Check
        label={t('rules.levels.ownClear')}
        hint={t('rules.levels.clearHint')}
        checked={clear !== null}
        onChange={(own) => onChange({ ...comparison, clear: own ? { ...threshold } : null })}
        testId="own-clear"
      />
      {clear !== null && (
        <ThresholdFields
          comparison={comparison}
          threshold={clear}
          path={[...path, 'clear']}
          label={t(clearing(comparison.operator))}
          onChange={(next) => onChange({ ...comparison, clear: next })}
          testId="clear"
        />
      )}
    </Fold>
  )
}

function clearing(operator: Operator) {
  if (operator === 'gt' || operator === 'ge') return 'rules.levels.clearBelow' as const
  if (operator === 'lt' || operator === 'le') return 'rules.levels.clearAbove' as const
  return 'rules.levels.clear' as const
}
