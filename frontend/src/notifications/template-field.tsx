import { TEMPLATE_PLACEHOLDERS } from '@osprey/core/api/notifications'
import { useId, useRef } from 'react'
import { useText } from '../i18n/use-text.ts'
import { FieldProblem } from '../ui/text-field.tsx'
import { unknownPlaceholders } from './channel-draft.ts'

const LONGEST = 4000

interface TemplateFieldProps {
  value: string
  problem: string | undefined
  onChange: (value: string) => void
}

/** The words of a message, with what can be filled in; a press on a placeholder puts it where the cursor is. */
export function TemplateField({ value, problem, onChange }: TemplateFieldProps) {
  const { t, language } = useText()
  const id = useId()
  const field = useRef<HTMLTextAreaElement>(null)
  const unknown = unknownPlaceholders(value)
  const wrong =
    unknown.length > 0
      ? t('notifications.template.unknown', {
          names: new Intl.ListFormat(language).format(unknown.map((name) => `{{${name}}}`)),
        })
      : problem
  const insert = (name: string): void => {
    const area = field.current
    const text = `{{${name}}}`
    const [from, to] = [area?.selectionStart ?? value.length, area?.selectionEnd ?? value.length]
    onChange(value.slice(0, from) + text + value.slice(to))
    requestAnimationFrame(() => {
      area?.focus()
      area?.setSelectionRange(from + text.length, from + text.length)
    })
  }
  return (
    <div className="field">
      <label htmlFor={id}>{t('notifications.template.label')}</label>
      <textarea
        ref={field}
        id={id}
        className="input notification-text mono"
        rows={4}
        maxLength={LONGEST}
        placeholder={'{{title}}\n{{alerts}}'}
        value={value}
        aria-invalid={wrong !== undefined}
        aria-describedby={`${id}-notes`}
        onChange={(event) => onChange(event.target.value)}
        data-testid="channel-template"
      />
      <div id={`${id}-notes`}>
        <p className="hint">{t('notifications.template.hint')}</p>
        {wrong !== undefined && <FieldProblem text={wrong} />}
      </div>
      <details className="placeholders">
        <summary>{t('notifications.template.placeholders')}</summary>
        <ul>
          {TEMPLATE_PLACEHOLDERS.map((name) => (
            <li key={name}>
              <button
                type="button"
                className="placeholder mono"
                onClick={() => insert(name)}
                aria-label={t('notifications.template.insert', { name })}
                data-testid={`placeholder-${name}`}
              >
                {`{{${name}}}`}
              </button>
              <span>{t(`notifications.template.${name}`)}</span>
            </li>
          ))}
        </ul>
      </details>
    </div>
  )
}
