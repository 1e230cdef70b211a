import { SEVERITIES, type Severity } from '@osprey/core/api/rules'
import { severityName, type ToldAlert, timeText, titleOf, valueText } from '../notifications/message.ts'
import { element, type Markup, root } from './xml.ts'

/** Public alerts as messages of the Common Alerting Protocol 1.2 (OASIS). Pure. */

export const CAP_NAMESPACE = 'urn:oasis:names:tc:emergency:cap:1.2'

/** What the public is told of an alert. Times are epoch milliseconds. */
export interface PublicAlert {
  told: ToldAlert
  recordedAt: number
  /** Severity when it fired. */
  firstSeverity: Severity
  /** Later and higher ones, oldest first. */
  raised: readonly { event: number; at: number; severity: Severity }[]
  /** When it was over, or found to be none. */
  over: { at: number; falseAlarm: boolean } | null
  latitude: number | null
  longitude: number | null
}

/** One message. `references` lists those it follows, as the standard writes them. */
export interface CapMessage {
  identifier: string
  msgType: 'Alert' | 'Update' | 'Cancel'
  sent: number
  severity: Severity
  references: readonly string[]
  xml: string
}

export interface Sender {
  /** Host of the public address: without spaces, commas, < and &. */
  sender: string
  status: 'Actual' | 'Exercise'
}

/** Readings tell of the surroundings of the instrument; how far they reach is not known. */
const CIRCLE_KM = 1
const LANGUAGES = [
  { code: 'en-US', language: 'en' },
  { code: 'zh-CN', language: 'zh' },
] as const
const CAP_SEVERITY: Record<Severity, string> = {
  minor: 'Minor',
  moderate: 'Moderate',
  severe: 'Severe',
  extreme: 'Extreme',
}

/** Alert, an Update for each rise, and a Cancel when it is over, oldest first. */
export function capMessagesOf(alert: PublicAlert, from: Sender): CapMessage[] {
  const { told, raised, over } = alert
  const cancelledAt = over?.at ?? Number.POSITIVE_INFINITY
  const steps: Pick<CapMessage, 'identifier' | 'msgType' | 'sent' | 'severity'>[] = [
    { identifier: told.id, msgType: 'Alert', sent: alert.recordedAt, severity: alert.firstSeverity },
  ]
  for (const { event, at, severity } of raised) {
    if (at < cancelledAt)
      steps.push({ identifier: `${told.id}.${event}`, msgType: 'Update', sent: at, severity })
  }
  if (over) {
    const severity = worst(steps.map((step) => step.severity))
    steps.push({ identifier: `${told.id}.over`, msgType: 'Cancel', sent: over.at, severity })
  }
  const references: string[] = []
  return steps.map((step) => {
    const message = { ...step, references: [...references] }
    references.push(`${from.sender},${step.identifier},${capTime(step.sent)}`)
    return { ...message, xml: xmlOf(message, alert, from) }
  })
}

function worst(severities: readonly Severity[]): Severity {
  return SEVERITIES[Math.max(...severities.map((one) => SEVERITIES.indexOf(one)))] ?? 'minor'
}

/** 2026-11-24T08:15:00-00:00: CAP 1.2 clause 3.3.2 wants an offset and forbids Z. */
export function capTime(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}-00:00`
}

/** The order of the elements is that of the schema. */
function xmlOf(message: Omit<CapMessage, 'xml'>, alert: PublicAlert, { sender, status }: Sender): string {
  const { identifier, msgType, sent, references } = message
  return root('alert', { xmlns: CAP_NAMESPACE }, [
    element('identifier', identifier),
    element('sender', sender),
    element('sent', capTime(sent)),
    element('status', status),
    element('msgType', msgType),
    element('scope', 'Public'),
    ...(msgType === 'Cancel' && alert.over?.falseAlarm
      ? [element('note', 'This was a false alarm. / 此告警为误报。')]
      : []),
    ...(references.length > 0 ? [element('references', references.join(' '))] : []),
    ...LANGUAGES.map((language) => infoOf(message, alert, language)),
  ])
}

function infoOf(
  { msgType, severity, sent }: Omit<CapMessage, 'xml'>,
  alert: PublicAlert,
  { code, language }: (typeof LANGUAGES)[number],
): Markup {
  const { told } = alert
  const cancelled = msgType === 'Cancel'
  const shown: ToldAlert = {
    ...told,
    severity,
    as: cancelled ? 'resolved' : 'firing',
    resolvedAt: cancelled ? told.resolvedAt : null,
  }
  const { instruction } = told
  return element('info', [
    element('language', code),
    element('category', 'Env'),
    element('event', told.ruleName),
    element('responseType', cancelled ? 'AllClear' : 'Monitor'),
    element('urgency', cancelled ? 'Past' : 'Immediate'),
    element('severity', CAP_SEVERITY[severity]),
    element('certainty', cancelled && alert.over?.falseAlarm ? 'Unlikely' : 'Observed'),
    element('effective', capTime(sent)),
    element('onset', capTime(told.startedAt)),
    element('senderName', 'Osprey'),
    element('headline', titleOf({ route: null, alerts: [shown] }, language).slice(0, 160)),
    element('description', descriptionOf(shown, alert, language)),
    ...(instruction !== '' && !cancelled ? [element('instruction', instruction)] : []),
    ...parametersOf(told),
    areaOf(alert),
  ])
}

function descriptionOf(told: ToldAlert, { over }: PublicAlert, language: 'en' | 'zh'): string {
  const value = valueText(told, language)
  const from = timeText(told.firedAt, told.timeZone)
  const severity = severityName(told.severity, language)
  if (over === null || told.as === 'firing') {
    return language === 'en'
      ? `${told.ruleName} at ${told.placeName} (${severity}), measured since ${from}${value === '' ? '' : `: ${value}`}.`
      : `${told.placeName}：${told.ruleName}（${severity}），自 ${from} 起监测到${value === '' ? '' : `：${value}`}。`
  }
  const to = timeText(over.at, told.timeZone)
  return language === 'en'
    ? `${told.ruleName} at ${told.placeName} is over since ${to}; it began at ${from}${value === '' ? '' : ` (${value})`}.`
    : `${told.placeName}：${told.ruleName}，始于 ${from}${value === '' ? '' : `（${value}）`}，已于 ${to} 解除。`
}

function parametersOf({ property, value, unit }: ToldAlert): Markup[] {
  const parameter = (name: string, text: string) =>
    element('parameter', [element('valueName', name), element('value', text)])
  if (property === null || value === null) return []
  return [parameter('property', property), parameter('value', `${value}${unit === '' ? '' : ` ${unit}`}`)]
}

function areaOf({ told, latitude, longitude }: PublicAlert): Markup {
  const { placeName, siteName } = told
  const description = siteName !== null && siteName !== placeName ? `${placeName}, ${siteName}` : placeName
  return element('area', [
    element('areaDesc', description === '' ? told.id : description),
    ...(latitude !== null && longitude !== null
      ? [element('circle', `${degrees(latitude)},${degrees(longitude)} ${CIRCLE_KM}`)]
      : []),
  ])
}

/** Never in scientific writing. */
function degrees(value: number): string {
  return String(Number(value.toFixed(6)))
}
