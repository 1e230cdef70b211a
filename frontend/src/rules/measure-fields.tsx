import type { PropertyView } from '@osprey/core/api'
import type { Measure, MeasureStatistic } from '@osprey/core/api/rules'
import { useText } from '../i18n/use-text.ts'
import { measureWithStatistic, statisticsFor, withWindow } from './comparison-edit.ts'
import { useEditor } from './editor-context.ts'
import { Check, Choice, DurationField, Fold, NumberField, useDuration } from './fields.tsx'
import type { Path } from './problems.tsx'
import { PropertyChoice } from './property-choice.tsx'

interface MeasureFieldsProps {
  measure: Measure
  path: Path
  onChange: (measure: Measure) => void
  /** Set where more than the measure depends on them. */
  onProperty?: (property: PropertyView) => void
  onStatistic?: (statistic: MeasureStatistic) => void
  testId?: string
}

/** What is measured: at which station, which property, which statistic over how long. */
export function MeasureFields({
  measure,
  path,
  onChange,
  onProperty,
  onStatistic,
  testId = 'measure',
}: MeasureFieldsProps) {
  const { t } = useText()
  const { paired, catalogue } = useEditor()
  const last = measure.statistic === 'last'
  return (
    <>
      <div className="measure-fields">
        {paired && (
          <Choice
            label={t('rules.measure.of')}
            value={measure.of}
            path={[...path, 'of']}
            onChange={(of) => onChange({ ...measure, of })}
            testId={`${testId}-of`}
          >
            <option value="station">{t('rules.measure.station')}</option>
            <option value="other">{t('rules.measure.other')}</option>
          </Choice>
        )}
        <PropertyChoice
          label={t('rules.measure.property')}
          value={measure.property}
          path={[...path, 'property']}
          onChange={onProperty ?? ((property) => onChange({ ...measure, property: property.id }))}
          testId={`${testId}-property`}
        />
        <Choice
          label={t('rules.measure.statistic')}
          value={measure.statistic}
          path={[...path, 'statistic']}
          onChange={onStatistic ?? ((statistic) => onChange(measureWithStatistic(measure, statistic)))}
          testId={`${testId}-statistic`}
        >
          {statisticsFor(catalogue.get(measure.property)).map((statistic) => (
            <option key={statistic} value={statistic}>
              {t(`rules.statistic.${statistic}`)}
            </option>
          ))}
        </Choice>
        {measure.statistic === 'percentile' && (
          <NumberField
            label={t('rules.measure.percentile')}
            value={measure.percentile ?? Number.NaN}
            onChange={(percentile) => onChange({ ...measure, percentile })}
            path={[...path, 'percentile']}
          />
        )}
        <DurationField
          label={t(last ? 'rules.measure.notOlder' : 'rules.measure.over')}
          seconds={measure.windowSeconds}
          onChange={(windowSeconds) => onChange(withWindow(measure, windowSeconds))}
          path={[...path, 'windowSeconds']}
          testId={`${testId}-window`}
        />
      </div>
      {!last && <WindowDetails measure={measure} path={path} onChange={onChange} />}
    </>
  )
}

/** How the window lies and how full it must be. */
function WindowDetails({
  measure,
  path,
  onChange,
}: Pick<MeasureFieldsProps, 'measure' | 'path' | 'onChange'>) {
  const { t, format } = useText()
  const duration = useDuration()
  const slot = measure.slotSeconds ?? Math.max(1, measure.windowSeconds / 60)
  const summary = [
    t(measure.aligned ? 'rules.measure.alignedShort' : 'rules.measure.rollingShort'),
    measure.minimumCoverage > 0 &&
      t('rules.measure.coverageShort', { share: format.percent(measure.minimumCoverage) }),
  ]
  return (
    <Fold
      title={t('rules.measure.details')}
      summary={summary.filter(Boolean).join(' · ')}
      paths={[
        [...path, 'aligned'],
        [...path, 'minimumCoverage'],
        [...path, 'slotSeconds'],
        [...path, 'meanOf'],
      ]}
    >
      <Choice
        label={t('rules.measure.lies')}
        hint={t(measure.aligned ? 'rules.measure.alignedHint' : 'rules.measure.rollingHint')}
        value={measure.aligned ? 'aligned' : 'rolling'}
        path={[...path, 'aligned']}
        onChange={(lies) => onChange({ ...measure, aligned: lies === 'aligned' })}
      >
        <option value="rolling">{t('rules.measure.rolling')}</option>
        <option value="aligned">{t('rules.measure.aligned')}</option>
      </Choice>
      <div className="form-grid">
        <NumberField
          label={t('rules.measure.coverage')}
          suffix="%"
          hint={t('rules.measure.coverageHint', { slot: duration(slot) })}
          value={Number((measure.minimumCoverage * 100).toFixed(4))}
          onChange={(share) => onChange({ ...measure, minimumCoverage: Number((share / 100).toFixed(8)) })}
          path={[...path, 'minimumCoverage']}
        />
        <DurationField
          label={t('rules.measure.slot')}
          hint={t('rules.measure.slotHint')}
          seconds={slot}
          onChange={(slotSeconds) => onChange({ ...measure, slotSeconds })}
          path={[...path, 'slotSeconds']}
        />
      </div>
      {measure.statistic === 'mean' && (
        <Check
          label={t('rules.measure.meanOfSlots')}
          hint={t('rules.measure.meanOfSlotsHint')}
          checked={measure.meanOf === 'slots'}
          onChange={(slots) => onChange({ ...measure, meanOf: slots ? 'slots' : 'observations' })}
        />
      )}
    </Fold>
  )
}
