import type { Severity } from '@osprey/core/api/rules'
import { useText } from '../i18n/use-text.ts'
import { SEVERITY_BOX, SEVERITY_SHAPES } from './severity-shapes.ts'
import './severity.css'

export function SeverityShape({ severity, size = 14 }: { severity: Severity; size?: number }) {
  return (
    <svg
      className={`severity-shape severity-${severity}`}
      width={size}
      height={size}
      viewBox={`-1 -1 ${SEVERITY_BOX + 2} ${SEVERITY_BOX + 2}`}
      aria-hidden="true"
      focusable="false"
    >
      <path d={SEVERITY_SHAPES[severity]} fill="currentColor" />
      <path
        d="M10 6v5M10 13.6v.4"
        className="severity-mark-ink"
        fill="none"
        strokeWidth="2.2"
        strokeLinecap="round"
      />
    </svg>
  )
}

/** A severity by shape, colour and word. */
export function SeverityMark({ severity }: { severity: Severity }) {
  const { t } = useText()
  return (
    <span className={`severity-mark severity-${severity}`} data-severity={severity}>
      <SeverityShape severity={severity} />
      {t(`alerts.severity.${severity}`)}
    </span>
  )
}
