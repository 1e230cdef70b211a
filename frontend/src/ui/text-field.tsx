import { type InputHTMLAttributes, type ReactNode, type Ref, useId } from 'react'
import { Icon } from './icons.tsx'

interface FieldProps {
  label: string
  hint?: string | undefined
  /** What is wrong with what was typed. */
  problem?: string | undefined
}

type TextFieldProps = FieldProps & InputHTMLAttributes<HTMLInputElement> & { ref?: Ref<HTMLInputElement> }

/** A labelled input with its hint and its problem. */
export function TextField({ label, hint, problem, className = '', ...input }: TextFieldProps) {
  const own = useId()
  const id = input.id ?? own
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        {...input}
        id={id}
        className={`input ${className}`}
        aria-invalid={problem !== undefined || input['aria-invalid'] === true}
        aria-describedby={describedBy(id, hint, problem)}
      />
      <FieldNotes id={id} hint={hint} problem={problem} />
    </div>
  )
}

type ChoiceFieldProps = FieldProps & {
  value: string
  onChange: (value: string) => void
  disabled?: boolean
  children: ReactNode
  testId?: string
}

/** A labelled drop-down list with its hint and its problem. */
export function ChoiceField({
  label,
  hint,
  problem,
  value,
  onChange,
  disabled = false,
  children,
  testId,
}: ChoiceFieldProps) {
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        className="select"
        value={value}
        disabled={disabled}
        onChange={(event) => onChange(event.target.value)}
        aria-invalid={problem !== undefined}
        aria-describedby={describedBy(id, hint, problem)}
        data-testid={testId}
      >
        {children}
      </select>
      <FieldNotes id={id} hint={hint} problem={problem} />
    </div>
  )
}

export function FieldProblem({ id, text }: { id?: string; text: string }) {
  return (
    <p id={id} className="field-problem" role="alert">
      <Icon name="warning" size={14} />
      {text}
    </p>
  )
}

function FieldNotes({ id, hint, problem }: { id: string } & Omit<FieldProps, 'label'>) {
  return (
    <>
      {hint !== undefined && (
        <p id={`${id}-hint`} className="hint">
          {hint}
        </p>
      )}
      {problem !== undefined && <FieldProblem id={`${id}-problem`} text={problem} />}
    </>
  )
}

function describedBy(id: string, hint: string | undefined, problem: string | undefined): string | undefined {
  const notes = [hint !== undefined && `${id}-hint`, problem !== undefined && `${id}-problem`].filter(Boolean)
  return notes.length > 0 ? notes.join(' ') : undefined
}
