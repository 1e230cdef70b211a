import { type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { useText } from '../i18n/use-text.ts'
import { ChoiceField, FieldProblem, TextField } from '../ui/text-field.tsx'
import { DURATION_UNITS, type DurationUnit, durationOf, durationParts, UNIT_SECONDS } from './durations.ts'
import { type Path, useHasProblem, useProblem } from './problems.tsx'

interface NumberFieldProps {
  label: string
  hint?: string | undefined
  /** NaN while nothing that is a number stands in the field. */
  value: number
  onChange: (value: number) => void
  path: Path
  suffix?: string
  testId?: string
}

/** A number as text, so that half-typed numbers stay as they are typed. */
export function NumberField({ label, hint, value, onChange, path, suffix, testId }: NumberFieldProps) {
  const problem = useProblem(path)
  const [text, setText] = useState(() => textOf(value))
  const known = useRef(value)
  useEffect(() => {
    if (Object.is(known.current, value)) return
    known.current = value
    setText(textOf(value))
  }, [value])
  const type = (typed: string): void => {
    setText(typed)
    known.current = parse(typed)
    onChange(known.current)
  }
  return (
    <div className={suffix ? 'number-field with-suffix' : 'number-field'}>
      <TextField
        label={suffix ? `${label} (${suffix})` : label}
        hint={hint}
        problem={problem}
        inputMode="decimal"
        autoComplete="off"
        value={text}
        aria-invalid={text.trim() !== '' && Number.isNaN(parse(text))}
        onChange={(event) => type(event.target.value)}
        data-field={path.join('.')}
        data-testid={testId}
      />
    </div>
  )
}

const textOf = (value: number): string => (Number.isFinite(value) ? String(value) : '')

function parse(text: string): number {
  const plain = text.trim().replace('−', '-')
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain) ? Number(plain) : Number.NaN
}

interface DurationFieldProps {
  label: string
  hint?: string | undefined
  /** NaN while no number stands in the field. */
  seconds: number
  onChange: (seconds: number) => void
  path: Path
  units?: readonly DurationUnit[]
  testId?: string
}

/** A length of time as a number and a unit. */
export function DurationField({
  label,
  hint,
  seconds,
  onChange,
  path,
  units = DURATION_UNITS,
  testId,
}: DurationFieldProps) {
  const { t } = useText()
  const id = useId()
  const problem = useProblem(path)
  const [shown, setShown] = useState(() => shownOf(seconds))
  const known = useRef(seconds)
  useEffect(() => {
    if (Object.is(known.current, seconds)) return
    known.current = seconds
    setShown(shownOf(seconds))
  }, [seconds])
  const change = (next: { text: string; unit: DurationUnit }): void => {
    setShown(next)
    known.current = Math.round(parse(next.text) * UNIT_SECONDS[next.unit])
    onChange(known.current)
  }
  return (
    <div className="field duration-field">
      <label htmlFor={id}>{label}</label>
      <div className="duration-parts">
        <input
          id={id}
          className="input"
          inputMode="decimal"
          autoComplete="off"
          value={shown.text}
          aria-invalid={problem !== undefined || Number.isNaN(parse(shown.text))}
          aria-describedby={hint === undefined && problem === undefined ? undefined : `${id}-notes`}
          onChange={(event) => change({ ...shown, text: event.target.value })}
          data-field={path.join('.')}
          data-testid={testId}
        />
        <select
          className="select"
          aria-label={t('rules.duration.unitOf', { label })}
          value={shown.unit}
          onChange={(event) => change({ ...shown, unit: event.target.value as DurationUnit })}
        >
          {units.map((unit) => (
            <option key={unit} value={unit}>
              {t(`rules.duration.${unit}`)}
            </option>
          ))}
        </select>
      </div>
      <div id={`${id}-notes`}>
        {hint !== undefined && <p className="hint">{hint}</p>}
        {problem !== undefined && <FieldProblem text={problem} />}
      </div>
    </div>
  )
}

function shownOf(seconds: number): { text: string; unit: DurationUnit } {
  if (!Number.isFinite(seconds)) return { text: '', unit: 'min' }
  const { count, unit } = durationOf(seconds)
  return { text: String(count), unit }
}

/** `1 d 2 h` in the person's language. */
export function useDuration(): (seconds: number) => string {
  const { t, format } = useText()
  return (seconds) =>
    durationParts(seconds)
      .map(({ count, unit }) => t(`rules.duration.short.${unit}`, { n: format.number(count) }))
      .join(' ')
}

