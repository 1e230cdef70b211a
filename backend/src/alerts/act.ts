import {
  acknowledgeInput,
  assignInput,
  BULK_ACTIONS,
  commentInput,
  falseAlarmInput,
  muteInput,
  resolveInput,
  snoozeInput,
} from '@osprey/core/api/alerts'
import type { AuditAction } from '@osprey/core/api/audit'
import type { z } from 'zod'
import { invalid, invalidFields, ProblemException } from '../http/problem.ts'
import { fieldErrors } from '../http/validation.ts'
import type { AlertEventKind, AlertRow } from './alert-row.ts'

/** What a person does with an alert. Decided here, without a database: the row as it is gives the row as it becomes. */

export type Act =
  | { action: 'acknowledge'; text: string }
  | { action: 'unacknowledge' }
  | { action: 'assign'; assignee: string | null }
  | { action: 'comment'; text: string }
  | { action: 'snooze'; until: Date | null }
  | { action: 'mute'; muted: boolean }
  | { action: 'resolve'; text: string }
  | { action: 'false-alarm'; reason: string | null }

/** What of a row an act may change. */
export type Touched = Pick<
  AlertRow,
  | 'state'
  | 'resolvedAt'
  | 'resolution'
  | 'acknowledgedAt'
  | 'acknowledgedBy'
  | 'assignee'
  | 'snoozedUntil'
  | 'muted'
  | 'falseAlarm'
  | 'comments'
>

export type ActVerdict =
  | { allowed: true; set: Partial<Touched>; kind: AlertEventKind; detail: Record<string, unknown> }
  /** It is so already. */
  | { allowed: true; set: null }
  | { allowed: false; reason: ActRefusal; title: string }

export type ActRefusal =
  | 'acknowledged_already'
  | 'not_acknowledged'
  | 'resolved_already'
  | 'not_a_false_alarm'
  | 'too_many_comments'

export const MAX_COMMENTS = 1000
const MAX_SNOOZE_MS = 30 * 86_400_000

const done = (
  kind: AlertEventKind,
  set: Partial<Touched>,
  detail: Record<string, unknown> = {},
): ActVerdict => ({
  allowed: true,
  set,
  kind,
  detail,
})
const nothing: ActVerdict = { allowed: true, set: null }
const refused = (reason: ActRefusal, title: string): ActVerdict => ({ allowed: false, reason, title })

/** What comes of an act of `by` on an alert. */
export function judgeAct(act: Act, row: AlertRow, by: string, now: Date): ActVerdict {
  const { assignee, muted, snoozedUntil, comments } = row
  switch (act.action) {
    case 'acknowledge':
      if (row.acknowledgedAt) return refused('acknowledged_already', acknowledgedBy(row))
      return done('acknowledged', { acknowledgedAt: now, acknowledgedBy: by }, saying(act.text))
    case 'unacknowledge':
      if (!row.acknowledgedAt) return refused('not_acknowledged', 'nobody has acknowledged this alert')
      return done(
        'unacknowledged',
        { acknowledgedAt: null, acknowledgedBy: null },
        { was: row.acknowledgedBy },
      )
    case 'assign':
      if (act.assignee === assignee) return nothing
      return done('assigned', { assignee: act.assignee }, { assignee: act.assignee, was: assignee })
    case 'comment':
      if (comments >= MAX_COMMENTS) {
        return refused('too_many_comments', `an alert has at most ${MAX_COMMENTS} comments`)
      }
      return done('commented', { comments: comments + 1 }, saying(act.text))
    case 'snooze':
      if (row.state === 'resolved') return refused('resolved_already', resolvedBy(row))
      if (act.until?.getTime() === snoozedUntil?.getTime()) return nothing
      return done('snoozed', { snoozedUntil: act.until }, { until: act.until?.toISOString() ?? null })
    case 'mute':
      if (row.state === 'resolved') return refused('resolved_already', resolvedBy(row))
      if (act.muted === muted) return nothing
      return done(act.muted ? 'muted' : 'unmuted', { muted: act.muted })
    case 'resolve': {
      if (row.state === 'resolved') return refused('resolved_already', resolvedBy(row))
      const resolvedAt = now > row.firedAt ? now : row.firedAt
      const set = { state: 'resolved', resolvedAt, resolution: 'by_hand' } as const
      return done('resolved', set, { resolution: 'by_hand', ...saying(act.text) })
    }
    case 'false-alarm':
      if (act.reason === null) {
        if (!row.falseAlarm) return refused('not_a_false_alarm', 'this alert is not marked as a false alarm')
        return done('not_false_alarm', { falseAlarm: null }, { was: row.falseAlarm.reason })
      }
      if (row.falseAlarm?.reason === act.reason) return nothing
      return done(
        'false_alarm',
        { falseAlarm: { reason: act.reason, by, at: now.toISOString() } },
        { reason: act.reason },
      )
  }
}

