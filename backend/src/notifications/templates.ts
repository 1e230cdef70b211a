import type { TemplatePlaceholder } from '@osprey/core/api/notifications'
import {
  inOrder,
  isOver,
  type Language,
  type Message,
  placeText,
  severityName,
  spanText,
  stateName,
  type ToldAlert,
  titleOf,
  valueText,
} from './message.ts'
import { shortened } from './shorten.ts'

/** Texts of channels: templates whose placeholders are filled with what is made harmless for the format. */

/** How a format writes what people have typed, and its own parts. */
export interface Format {
  escape(text: string): string
  link(url: string, text: string): string
  bullet: string
}

/** One line, whatever was typed: a line break could begin a heading or a quotation. */
function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}\u2028\u2029]+/gu, ' ').trim()
}

/** Letters that mean something to Markdown, and full-width ones that look alike and mean nothing. */
const HARMLESS: Record<string, string> = {
  '\\': '＼',
  '`': '｀',
  '*': '＊',
  _: '＿',
  '~': '～',
  '[': '［',
  ']': '］',
  '<': '＜',
  '>': '＞',
  '#': '＃',
  '|': '｜',
  '!': '！',
  '&': '＆',
}

export const PLAIN: Format = { escape: oneLine, link: (url) => url, bullet: '- ' }
/**
 * DingTalk and WeCom know different parts of Markdown and no way to escape it that both honour, and take HTML tags
 * besides. So what has a meaning is replaced.
 */
export const MARKDOWN: Format = {
  escape: (text) => oneLine(text).replace(/[\\`*_~[\]<>#|!&]/g, (letter) => HARMLESS[letter] ?? ''),
  link: (url, text) => `[${text}](${url})`,
  bullet: '- ',
}
/** Slack: only these three are control characters, and `<…>` is the only way to mention or to link. */
export const SLACK: Format = {
  escape: (text) => oneLine(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
  link: (url, text) => `<${url}|${text}>`,
  bullet: '• ',
}

const SHOW: Record<Language, string> = { en: 'Show', zh: '查看' }

/** Fills a template. What is filled in is not looked at again: a name that holds a placeholder stays what it is. */
export function fill(
  template: string,
  message: Message,
  {
    format,
    language,
    lines,
    instruction: most = Number.POSITIVE_INFINITY,
  }: { format: Format; language: Language; lines: number; instruction?: number },
): string {
  const ordered = inOrder(message.alerts)
  const first = ordered[0]
  const over = ordered.filter(({ as }) => isOver(as)).length
  const of = (text: (alert: ToldAlert) => string) => (first ? format.escape(text(first)) : '')
  const values: Record<TemplatePlaceholder, () => string> = {
    title: () => format.escape(titleOf(message, language)),
    alerts: () => listOf(ordered, format, language, lines),
    count: () => String(ordered.length),
    firing: () => String(ordered.length - over),
    resolved: () => String(over),
    severity: () => of(({ severity }) => severityName(severity, language)),
    rule: () => of(({ ruleName }) => ruleName),
    station: () => of(({ placeName }) => placeName),
    site: () => of(({ siteName }) => siteName ?? ''),
    value: () => of((alert) => valueText(alert, language)),
    time: () => of((alert) => spanText(alert, language)),
    instruction: () => (most === 0 ? '' : of(({ instruction }) => shortened(instruction, most))),
    link: () => (first?.link ? format.link(first.link, SHOW[language]) : ''),
    route: () => format.escape(message.route?.name ?? ''),
  }
  return template.replace(/\{\{\s*([^{}]*?)\s*\}\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? values[name as TemplatePlaceholder]() : whole,
  )
}

function listOf(alerts: readonly ToldAlert[], format: Format, language: Language, lines: number): string {
  const listed = alerts.slice(0, lines).map((alert) => {
    const severity = severityName(alert.severity, language)
    const mark = `${stateName(alert.as, language)} · ${severity}${alert.flapping ? FLAPPING[language] : ''}`
    const parts = [
      mark,
      alert.ruleName,
      placeText(alert, language),
      valueText(alert, language),
      spanText(alert, language),
    ]
    return (
      format.bullet +
      parts
        .filter((part) => part !== '')
        .map((part) => format.escape(part))
        .join(' · ')
    )
  })
  const omitted = alerts.length - listed.length
  if (omitted > 0)
    listed.push(format.bullet + (language === 'en' ? `and ${omitted} more` : `另有 ${omitted} 条`))
  return listed.join('\n')
}

const FLAPPING: Record<Language, string> = {
  en: ' · flapping, quiet until calm for an hour',
  zh: ' · 反复告警，平稳一小时前不再通知',
}
