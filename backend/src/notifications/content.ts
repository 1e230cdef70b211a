import type { ChannelKind } from '@osprey/core/api/notifications'
import { inOrder, type Language, type Message, type ToldAlert, titleOf } from './message.ts'
import { beginning } from './shorten.ts'
import { type Format, fill, MARKDOWN, PLAIN, SLACK } from './templates.ts'

/** What is sent, made when it is decided: every attempt sends the same. Addresses and secrets are not in it. */
export type Content = { kind: 'mail'; subject: string; text: string } | { kind: 'post'; body: unknown }

/** What of a channel shapes its content. */
export interface ContentChannel {
  kind: Exclude<ChannelKind, 'in_app'>
  language: Language
  template: string | null
}

/** Bytes of UTF-8 a robot takes: DingTalk 20,000, WeCom 4,096; Slack cuts a text after 40,000 characters. */
const MOST: Record<'dingtalk' | 'wecom' | 'slack', number> = { dingtalk: 18_000, wecom: 4000, slack: 30_000 }
/** Tried in this order: a long instruction is shortened before alerts are left out. */
const EXTENTS: readonly { lines: number; instruction: number }[] = [
  { lines: 30, instruction: Number.POSITIVE_INFINITY },
  { lines: 30, instruction: 400 },
  { lines: 15, instruction: 200 },
  { lines: 8, instruction: 200 },
  { lines: 4, instruction: 100 },
  { lines: 2, instruction: 50 },
  { lines: 1, instruction: 0 },
]
const MOST_IN_WEBHOOK = 500
/** Bytes of the alerts in the body of a webhook: less than is ever sent, and what receivers commonly take. */
const MOST_WEBHOOK_BYTES = 450_000
const MARKDOWN_TEMPLATE = '### {{title}}\n\n{{alerts}}\n\n{{instruction}}\n\n{{link}}'
const SLACK_TEMPLATE = '*{{title}}*\n{{alerts}}\n{{instruction}}\n{{link}}'
const MAIL_TEMPLATE = '{{title}}\n\n{{alerts}}\n\n{{instruction}}\n\n{{link}}'

/** The message in the form of a channel. `key` is that of the delivery. */
export function contentOf(channel: ContentChannel, message: Message, key: string, at: number): Content {
  const { kind, language, template } = channel
  switch (kind) {
    case 'email':
      return mailOf(message, [language])
    case 'webhook':
      return { kind: 'post', body: webhookBody(message, key, at) }
    case 'dingtalk': {
      const text = fitting(template ?? MARKDOWN_TEMPLATE, message, MARKDOWN, language, MOST.dingtalk)
      const title = beginning(MARKDOWN.escape(titleOf(message, language)), 200)
      return { kind: 'post', body: { msgtype: 'markdown', markdown: { title, text } } }
    }
    case 'wecom': {
      const content = fitting(template ?? MARKDOWN_TEMPLATE, message, MARKDOWN, language, MOST.wecom)
      return { kind: 'post', body: { msgtype: 'markdown', markdown: { content } } }
    }
    case 'slack': {
      const text = fitting(template ?? SLACK_TEMPLATE, message, SLACK, language, MOST.slack)
      return { kind: 'post', body: { text, unfurl_links: false, unfurl_media: false } }
    }
  }
}

/** A mail in one language, or in both where nobody knows which the reader prefers. */
export function mailOf(
  message: Message,
  languages: readonly Language[] = ['en', 'zh'],
): Extract<Content, { kind: 'mail' }> {
  const texts = languages.map((language) => fitting(MAIL_TEMPLATE, message, PLAIN, language, 100_000))
  const subject = beginning(titleOf(message, languages[0] ?? 'en').replace(/[\s\p{Cc}]+/gu, ' '), 200)
  return { kind: 'mail', subject, text: `${texts.join('\n\n────────\n\n')}\n` }
}

/** As much as fits, and never more bytes than the receiver takes. */
function fitting(
  template: string,
  message: Message,
  format: Format,
  language: Language,
  most: number,
): string {
  let text = ''
  for (const extent of EXTENTS) {
    text = tidy(fill(template, message, { format, language, ...extent }))
    if (Buffer.byteLength(text) <= most) return text
  }
  return cut(text, most)
}

/** Placeholders without a value leave no holes. */
function tidy(text: string): string {
  return text.replace(/\n{3,}/g, '\n\n').trim()
}

/** The longest beginning of whole characters that has no more bytes. */
function cut(text: string, most: number): string {
  const bytes = Buffer.from(text).subarray(0, most - 3)
  return `${bytes.toString('utf8').replace(/\uFFFD+$/u, '')}…`
}

/** Version 1 of the body of generic webhooks. The least severe are left out where it would become too large. */
function webhookBody({ route, alerts }: Message, key: string, at: number): object {
  const told = fittingAlerts(inOrder(alerts).slice(0, MOST_IN_WEBHOOK))
  return {
    version: 1,
    id: key,
    time: iso(at),
    route,
    alerts: told,
    omitted: alerts.length - told.length,
  }
}

/** An instruction that an alert before it has already is left out (null) where not all fits. */
function fittingAlerts(alerts: readonly ToldAlert[]): object[] {
  const whole = alerts.map(webhookAlert)
  if (Buffer.byteLength(JSON.stringify(whole)) <= MOST_WEBHOOK_BYTES) return whole
  const given = new Set<string>()
  const told: object[] = []
  let bytes = 2
  for (const alert of alerts) {
    const name = JSON.stringify([alert.rule, alert.instruction])
    const one = { ...webhookAlert(alert), ...(given.has(name) && { instruction: null }) }
    bytes += Buffer.byteLength(JSON.stringify(one)) + 1
    if (bytes > MOST_WEBHOOK_BYTES) break
    given.add(name)
    told.push(one)
  }
  return told
}

function webhookAlert(alert: ToldAlert): object {
  const { id, as, rule, ruleName, severity, trigger, station, placeName, site, siteName, property } = alert
  const { value, category, unit, peak, flapping, instruction, link } = alert
  return {
    id,
    event: as,
    state: alert.resolvedAt === null ? 'firing' : 'resolved',
    severity,
    rule: { id: rule, name: ruleName },
    trigger,
    station: station === null ? null : { id: station, name: placeName },
    site: site === null ? null : { id: site, name: siteName },
    property,
    value,
    category,
    peak,
    unit,
    flapping,
    startedAt: iso(alert.startedAt),
    firedAt: iso(alert.firedAt),
    resolvedAt: alert.resolvedAt === null ? null : iso(alert.resolvedAt),
    instruction,
    link,
  }
}

function iso(time: number): string {
  return new Date(time).toISOString()
}
