import { z } from 'zod'
import { identifier, instant, isCleanText, line, prose, wholeNumber } from './fields.ts'
import { SEVERITIES, schedule, scope, timeZone } from './rules.ts'

/** Alerts, silences and what people do with them, over HTTP. */

export const ALERT_STATES = ['pending', 'firing', 'resolved'] as const
export type AlertState = (typeof ALERT_STATES)[number]

export const RESOLUTIONS = ['cleared', 'hours_ended', 'by_hand', 'rule_inactive', 'out_of_scope'] as const
/**
 * `cleared`: the condition was over; `hours_ended`: the hours in which the rule is active were; `rule_inactive`: its rule was switched off or removed; `out_of_scope`: its
 * station was removed or the rule no longer applies to it.
 */
export type Resolution = (typeof RESOLUTIONS)[number]

/** One compared measure as it was when the alert fired. */
export const evidenceItem = z.object({
  station: z.string().describe('whose value it is; for the silence of a whole site, the site'),
  thresholdStation: z
    .string()
    .nullable()
    .describe('whose measured value is the threshold; null: a number, a category or a legal limit'),
  property: z.string(),
  statistic: z.string(),
  windowSeconds: z.number(),
  value: z.number().nullable(),
  operator: z.string(),
  threshold: z.number().nullable(),
  thresholdHigh: z.number().nullable().describe('upper end of a range'),
  limit: z.string().nullable().describe('name of the legal limit'),
  unit: z.string(),
  coverage: z.number().nullable().describe('share of the slots of the window that held observations'),
  count: z.number().describe('observations in the window'),
  holds: z.boolean().nullable().describe('null: not known'),
})
export const evidence = z.object({
  items: z.array(evidenceItem),
  /** The newest observations before the alert fired, oldest first. */
  readings: z.array(
    z.object({
      station: z.string(),
      property: z.string(),
      time: instant,
      value: z.number().nullable(),
      quality: z.number(),
    }),
  ),
})
export type Evidence = z.infer<typeof evidence>
export type EvidenceItem = z.infer<typeof evidenceItem>

export const alertView = z.object({
  id: z.string().describe('of a pending one: tells it apart in a list, and is no address'),
  rule: z.string(),
  ruleName: z.string(),
  ruleVersion: z.number(),
  /** Null for an alert of a whole site. Of a pair of stations, the one outside the own territory is null too. */
  station: z.string().nullable(),
  other: z.string().nullable(),
  site: z.string().nullable(),
  /** Set where there is one alert per datastream. */
  property: z.string().nullable(),
  trigger: z.enum(['condition', 'no_data']),
  state: z.enum(ALERT_STATES),
  severity: z.enum(SEVERITIES),
  startedAt: instant.describe('since when the condition holds, phenomenon time'),
  firedAt: instant.nullable().describe('phenomenon time; null while pending'),
  recordedAt: instant.describe('when the platform noticed'),
  resolvedAt: instant.nullable(),
  resolution: z.enum(RESOLUTIONS).nullable(),
  value: z.number().nullable().describe('of the first comparison when it fired'),
  unit: z.string(),
  comparison: evidenceItem
    .pick({
      station: true,
      thresholdStation: true,
      property: true,
      statistic: true,
      windowSeconds: true,
      operator: true,
      threshold: true,
      thresholdHigh: true,
      limit: true,
    })
    .nullable()
    .describe(
      'what the value was compared with: the first of the evidence; null when part of it lies outside',
    ),
  peak: z.number().nullable(),
  peakAt: instant.nullable(),
  acknowledgedAt: instant.nullable(),
  acknowledgedBy: z.string().nullable(),
  assignee: z.string().nullable(),
  snoozedUntil: instant.nullable(),
  muted: z.boolean().describe('no notification until it is resolved'),
  silencedBy: z.array(z.string()).describe('silences that hold now'),
  inhibitedBy: z.string().nullable().describe('alert that inhibits it now'),
  flapping: z.boolean(),
  falseAlarm: z.object({ reason: z.string(), by: z.string(), at: instant }).nullable(),
  previous: z.string().nullable().describe('the alert of the same rule and station before it'),
  comments: z.number(),
  updatedAt: instant,
})
export type AlertView = z.infer<typeof alertView>

export const ALERT_EVENT_KINDS = [
  'fired',
  'raised',
  'resolved',
  'acknowledged',
  'unacknowledged',
  'assigned',
  'commented',
  'snoozed',
  'muted',
  'unmuted',
  'false_alarm',
  'not_false_alarm',
  'escalated',
  'silenced',
  'unsilenced',
  'inhibited',
  'uninhibited',
  'flapping',
  'settled',
  'notified',
] as const
export const alertEventView = z.object({
  id: z.number(),
  at: instant,
  kind: z.enum(ALERT_EVENT_KINDS),
  actor: z.string().describe('empty for the platform'),
  detail: z.record(z.string(), z.unknown()),
})
export type AlertEventView = z.infer<typeof alertEventView>

