import { SEVERITIES, type Severity } from '@osprey/core/api/rules'
import { SeverityShape } from '../alerts/severity-mark.tsx'
import { useText } from '../i18n/use-text.ts'

/** A severity by shape, colour and word. */
export function SeverityLabel({ severity }: { severity: Severity }) {
  const { t } = useText()
  return (
    <span className={`severity-label severity-${severity}`}>
      <SeverityShape severity={severity} />
      {t(`alerts.severity.${severity}`)}
    </span>
  )
}

interface SeverityChoiceProps {
  value: Severity
  onChange: (severity: Severity) => void
  name: string
}

/** The four severities beside each other. */
export function SeverityChoice({ value, onChange, name }: SeverityChoiceProps) {
  const { t } = useText()
  return (
    <fieldset className="severity-choice" data-field="severity">
      <legend className="field-label">{t('rules.field.severity')}</legend>
      <div className="severity-options">
        {SEVERITIES.map((severity) => (
          <label key={severity} className={`severity-option severity-${severity}`}>
            <input
              type="radio"
              name={name}
              checked={severity === value}
              onChange={() => onChange(severity)}
              data-testid={`severity-${severity}`}
            />
            <SeverityShape severity={severity} />
            <span>{t(`alerts.severity.${severity}`)}</span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}
