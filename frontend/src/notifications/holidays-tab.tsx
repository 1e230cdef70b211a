import type { Holiday } from '@osprey/core/api/rules'
import { type FormEvent, useMemo, useState } from 'react'
import { useWorkspace } from '../app-state.ts'
import { LOCALE } from '../i18n/language.ts'
import { useText } from '../i18n/use-text.ts'
import { LeaveGuard } from '../rules/leave-guard.tsx'
import { useLoaded } from '../rules/use-loaded.ts'
import { useMay } from '../session/permissions.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { ProblemText } from '../ui/problem-text.tsx'
import { Failed, Loading } from '../ui/states.tsx'
import { ChoiceField, TextField } from '../ui/text-field.tsx'
import { useAttempt } from '../ui/use-attempt.ts'
import { type HolidayChanges, isDate, LONGEST_NAME, realChanges, withChanges, yearsOf } from './holidays.ts'
import { PasteHolidays } from './paste-holidays.tsx'

/** The days that schedules of rules, silences and quiet hours treat apart. */
export function HolidaysTab() {
  const { t } = useText()
  const { data, error, reload } = useLoaded<Holiday[]>('/api/holidays')
  return (
    <section className="card" aria-labelledby="holidays-title">
      <div className="card-head">
        <div>
          <h2 id="holidays-title">{t('notifications.tab.holidays')}</h2>
          <p className="row-note">{t('notifications.holiday.explain')}</p>
        </div>
      </div>
      {data === null && error !== null && (
        <Failed text={t('notifications.holiday.failed')} onRetry={reload} />
      )}
      {data === null && error === null && <Loading text={t('app.loading')} />}
      {data !== null && <Holidays stored={data} />}
    </section>
  )
}

function Holidays({ stored }: { stored: readonly Holiday[] }) {
  const { t, format } = useText()
  const { request } = useWorkspace()
  const may = useMay()
  const [list, setList] = useState(stored)
  const [changes, setChanges] = useState<HolidayChanges>(new Map())
  const [year, setYear] = useState(() => String(new Date().getFullYear()))
  const { busy, error, attempt } = useAttempt()
  const shown = useMemo(() => withChanges(list, changes), [list, changes])
  const years = yearsOf([...list, ...shown], new Date().getFullYear())
  const ofYear = shown.filter(({ date }) => date.startsWith(year))
  const open = realChanges(list, changes).size
  const writable = may('rules:write')
  const change = (next: readonly [string, string | null][]): void => {
    setChanges((before) => new Map([...before, ...next]))
    const first = next[0]?.[0].slice(0, 4)
    if (first !== undefined) setYear(first)
  }
  const save = (): void =>
    void attempt(async () => {
      // Somebody else may have saved meanwhile: only what was changed here is changed there.
      const now = await request<Holiday[]>('/api/holidays')
      const body = { holidays: withChanges(now, changes) }
      setList(await request<Holiday[]>('/api/holidays', { method: 'PUT', body }))
      setChanges(new Map())
    })
  return (
    <div className="form-stack">
      <div className="holiday-years">
        <ChoiceField
          label={t('notifications.holiday.year')}
          value={year}
          onChange={setYear}
          testId="holiday-year"
        >
          {years.map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </ChoiceField>
        <p className="row-note number" role="status">
          {t('notifications.holiday.count', { count: ofYear.length, n: format.number(ofYear.length), year })}
        </p>
      </div>
      {ofYear.length === 0 ? (
        <p className="card-empty">{t('notifications.holiday.none', { year })}</p>
      ) : (
        <ul className="holidays" data-testid="holidays">
          {ofYear.map((holiday) => (
            <HolidayRow
              key={holiday.date}
              holiday={holiday}
              changed={changes.has(holiday.date)}
              onRemove={writable ? () => change([[holiday.date, null]]) : undefined}
            />
          ))}
        </ul>
      )}
      {writable && (
        <>
          <AddHoliday onAdd={(holiday) => change([[holiday.date, holiday.name]])} />
          <PasteHolidays onAdd={(all) => change(all.map(({ date, name }) => [date, name]))} />
          {error !== null && <ProblemText error={error} />}
          {open > 0 && (
            <div className="notice caution unsaved" role="status" data-testid="holidays-unsaved">
              <span>{t('notifications.holiday.unsaved', { count: open, n: format.number(open) })}</span>
              <Button small onClick={() => setChanges(new Map())} disabled={busy}>
                {t('notifications.holiday.drop')}
              </Button>
              <Button small look="primary" onClick={save} disabled={busy} data-testid="holidays-save">
                {t('action.save')}
              </Button>
            </div>
          )}
          <LeaveGuard unsaved={open > 0} text={t('notifications.holiday.leave')} />
        </>
      )}
    </div>
  )
}

interface HolidayRowProps {
  holiday: Holiday
  changed: boolean
  onRemove: (() => void) | undefined
}

function HolidayRow({ holiday: { date, name }, changed, onRemove }: HolidayRowProps) {
  const { t, language } = useText()
  const day = new Intl.DateTimeFormat(LOCALE[language], {
    month: 'short',
    day: 'numeric',
    weekday: 'short',
    timeZone: 'UTC',
  }).format(Date.parse(`${date}T00:00:00Z`))
  return (
    <li data-testid={`holiday-${date}`}>
      <time className="number" dateTime={date}>
        {day}
      </time>
      <span className="wrap">
        {name} {changed && <span className="chip caution">{t('notifications.holiday.notSaved')}</span>}
      </span>
      {onRemove !== undefined && (
        <IconButton
          small
          icon="close"
          look="quiet"
          label={t('notifications.holiday.takeOff', { name, day })}
          onClick={onRemove}
        />
      )}
    </li>
  )
}

function AddHoliday({ onAdd }: { onAdd: (holiday: Holiday) => void }) {
  const { t } = useText()
  const [date, setDate] = useState('')
  const [name, setName] = useState('')
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (!isDate(date) || name.trim() === '') return
    onAdd({ date, name: name.trim() })
    setDate('')
    setName('')
  }
  return (
    <form className="holiday-add" onSubmit={submit}>
      <TextField
        label={t('notifications.holiday.date')}
        type="date"
        required
        value={date}
        onChange={(event) => setDate(event.target.value)}
        data-testid="holiday-date"
      />
      <TextField
        label={t('notifications.holiday.name')}
        required
        maxLength={LONGEST_NAME}
        value={name}
        onChange={(event) => setName(event.target.value)}
        data-testid="holiday-name"
      />
      <Button type="submit" icon="plus" data-testid="holiday-add">
        {t('notifications.holiday.add')}
      </Button>
    </form>
  )
}
