import type { Holiday } from '@osprey/core/api/rules'
import { useId, useState } from 'react'
import { useText } from '../i18n/use-text.ts'
import { Button } from '../ui/button.tsx'
import { FieldProblem } from '../ui/text-field.tsx'
import { readHolidayLines } from './holidays.ts'

/** More lines than these that were not understood are only counted. */
const MOST_WRONG = 5

/** Many days at once, a line each. Nothing is added while any line is not understood. */
export function PasteHolidays({ onAdd }: { onAdd: (holidays: readonly Holiday[]) => void }) {
  const { t, format } = useText()
  const id = useId()
  const [text, setText] = useState('')
  const { holidays, wrong } = readHolidayLines(text)
  const add = (): void => {
    onAdd(holidays)
    setText('')
  }
  const rest = wrong.length - MOST_WRONG
  return (
    <details className="paste-holidays">
      <summary data-testid="paste-open">{t('notifications.holiday.paste')}</summary>
      <div className="field">
        <label htmlFor={id}>{t('notifications.holiday.lines')}</label>
        <textarea
          id={id}
          className="input notification-text"
          rows={6}
          spellCheck={false}
          placeholder={t('notifications.holiday.example')}
          value={text}
          aria-invalid={wrong.length > 0}
          aria-describedby={`${id}-notes`}
          onChange={(event) => setText(event.target.value)}
          data-testid="paste-lines"
        />
        <div id={`${id}-notes`}>
          <p className="hint">{t('notifications.holiday.linesHint')}</p>
          {wrong.slice(0, MOST_WRONG).map(({ line, text: written, problem }) => (
            <FieldProblem
              key={line}
              text={t(`notifications.holiday.wrong.${problem}`, { line, text: written.slice(0, 60) })}
            />
          ))}
          {rest > 0 && (
            <p className="hint">{t('problem.omitted', { count: rest, n: format.number(rest) })}</p>
          )}
        </div>
      </div>
      <div>
        <Button
          icon="plus"
          onClick={add}
          disabled={holidays.length === 0 || wrong.length > 0}
          data-testid="paste-add"
        >
          {t('notifications.holiday.addLines', { count: holidays.length, n: format.number(holidays.length) })}
        </Button>
      </div>
    </details>
  )
}
