import { useText } from '../i18n/use-text.ts'
import { ChipChoice } from '../ui/chip-choice.tsx'
import { ChoiceField, TextField } from '../ui/text-field.tsx'
import { type Recurring, usualRecurrence } from './silence-draft.ts'

/** ISO 8601: Monday is 1. */
export const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7] as const

interface RecurringFieldsProps {
  value: Recurring | null
  onChange: (value: Recurring | null) => void
}

/** Whether the silence holds only in certain hours of certain days. */
export function RecurringFields({ value, onChange }: RecurringFieldsProps) {
  const { t, format } = useText()
  const change = (part: Partial<Recurring>): void => {
    if (value !== null) onChange({ ...value, ...part })
  }
  return (
    <>
      <label className="option">
        <input
          type="checkbox"
          checked={value !== null}
          onChange={(event) => onChange(event.target.checked ? usualRecurrence(format.timeZone) : null)}
          data-testid="silence-recurring"
        />
        {t('silences.recurring')}
      </label>
      {value !== null && (
        <div className="recurring">
          <ChipChoice
            label={t('silences.days')}
            all={WEEKDAYS}
            chosen={value.days}
            onChange={(days) => change({ days })}
          >
            {(day) => t(`silences.day.${day}`)}
          </ChipChoice>
          <div className="silence-choices">
            <TextField
              label={t('silences.timeFrom')}
              type="time"
              required
              value={value.from}
              onChange={(event) => change({ from: event.target.value })}
            />
            <TextField
              label={t('silences.timeTo')}
              hint={value.to <= value.from ? t('silences.overMidnight') : undefined}
              type="time"
              required
              value={value.to}
              onChange={(event) => change({ to: event.target.value })}
            />
            <ChoiceField
              label={t('silences.holidays')}
              value={value.holidays}
              onChange={(holidays) => change({ holidays: holidays as Recurring['holidays'] })}
            >
              {(['include', 'exclude', 'only'] as const).map((choice) => (
                <option key={choice} value={choice}>
                  {t(`silences.holiday.${choice}`)}
                </option>
              ))}
            </ChoiceField>
          </div>
          <p className="hint">{t('silences.zone', { zone: value.timeZone })}</p>
        </div>
      )}
    </>
  )
}