/** Names of the entries of the audit log. */
export const AUDITED: Readonly<Record<Act['action'], AuditAction>> = {
  acknowledge: 'alert.acknowledged',
  unacknowledge: 'alert.unacknowledged',
  assign: 'alert.assigned',
  comment: 'alert.commented',
  snooze: 'alert.snoozed',
  mute: 'alert.muted',
  resolve: 'alert.resolved',
  'false-alarm': 'alert.judged',
}

type Action = (typeof BULK_ACTIONS)[number]
const BODIES = {
  acknowledge: acknowledgeInput,
  assign: assignInput,
  comment: commentInput,
  snooze: snoozeInput,
  mute: muteInput,
  resolve: resolveInput,
  'false-alarm': falseAlarmInput,
} as const satisfies Record<Action, z.ZodType>
type Bodies = { [Key in Action]: z.infer<(typeof BODIES)[Key]> }

/** The act of an action and the body of its route. @throws ProblemException 400 */
export function actOf<Key extends Action>(action: Key, body: Bodies[Key], now: number): Act {
  return readAct({ action, body } as { [K in Action]: { action: K; body: Bodies[K] } }[Action], now)
}

/** The same for a body that nothing is known of. @throws ProblemException 400 naming the fields of `input`. */
export function actOfAny(action: Action, input: unknown, now: number): Act {
  const result = (BODIES[action] as z.ZodType).safeParse(input)
  if (!result.success) {
    throw invalidFields(
      fieldErrors(result.error.issues, input).map((error) => ({ ...error, field: `input.${error.field}` })),
    )
  }
  return actOf(action, result.data as never, now)
}

function readAct(asked: { [Key in Action]: { action: Key; body: Bodies[Key] } }[Action], now: number): Act {
  switch (asked.action) {
    case 'acknowledge':
    case 'resolve':
      return { action: asked.action, text: asked.body.text?.trim() ?? '' }
    case 'comment': {
      const text = asked.body.text.trim()
      if (text === '') throw invalid('text', asked.body.text, 'text that is not blank')
      return { action: 'comment', text }
    }
    case 'assign':
      return { action: 'assign', assignee: asked.body.assignee }
    case 'snooze':
      return { action: 'snooze', until: snoozeEnd(asked.body.until, now) }
    case 'mute':
      return { action: 'mute', muted: asked.body.muted }
    case 'false-alarm':
      return { action: 'false-alarm', reason: reasonOf(asked.body) }
  }
}

function snoozeEnd(text: string | null, now: number): Date | null {
  if (text === null) return null
  const until = new Date(text)
  const ahead = until.getTime() - now
  if (!(ahead > 0 && ahead <= MAX_SNOOZE_MS)) throw invalid('until', text, 'a time within the next 30 days')
  return until
}

function reasonOf({ falseAlarm, reason }: Bodies['false-alarm']): string | null {
  if (!falseAlarm) return null
  if (reason.trim() === '') throw invalid('reason', reason, 'why it is a false alarm')
  return reason.trim()
}

/** 409 for what cannot be done. */
export function refusalOf(verdict: Extract<ActVerdict, { allowed: false }>): ProblemException {
  return new ProblemException(409, verdict.title)
}

function saying(text: string): Record<string, unknown> {
  return text === '' ? {} : { text }
}

function acknowledgedBy({ acknowledgedAt, acknowledgedBy: by }: AlertRow): string {
  return `${by} has acknowledged this alert already, at ${acknowledgedAt?.toISOString()}`
}

function resolvedBy({ resolvedAt, resolution }: AlertRow): string {
  const how = resolution === 'by_hand' ? 'was resolved by hand' : 'is resolved'
  return `this alert ${how} already, at ${resolvedAt?.toISOString()}`
}