interface TextAreaProps {
  label: string
  hint?: string
  value: string
  onChange: (value: string) => void
  path: Path
  rows?: number
  testId?: string
}

export function TextArea({ label, hint, value, onChange, path, rows = 3, testId }: TextAreaProps) {
  const id = useId()
  const problem = useProblem(path)
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <textarea
        id={id}
        className="input rule-prose"
        rows={rows}
        value={value}
        aria-invalid={problem !== undefined}
        aria-describedby={hint === undefined && problem === undefined ? undefined : `${id}-notes`}
        onChange={(event) => onChange(event.target.value)}
        data-field={path.join('.')}
        data-testid={testId}
      />
      <div id={`${id}-notes`}>
        {hint !== undefined && <p className="hint">{hint}</p>}
        {problem !== undefined && <FieldProblem text={problem} />}
      </div>
    </div>
  )
}

interface FoldProps {
  title: string
  /** What is set inside, in a few words, so that it need not be opened to know. */
  summary?: string | undefined
  /** Opens by itself when one of these fields has a problem. */
  paths: readonly Path[]
  children: ReactNode
  testId?: string
}

/** Parts of the form that a simple rule does without. */
export function Fold({ title, summary, paths, children, testId }: FoldProps) {
  const wrong = useHasProblem(paths)
  const [open, setOpen] = useState(false)
  useEffect(() => {
    if (wrong) setOpen(true)
  }, [wrong])
  return (
    <details className="fold" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary data-testid={testId}>
        <span className="fold-title">{title}</span>
        {summary !== undefined && summary !== '' && <span className="fold-summary">{summary}</span>}
      </summary>
      {open && <div className="fold-body">{children}</div>}
    </details>
  )
}

interface CheckProps {
  label: string
  hint?: string
  checked: boolean
  onChange: (checked: boolean) => void
  disabled?: boolean
  testId?: string
}

export function Check({ label, hint, checked, onChange, disabled = false, testId }: CheckProps) {
  const id = useId()
  return (
    <div>
      <label className="option">
        <input
          type="checkbox"
          checked={checked}
          disabled={disabled}
          aria-describedby={hint === undefined ? undefined : id}
          onChange={(event) => onChange(event.target.checked)}
          data-testid={testId}
        />
        <span>{label}</span>
      </label>
      {hint !== undefined && (
        <p id={id} className="hint option-hint">
          {hint}
        </p>
      )}
    </div>
  )
}

interface ChecksProps<T extends string | number> {
  label: string
  hint?: string | undefined
  options: readonly { value: T; text: string }[]
  chosen: readonly T[]
  onChange: (chosen: T[]) => void
  path: Path
}

/** Several of a few choices, beside each other. */
export function Checks<T extends string | number>({
  label,
  hint,
  options,
  chosen,
  onChange,
  path,
}: ChecksProps<T>) {
  const problem = useProblem(path)
  const toggle = (value: T): void =>
    onChange(
      options.map((option) => option.value).filter((each) => (each === value) !== chosen.includes(each)),
    )
  return (
    <fieldset className="checks" data-field={path.join('.')}>
      <legend className="field-label">{label}</legend>
      <div className="checks-options">
        {options.map(({ value, text }) => (
          <label key={value} className="check-chip">
            <input type="checkbox" checked={chosen.includes(value)} onChange={() => toggle(value)} />
            <span>{text}</span>
          </label>
        ))}
      </div>
      {hint !== undefined && <p className="hint">{hint}</p>}
      {problem !== undefined && <FieldProblem text={problem} />}
    </fieldset>
  )
}

interface ChoiceProps<T extends string> {
  label: string
  hint?: string | undefined
  value: T
  onChange: (value: T) => void
  path: Path
  children: ReactNode
  testId?: string
}

/** A drop-down list of the form. */
export function Choice<T extends string>({
  path,
  value,
  onChange,
  children,
  testId,
  ...rest
}: ChoiceProps<T>) {
  const problem = useProblem(path)
  return (
    <div data-field={path.join('.')} className="choice-field">
      <ChoiceField
        {...rest}
        {...(testId === undefined ? {} : { testId })}
        value={value}
        problem={problem}
        onChange={(chosen) => onChange(chosen as T)}
      >
        {children}
      </ChoiceField>
    </div>
  )
}
