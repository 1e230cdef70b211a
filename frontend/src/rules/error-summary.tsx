import type { FieldError } from '@osprey/core/api'
import { useEffect, useRef } from 'react'
import { useText } from '../i18n/use-text.ts'
import { useExpected } from '../ui/use-field-problems.ts'
import { placeOf, problemsByPath } from './problem-paths.ts'

interface ErrorSummaryProps {
  errors: readonly FieldError[]
  /** Rises with every attempt to save that failed: the focus comes here. */
  attempt: number
}

/** Everything that is wrong, each a way to its field, however deep it is folded away. */
export function ErrorSummary({ errors, attempt }: ErrorSummaryProps) {
  const { t } = useText()
  const say = useExpected()
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (attempt > 0) box.current?.focus()
  }, [attempt])
  const problems = [...problemsByPath(errors)]
  if (problems.length === 0) return null
  return (
    <div
      ref={box}
      className="notice negative error-summary"
      role="alert"
      tabIndex={-1}
      data-testid="error-summary"
    >
      <div>
        <p>{t('rules.errors.title')}</p>
        <ul>
          {problems.map(([path, expected]) => (
            <li key={path}>
              <button type="button" className="link" onClick={() => focusField(path)}>
                <Place path={path} />
              </button>
              {': '}
              {say(expected)}
            </li>
          ))}
        </ul>
      </div>
    </div>
  )
}

function Place({ path }: { path: string }) {
  const { t } = useText()
  const { condition, field } = placeOf(path)
  const known = FIELDS.find((each) => each === field)
  const name = known === undefined ? field : t(`rules.errors.field.${known}`)
  return condition === null ? name : t('rules.errors.inCondition', { number: condition, field: name })
}

const FIELDS = [
  'name',
  'id',
  'severity',
  'description',
  'jurisdiction',
  'property',
  'statistic',
  'percentile',
  'windowSeconds',
  'aligned',
  'minimumCoverage',
  'slotSeconds',
  'operator',
  'value',
  'low',
  'high',
  'limit',
  'factor',
  'asOf',
  'levels',
  'clear',
  'holdSeconds',
  'clearSeconds',
  'keepFiringSeconds',
  'gapSeconds',
  'graceSeconds',
  'properties',
  'stations',
  'sites',
  'jurisdictions',
  'classes',
  'tags',
  'pairs',
  'station',
  'other',
  'timeZone',
  'schedule',
  'days',
  'from',
  'to',
  'qualityFlags',
  'escalation',
  'afterSeconds',
  'instruction',
  'note',
  'condition',
] as const

/** The field at the path, or the nearest part of the form around it that there is. */
export function focusField(path: string): void {
  const parts = path.split('.')
  for (let length = parts.length; length > 0; length--) {
    const element = document.querySelector<HTMLElement>(
      `[data-field="${CSS.escape(parts.slice(0, length).join('.'))}"]`,
    )
    if (element === null) continue
    const field = element.matches('input, textarea, select, button')
      ? element
      : (element.querySelector<HTMLElement>('input, textarea, select, button') ?? element)
    field.focus()
    field.scrollIntoView({ block: 'center' })
    return
  }
}