export const alertDetailView = z.object({
  ...alertView.shape,
  sentence: z.object({ en: z.string(), zh: z.string() }).describe('of the version of the rule that fired'),
  instruction: z
    .string()
    .describe('what to do, as that version of the rule says; empty when it says nothing'),
  evidence,
  events: z.array(alertEventView).describe('oldest first; at most 2000, the newest'),
  next: z.string().nullable().describe('the alert of the same rule and station after it'),
  similar: z.array(alertView).describe('others of the same rule or station, newest first, at most 10'),
  /** What the machine knows now; null when it is resolved. */
  now: z
    .object({ value: z.number().nullable(), at: instant.nullable(), holds: z.boolean().nullable() })
    .nullable(),
})
export type AlertDetailView = z.infer<typeof alertDetailView>

const list = z
  .string()
  .max(2000)
  .refine(isCleanText)
  .describe('one, or several separated by commas')
  .optional()
export const alertsQuery = z.strictObject({
  state: list,
  severity: list,
  station: z.string().max(64).optional(),
  site: z.string().max(64).optional(),
  rule: z.string().max(64).optional(),
  jurisdiction: z.string().max(64).optional(),
  assignee: z.string().max(128).optional().describe('a user name; me; none'),
  acknowledged: z.enum(['true', 'false']).optional(),
  silenced: z.enum(['true', 'false']).optional().describe('silenced, inhibited, snoozed or muted'),
  text: z.string().max(200).optional().describe('part of the name of the rule or station'),
  from: z.string().optional().describe('firing at or after; ISO 8601 with offset'),
  to: z.string().optional().describe('fired before; ISO 8601 with offset'),
  before: z.string().max(200).optional().describe('next of the previous page'),
  limit: wholeNumber(500, 100),
})
export type AlertsQuery = z.infer<typeof alertsQuery>

export const alertCounts = z.object({
  pending: z.number(),
  firing: z.number(),
  unacknowledged: z.number(),
  silenced: z.number(),
  mine: z.number(),
  bySeverity: z.record(z.enum(SEVERITIES), z.number()),
})
export type AlertCounts = z.infer<typeof alertCounts>
export const alertsView = z.object({
  alerts: z.array(alertView).describe('newest first'),
  next: z.string().nullable(),
  counts: alertCounts.describe('of all open alerts within reach, whatever was asked for'),
})
export type AlertsView = z.infer<typeof alertsView>

export const commentInput = z.strictObject({ text: prose(4000).min(1).describe('@name mentions somebody') })
export const acknowledgeInput = z.strictObject({ text: prose(4000).optional() })
export const assignInput = z.strictObject({ assignee: z.string().min(1).max(128).nullable() })
export const snoozeInput = z.strictObject({ until: instant.nullable() })
export const muteInput = z.strictObject({ muted: z.boolean() })
export const resolveInput = z.strictObject({ text: prose(4000).optional() })
export const falseAlarmInput = z.strictObject({
  falseAlarm: z.boolean(),
  reason: prose(2000).default('').describe('needed when it is one'),
})
export const BULK_ACTIONS = [
  'acknowledge',
  'assign',
  'comment',
  'snooze',
  'mute',
  'resolve',
  'false-alarm',
] as const
/** The same act on many alerts. Each is done or not by itself; what was not done is listed. */
export const bulkInput = z.strictObject({
  alerts: z.array(z.string().min(1).max(64)).min(1).max(500),
  action: z.enum(BULK_ACTIONS),
  input: z.record(z.string(), z.json()).default({}).describe('the body of that act'),
})
export const bulkView = z.object({
  done: z.array(z.string()),
  failed: z.array(z.object({ id: z.string(), title: z.string() })),
})
export type BulkView = z.infer<typeof bulkView>

export const savedViewInput = z.strictObject({
  name: line(100),
  query: z.string().max(2000).refine(isCleanText),
})
export const savedView = z.object({ id: z.string(), name: z.string(), query: z.string() })
export type SavedView = z.infer<typeof savedView>

/** People alerts can be assigned to. */
export const assigneeView = z.object({ username: z.string(), displayName: z.string() })
export type AssigneeView = z.infer<typeof assigneeView>

// ── Silences ────────────────────────────────────────────────────────────────────────────────────────────

export const silenceInput = z.strictObject({
  jurisdiction: identifier
    .nullable()
    .default(null)
    .describe('the silence reaches no further; null: the whole territory'),
  reason: prose(1000).min(1),
  scope,
  rules: z.array(identifier).min(1).max(200).nullable().default(null),
  severities: z.array(z.enum(SEVERITIES)).min(1).max(4).nullable().default(null),
  startsAt: instant,
  endsAt: instant.describe('at most a year after its start'),
  recurring: z
    .strictObject({ timeZone, schedule })
    .nullable()
    .default(null)
    .describe('within start and end, only in these hours'),
})
export type SilenceInput = z.infer<typeof silenceInput>
export const silencePatch = z.strictObject({
  endsAt: instant.optional(),
  reason: prose(1000).min(1).optional(),
})
export const silenceView = z.object({
  id: z.string(),
  ...silenceInput.shape,
  author: z.string(),
  createdAt: instant,
  state: z.enum(['pending', 'active', 'expired']),
  endedBy: z.string().nullable(),
  matching: z.number().describe('open alerts it silences now'),
})
export type SilenceView = z.infer<typeof silenceView>
