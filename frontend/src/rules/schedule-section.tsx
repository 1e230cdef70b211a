import type { RuleDefinition, Schedule } from '@osprey/core/api/rules'
import { useMemo } from 'react'
import { LOCALE } from '../i18n/language.ts'
import { useText } from '../i18n/use-text.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { TextField } from '../ui/text-field.tsx'
import { Checks, Choice } from './fields.tsx'
import { type Path, useProblem } from './problems.tsx'

const DAYS = [1, 2, 3, 4, 5, 6, 7] as const
const WORKING_HOURS: Schedule[number] = {
  days: [1, 2, 3, 4, 5],
  from: '08:00',
  to: '18:00',
  holidays: 'include',
}

interface ScheduleSectionProps {
  definition: RuleDefinition
  onChange: (definition: RuleDefinition) => void
}

/** When the rule is active, in which time zone. */
export function ScheduleSection({ definition, onChange }: ScheduleSectionProps) {
  const { t } = useText()
  const { schedule, timeZone } = definition
  return (
    <div className="form-stack">
      <div>
        <Segmented
          label={t('rules.schedule.label')}
          options={[
            { value: 'always', text: t('rules.schedule.always') },
            { value: 'times', text: t('rules.schedule.times') },
          ]}
          value={schedule === null ? 'always' : 'times'}
          onChange={(value) =>
            onChange({ ...definition, schedule: value === 'always' ? null : (schedule ?? [WORKING_HOURS]) })
          }
        />
      </div>
      {schedule !== null && (
        <Intervals
          schedule={schedule}
          added={WORKING_HOURS}
          path={['schedule']}
          onChange={(next) => onChange({ ...definition, schedule: next })}
        />
      )}
      <ZoneChoice
        value={timeZone}
        hint={t('rules.schedule.zoneHint')}
        path={['timeZone']}
        onChange={(zone) => onChange({ ...definition, timeZone: zone })}
      />
    </div>
  )
}

interface IntervalsProps {
  schedule: Schedule
  /** What another interval begins as. */
  added: Schedule[number]
  path: Path
  onChange: (schedule: Schedule) => void
}

/** Hours of days of the week; at least one interval. */
export function Intervals({ schedule, added, path, onChange }: IntervalsProps) {
  const { t } = useText()
  return (
    <>
      {schedule.map((interval, index) => (
        <Interval
          // biome-ignore lint/suspicious/noArrayIndexKey: intervals have no name but their place
          key={index}
          interval={interval}
          index={index}
          path={[...path, index]}
          onChange={(next) => onChange(schedule.map((each, at) => (at === index ? next : each)))}
          onRemove={
            schedule.length > 1 ? () => onChange(schedule.filter((_, at) => at !== index)) : undefined
          }
        />
      ))}
      <div>
        <Button small icon="plus" onClick={() => onChange([...schedule, added])}>
          {t('rules.schedule.add')}
        </Button>
      </div>
    </>
  )
}

interface ZoneChoiceProps {
  value: string
  hint?: string
  path: Path
  onChange: (zone: string) => void
}

export function ZoneChoice({ value, hint, path, onChange }: ZoneChoiceProps) {
  const { t } = useText()
  const zones = useMemo(() => zonesWith(value), [value])
  return (
    <Choice
      label={t('rules.schedule.zone')}
      hint={hint}
      value={value}
      path={path}
      onChange={onChange}
      testId="time-zone"
    >
      {zones.map((zone) => (
        <option key={zone} value={zone}>
          {zone}
        </option>
      ))}
    </Choice>
  )
}

function zonesWith(zone: string): string[] {
  const zones = new Set([...Intl.supportedValuesOf('timeZone'), 'UTC', zone])
  return [...zones].sort()
}

interface IntervalProps {
  interval: Schedule[number]
  index: number
  path: Path
  onChange: (interval: Schedule[number]) => void
  onRemove: (() => void) | undefined
}

function Interval({ interval, index, path, onChange, onRemove }: IntervalProps) {
  const { t, language } = useText()
  const dayNames = useMemo(() => {
    const format = new Intl.DateTimeFormat(LOCALE[language], { weekday: 'short', timeZone: 'UTC' })
    // 5 January 2026 is a Monday.
    return DAYS.map((day) => ({ value: day as number, text: format.format(Date.UTC(2026, 0, 4 + day)) }))
  }, [language])
  const fromProblem = useProblem([...path, 'from'])
  const toProblem = useProblem([...path, 'to'])
  const overnight = interval.to <= interval.from && interval.to !== interval.from
  return (
    <div className="schedule-row">
      <Checks
        label={t('rules.schedule.days')}
        options={dayNames}
        chosen={interval.days}
        onChange={(days) => onChange({ ...interval, days })}
        path={[...path, 'days']}
      />
      <div className="schedule-times">
        <TextField
          label={t('rules.schedule.from')}
          type="time"
          value={interval.from}
          problem={fromProblem}
          onChange={(event) => onChange({ ...interval, from: event.target.value })}
          data-field={[...path, 'from'].join('.')}
        />
        <TextField
          label={t('rules.schedule.to')}
          type="time"
          value={interval.to}
          problem={toProblem}
          hint={
            interval.to === interval.from
              ? t('rules.schedule.wholeDay')
              : overnight
                ? t('rules.schedule.overnight')
                : undefined
          }
          onChange={(event) => onChange({ ...interval, to: event.target.value })}
          data-field={[...path, 'to'].join('.')}
        />
        <Choice
          label={t('rules.schedule.holidays')}
          value={interval.holidays}
          path={[...path, 'holidays']}
          onChange={(holidays) => onChange({ ...interval, holidays })}
        >
          {(['include', 'exclude', 'only'] as const).map((holidays) => (
            <option key={holidays} value={holidays}>
              {t(`rules.schedule.holiday.${holidays}`)}
            </option>
          ))}
        </Choice>
        {onRemove !== undefined && (
          <IconButton
            icon="trash"
            look="quiet"
            label={t('rules.schedule.remove', { number: index + 1 })}
            onClick={onRemove}
          />
        )}
      </div>
    </div>
  )
}
