import type { AlertDetailView, AlertEventView } from '@osprey/core/api/alerts'
import { type FormEvent, useState } from 'react'
import { useWorkspace } from '../app-state.ts'
import { type Text, useText } from '../i18n/use-text.ts'
import { formatHash } from '../routing/route.ts'
import { useMay } from '../session/permissions.ts'
import { Button } from '../ui/button.tsx'
import { Icon, type IconName } from '../ui/icons.tsx'
import { useObservable } from '../ui/observable.ts'
import { ProblemText } from '../ui/problem-text.tsx'
import { measuredText } from './alert-text.ts'
import { CommentField } from './comment-field.tsx'
import { useAct } from './use-act.ts'

const ICONS: Readonly<Record<AlertEventView['kind'], IconName>> = {
  fired: 'alert',
  raised: 'up',
  resolved: 'check',
  acknowledged: 'check',
  unacknowledged: 'close',
  assigned: 'person',
  commented: 'comment',
  snoozed: 'clock',
  muted: 'silence',
  unmuted: 'bell',
  false_alarm: 'close',
  not_false_alarm: 'check',
  escalated: 'up',
  silenced: 'silence',
  unsilenced: 'bell',
  inhibited: 'silence',
  uninhibited: 'bell',
  flapping: 'flapping',
  settled: 'check',
  notified: 'send',
}

interface TimelineProps {
  alert: AlertDetailView
  writable: boolean
  onChanged: () => void
}

/** Who did what and when, oldest first, and the box for one's own word. */
export function Timeline({ alert, writable, onChanged }: TimelineProps) {
  const text = useText()
  const { t, format } = text
  const may = useMay()
  return (
    <>
      <ol className="timeline" data-testid="timeline">
        {alert.events.map((event) => (
          <li key={event.id} data-kind={event.kind}>
            <span className="timeline-icon">
              <Icon name={ICONS[event.kind] ?? 'info'} size={14} />
            </span>
            <div>
              <p>
                <strong>{event.actor === '' ? t('alerts.event.platform') : event.actor}</strong>{' '}
                <EventText alert={alert} event={event} />
              </p>
              <time className="hint number" dateTime={event.at}>
                {format.dateTime(Date.parse(event.at))}
              </time>
              <Words event={event} />
              {event.kind === 'notified' && may('notifications:read') && (
                <a
                  className="link"
                  href={formatHash({ page: 'notifications', view: 'deliveries', alert: alert.id })}
                  data-testid="to-deliveries"
                >
                  {t('notifications.delivery.ofThis')}
                </a>
              )}
            </div>
          </li>
        ))}
      </ol>
      {writable && <CommentBox alert={alert.id} onSent={onChanged} />}
    </>
  )
}

function EventText({ alert, event }: { alert: AlertDetailView; event: AlertEventView }) {
  const text = useText()
  const catalogue = useObservable(useWorkspace().catalogue)
  const { comparison, unit } = alert
  const value = (amount: unknown): string => {
    if (typeof amount !== 'number' || comparison === null) return ''
    const property = catalogue.get(comparison.property)
    return ` (${measuredText(amount, unit, property, comparison.statistic, text)})`
  }
  return <span>{eventText(event, text, value)}</span>
}

function eventText(
  { kind, detail }: AlertEventView,
  { t, format }: Text,
  value: (amount: unknown) => string,
): string {
  const severity = (name: unknown): string =>
    typeof name === 'string' ? t(`alerts.severity.${name}` as 'alerts.severity.minor') : ''
  switch (kind) {
    case 'fired':
      return `${t('alerts.event.fired', { severity: severity(detail['severity']) })}${value(detail['value'])}`
    case 'raised':
      return `${t('alerts.event.raised', { severity: severity(detail['severity']) })}${value(detail['value'])}`
    case 'resolved': {
      const resolution = detail['resolution']
      const how =
        typeof resolution === 'string'
          ? t(`alerts.resolution.${resolution}` as 'alerts.resolution.cleared')
          : ''
      return how === '' ? t('alerts.event.resolved') : `${t('alerts.event.resolved')}: ${how}`
    }
    case 'assigned': {
      const { assignee } = detail
      return typeof assignee === 'string'
        ? t('alerts.event.assigned', { name: assignee })
        : t('alerts.event.unassigned')
    }
    case 'snoozed': {
      const { until } = detail
      return typeof until === 'string'
        ? t('alerts.event.snoozed', { time: format.dateTime(Date.parse(until)) })
        : t('alerts.event.unsnoozed')
    }
    default:
      return t(`alerts.event.${kind}`)
  }
}

/** What somebody wrote with it. */
function Words({ event: { detail } }: { event: AlertEventView }) {
  const words = [detail['text'], detail['reason']].filter((part) => typeof part === 'string' && part !== '')
  return words.map((part) => (
    <p key={String(part)} className="timeline-words">
      {mentionsMarked(String(part))}
    </p>
  ))
}

/** Mentions stand out; everything else is text. */
function mentionsMarked(text: string) {
  return text.split(/((?:^|(?<=[\s(,;:，。；：（]))@[A-Za-z0-9][A-Za-z0-9._-]*)/).map((part, at) =>
    part.startsWith('@') ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text do not move
      <mark key={at} className="mention">
        {part}
      </mark>
    ) : (
      part
    ),
  )
}

function CommentBox({ alert, onSent }: { alert: string; onSent: () => void }) {
  const { t } = useText()
  const [text, setText] = useState('')
  const { busy, error, act } = useAct()
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    void act([alert], { action: 'comment', input: { text: text.trim() } }).then((done) => {
      if (!done) return
      setText('')
      onSent()
    })
  }
  return (
    <form className="card-form comment-box" onSubmit={submit} data-testid="comment-form">
      <CommentField label={t('alerts.comment.label')} value={text} onChange={setText} />
      {error !== null && <ProblemText error={error} />}
      <div className="actions">
        <Button type="submit" look="primary" disabled={busy || text.trim() === ''} data-testid="send-comment">
          {t('alerts.comment.send')}
        </Button>
      </div>
    </form>
  )
}
