import type { Comparison, Threshold } from '@osprey/core/api/rules'
import { useMemo } from 'react'
import { useText } from '../i18n/use-text.ts'
import { TextField } from '../ui/text-field.tsx'
import { limitChoices, meaningOf } from './comparison-edit.ts'
import { symbolOf, useEditor } from './editor-context.ts'
import { Choice, Fold, NumberField } from './fields.tsx'
import { MeasureFields } from './measure-fields.tsx'
import { type Path, useProblem } from './problems.tsx'

interface ThresholdFieldsProps {
  comparison: Comparison
  threshold: Threshold
  path: Path
  label: string
  onChange: (threshold: Threshold) => void
  testId?: string
}

/** The threshold itself: a number, two numbers, a state, a limit or another measure. */
export function ThresholdFields({
  comparison,
  threshold,
  path,
  label,
  onChange,
  testId = 'threshold',
}: ThresholdFieldsProps) {
  const { t } = useText()
  const { catalogue } = useEditor()
  const property = catalogue.get(comparison.measure.property)
  const symbol = comparison.measure.statistic === 'count' ? '' : symbolOf(property)
  const unit = comparison.measure.statistic === 'rate' && symbol !== '' ? `${symbol}/h` : symbol
  switch (threshold.kind) {
    case 'number':
      if (meaningOf(comparison.measure, property) === 'switch') {
        return (
          <Choice
            label={label}
            value={String(threshold.value)}
            path={[...path, 'value']}
            onChange={(value) => onChange({ kind: 'number', value: Number(value) })}
            testId={testId}
          >
            <option value="1">{t('rules.threshold.on')}</option>
            <option value="0">{t('rules.threshold.off')}</option>
          </Choice>
        )
      }
      return (
        <NumberField
          label={label}
          suffix={unit}
          value={threshold.value}
          onChange={(value) => onChange({ kind: 'number', value })}
          path={[...path, 'value']}
          testId={testId}
        />
      )
    case 'range':
      return (
        <div className="form-grid">
          <NumberField
            label={`${label}: ${t('rules.threshold.low')}`}
            suffix={unit}
            value={threshold.low}
            onChange={(low) => onChange({ ...threshold, low })}
            path={[...path, 'low']}
            testId={`${testId}-low`}
          />
          <NumberField
            label={`${label}: ${t('rules.threshold.high')}`}
            suffix={unit}
            value={threshold.high}
            onChange={(high) => onChange({ ...threshold, high })}
            path={[...path, 'high']}
            testId={`${testId}-high`}
          />
        </div>
      )
    case 'category':
      return (
        <Choice
          label={label}
          value={threshold.value}
          path={[...path, 'value']}
          onChange={(value) => onChange({ kind: 'category', value })}
          testId={testId}
        >
          {(property?.categories ?? [threshold.value]).map((category) => (
            <option key={category} value={category}>
              {category}
            </option>
          ))}
        </Choice>
      )
    case 'limit':
      return <LimitFields {...{ comparison, threshold, path, label, onChange, testId }} />
    case 'measure':
      return (
        <fieldset className="nested-measure">
          <legend className="field-label">{label}</legend>
          <MeasureFields
            measure={threshold.measure}
            path={[...path, 'measure']}
            onChange={(measure) => onChange({ ...threshold, measure })}
            testId={`${testId}-measure`}
          />
          <div className="form-grid">
            <NumberField
              label={t('rules.threshold.times')}
              hint={t('rules.threshold.timesHint')}
              value={threshold.factor}
              onChange={(factor) => onChange({ ...threshold, factor })}
              path={[...path, 'factor']}
              testId={`${testId}-factor`}
            />
            <NumberField
              label={t('rules.threshold.plus')}
              suffix={unit}
              value={threshold.offset}
              onChange={(offset) => onChange({ ...threshold, offset })}
              path={[...path, 'offset']}
            />
          </div>
        </fieldset>
      )
  }
}

type LimitFieldsProps = Omit<ThresholdFieldsProps, 'threshold'> & {
  threshold: Extract<Threshold, { kind: 'limit' }>
}

function LimitFields({ comparison, threshold, path, label, onChange, testId }: LimitFieldsProps) {
  const { t, format } = useText()
  const { property } = comparison.measure
  const choices = useMemo(() => limitChoices(property), [property])
  const standards = [...new Set(choices.map(({ standard }) => standard))]
  const dateProblem = useProblem([...path, 'asOf'])
  const known = choices.some(({ name }) => name === threshold.limit)
  const details = [
    threshold.factor !== 1 && t('rules.threshold.factorShort', { share: format.percent(threshold.factor) }),
    threshold.asOf !== null && t('rules.threshold.asOfShort', { date: threshold.asOf }),
  ]
  return (
    <div className="limit-fields">
      <Choice
        label={label}
        value={threshold.limit}
        path={[...path, 'limit']}
        onChange={(limit) => onChange({ ...threshold, limit })}
        testId={`${testId}-limit`}
      >
        {!known && <option value={threshold.limit}>{threshold.limit || t('rules.choose')}</option>}
        {standards.map((standard) => (
          <optgroup key={standard} label={standard}>
            {choices
              .filter((choice) => choice.standard === standard)
              .map((choice) => (
                <option key={choice.name} value={choice.name}>
                  {choice.class === null
                    ? t('rules.threshold.ownClass', { averaging: choice.averaging })
                    : choice.class === '-'
                      ? `${choice.averaging}: ${choice.values} ${choice.unit}`
                      : t('rules.threshold.ofClass', {
                          name: choice.class,
                          averaging: choice.averaging,
                          values: `${choice.values} ${choice.unit}`,
                        })}
                </option>
              ))}
          </optgroup>
        ))}
      </Choice>
      <Fold
        title={t('rules.threshold.limitDetails')}
        summary={details.filter(Boolean).join(' · ')}
        paths={[
          [...path, 'factor'],
          [...path, 'asOf'],
        ]}
      >
        <div className="form-grid">
          <NumberField
            label={t('rules.threshold.factor')}
            suffix="%"
            hint={t('rules.threshold.factorHint')}
            value={Number((threshold.factor * 100).toFixed(4))}
            onChange={(share) => onChange({ ...threshold, factor: Number((share / 100).toFixed(8)) })}
            path={[...path, 'factor']}
          />
          <TextField
            label={t('rules.threshold.asOf')}
            hint={t('rules.threshold.asOfHint')}
            type="date"
            value={threshold.asOf ?? ''}
            problem={dateProblem}
            onChange={(event) => onChange({ ...threshold, asOf: event.target.value || null })}
            data-field={[...path, 'asOf'].join('.')}
          />
        </div>
      </Fold>
    </div>
  )
}
