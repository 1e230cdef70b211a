import type { Severity } from '@osprey/core/api/rules'
import { severityName, type ToldAlert, timeText, titleOf, valueText } from '../notifications/message.ts'
import { beginning } from '../notifications/shorten.ts'
import type { CancelReason, Issued } from './cap-thread.ts'
import { element, type Markup, root } from './xml.ts'

/** Public alerts as messages of the Common Alerting Protocol 1.2 (OASIS). Pure. */

export const CAP_NAMESPACE = 'urn:oasis:names:tc:emergency:cap:1.2'

/** What the public is told of an alert. */
export interface PublicAlert {
  told: ToldAlert
  latitude: number | null
  longitude: number | null
}

/** One message. `references` are those it follows and that have not expired. */
export interface CapMessage extends Issued {
  references: readonly Issued[]
  /** Null unless it cancels. */
  reason: CancelReason | null
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

const NOTES: Partial<Record<CancelReason, string>> = {
  false_alarm: 'This was a false alarm. / 此告警为误报。',
  withdrawn: 'It is no longer published; whether it is over is not said. / 不再对外发布，不表示已解除。',
}

/** 2026-11-24T08:15:00-00:00: CAP 1.2 clause 3.3.2 wants an offset and forbids Z. */
export function capTime(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}-00:00`
}

/** The order of the elements is that of the schema. */
export function capXml(message: CapMessage, alert: PublicAlert, { sender, status }: Sender): string {
  const { identifier, msgType, sent, references, reason } = message
  const note = reason === null ? undefined : NOTES[reason]
  const followed = references.map((one) => `${sender},${one.identifier},${capTime(one.sent)}`)
  return root('alert', { xmlns: CAP_NAMESPACE }, [
    element('identifier', identifier),
    element('sender', sender),
    element('sent', capTime(sent)),
    element('status', status),
    element('msgType', msgType),
    element('scope', 'Public'),
    ...(note === undefined ? [] : [element('note', note)]),
    ...(followed.length > 0 ? [element('references', followed.join(' '))] : []),
    ...LANGUAGES.map((language) => infoOf(message, alert, language)),
  ])
}

function infoOf(
  message: CapMessage,
  alert: PublicAlert,
  { code, language }: (typeof LANGUAGES)[number],
): Markup {
  const { severity, sent, expires, reason } = message
  const { told } = alert
  const isOver = reason === 'over' || reason === 'false_alarm'
  const shown: ToldAlert = {
    ...told,
    severity,
    as: isOver ? 'resolved' : 'firing',
    resolvedAt: isOver ? told.resolvedAt : null,
  }
  const { instruction } = told
  const said = reason ?? 'firing'
  return element('info', [
    element('language', code),
    element('category', 'Env'),
    element('event', told.ruleName),
    element('responseType', isOver ? 'AllClear' : reason === null ? 'Monitor' : 'None'),
    element(
      'urgency',
      { firing: 'Immediate', over: 'Past', false_alarm: 'Past', withdrawn: 'Unknown' }[said],
    ),
    element('severity', CAP_SEVERITY[severity]),
    element(
      'certainty',
      { firing: 'Observed', over: 'Observed', false_alarm: 'Unlikely', withdrawn: 'Unknown' }[said],
    ),
    element('effective', capTime(sent)),
    element('onset', capTime(told.startedAt)),
    element('expires', capTime(expires)),
    element('senderName', 'Osprey'),
    element('headline', beginning(titleOf({ route: null, alerts: [shown] }, language), 160)),
    element('description', descriptionOf(shown, message, language)),
    ...(instruction !== '' && reason === null ? [element('instruction', instruction)] : []),
    ...parametersOf(told),
    areaOf(alert),
  ])
}

function descriptionOf(told: ToldAlert, { reason, sent }: CapMessage, language: 'en' | 'zh'): string {
  const value = valueText(told, language)
  const from = timeText(told.firedAt, told.timeZone)
  const severity = severityName(told.severity, language)
  if (reason === null || reason === 'withdrawn') {
    return language === 'en'
      ? `${told.ruleName} at ${told.placeName} (${severity}), measured since ${from}${value === '' ? '' : `: ${value}`}.`
      : `${told.placeName}：${told.ruleName}（${severity}），自 ${from} 起监测到${value === '' ? '' : `：${value}`}。`
  }
  const to = timeText(reason === 'over' ? (told.resolvedAt ?? sent) : sent, told.timeZone)
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
