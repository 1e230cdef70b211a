import type { DeviceAuthentication } from '@osprey/core/api'
import type { ALERT_EVENT_KINDS, Evidence, Resolution, SilenceInput } from '@osprey/core/api/alerts'
import type { ChannelKind, NoticeView, RouteInput } from '@osprey/core/api/notifications'
import type { RuleDefinition, Severity } from '@osprey/core/api/rules'
import type { Role } from '@osprey/core/permissions'
import { sql } from 'drizzle-orm'
import {
  type AnyPgColumn,
  bigint,
  boolean,
  customType,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  serial,
  text,
  timestamp,
  uniqueIndex,
} from 'drizzle-orm/pg-core'

/** GeoJSON is kept as `json`, not `jsonb`: it is stored and returned whole, never searched. */
const json = customType<{ data: string; driverData: string }>({ dataType: () => 'text' })

const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' })

export const sites = pgTable('sites', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  latitude: doublePrecision('latitude'),
  longitude: doublePrecision('longitude'),
  description: text('description'),
  attributes: jsonb('attributes').$type<Record<string, string | number | boolean>>(),
  createdAt: instant('created_at').notNull().defaultNow(),
  updatedAt: instant('updated_at').notNull().defaultNow(),
})

export const stations = pgTable(
  'stations',
  {
    id: text('id').primaryKey(),
    name: text('name').notNull(),
    latitude: doublePrecision('latitude').notNull(),
    longitude: doublePrecision('longitude').notNull(),
    medium: text('medium').notNull(),
    site: text('site').references(() => sites.id, { onDelete: 'set null' }),
    elevation: doublePrecision('elevation'),
    description: text('description'),
    class: text('class'),
    silentAfterSeconds: integer('silent_after_seconds'),
    attributes: jsonb('attributes').$type<Record<string, string | number | boolean>>(),
    createdAt: instant('created_at').notNull().defaultNow(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
  },
  (table) => [index('stations_site').on(table.site)],
)

/** Observed properties an administrator added to the built-in catalogue. */
export const properties = pgTable('properties', {
  id: text('id').primaryKey(),
  definition: jsonb('definition').notNull().$type<unknown>(),
  createdAt: instant('created_at').notNull().defaultNow(),
})

/**
 * One property at one station. Rows outlive their station on purpose: observations refer to the number,
 * and a station that is created again under the same id continues its history.
 */
export const datastreams = pgTable(
  'datastreams',
  {
    id: serial('id').primaryKey(),
    station: text('station').notNull(),
    property: text('property').notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (table) => [uniqueIndex('datastreams_station_property').on(table.station, table.property)],
)

export const devices = pgTable('devices', {
  id: text('id').primaryKey(),
  /** Lower-case hexadecimal SHA-256 of the 256-bit secret. */
  secretHash: text('secret_hash').notNull(),
  disabled: boolean('disabled').notNull().default(false),
  /** UCUM code per property id, where the device does not report in the property's own unit. */
  units: jsonb('units').notNull().default({}).$type<Record<string, string>>(),
  authentication: text('authentication').notNull().default('secret').$type<DeviceAuthentication>(),
  rotatedAt: instant('rotated_at').notNull().defaultNow(),
  createdAt: instant('created_at').notNull().defaultNow(),
})

export const deviceStations = pgTable(
  'device_stations',
  {
    device: text('device')
      .notNull()
      .references(() => devices.id, { onDelete: 'cascade' }),
    station: text('station')
      .notNull()
      .references(() => stations.id, { onDelete: 'cascade' }),
    position: integer('position').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.device, table.station] }),
    index('device_stations_station').on(table.station),
  ],
)

/** Last known connection of a device, fed by the journal's connected and disconnected entries. */
export const presence = pgTable('presence', {
  device: text('device').primaryKey(),
  connected: boolean('connected').notNull(),
  since: instant('since').notNull(),
  address: text('address'),
  reason: text('reason'),
  /** JSON the device, or its last will, published about itself. */
  status: text('status'),
  statusAt: instant('status_at'),
})

/** Notices of the pipeline keep its number as their key: delivered twice they are stored once. */
const noticeId = () => bigint('id', { mode: 'number' }).primaryKey()

export const rejectedMessages = pgTable(
  'rejected_messages',
  {
    id: noticeId(),
    device: text('device').notNull(),
    topic: text('topic').notNull(),
    receivedAt: instant('received_at').notNull(),
    reason: text('reason').notNull(),
    detail: text('detail').notNull(),
    readings: integer('readings').notNull(),
    payload: text('payload').notNull(),
  },
  (table) => [index('rejected_messages_device').on(table.device, table.id)],
)

export const refusedConnections = pgTable(
  'refused_connections',
  {
    id: noticeId(),
    device: text('device').notNull(),
    clientId: text('client_id').notNull(),
    address: text('address').notNull(),
    reason: text('reason').notNull(),
    detail: text('detail').notNull(),
    at: instant('at').notNull(),
  },
  (table) => [index('refused_connections_address').on(table.address, table.id)],
)

/** Observations the store itself refused, kept with the reason so that none disappears silently. */
export const quarantine = pgTable('quarantine', {
  id: noticeId(),
  datastream: integer('datastream').notNull(),
  device: text('device').notNull(),
  phenomenonTime: doublePrecision('phenomenon_time').notNull(),
  resultTime: doublePrecision('result_time').notNull(),
  value: text('value'),
  quality: integer('quality').notNull(),
  reason: text('reason').notNull(),
  at: instant('at').notNull().defaultNow(),
})

export const commands = pgTable(
  'commands',
  {
    id: text('id').primaryKey(),
    device: text('device')
      .notNull()
      .references(() => devices.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    parameters: jsonb('parameters').$type<Record<string, unknown>>(),
    requestedBy: text('requested_by').notNull(),
    status: text('status').notNull().$type<'queued' | 'succeeded' | 'failed' | 'expired'>(),
    result: jsonb('result').$type<unknown>(),
    createdAt: instant('created_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
    completedAt: instant('completed_at'),
  },
  (table) => [
    index('commands_device').on(table.device, table.createdAt),
    index('commands_open').on(table.expiresAt).where(sql`status = 'queued'`),
  ],
)

export const layers = pgTable('layers', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  kind: text('kind').notNull(),
  features: integer('features').notNull(),
  geojson: json('geojson').notNull(),
  updatedAt: instant('updated_at').notNull(),
})

export const users = pgTable(
  'users',
  {
    id: serial('id').primaryKey(),
    username: text('username').notNull().unique(),
    displayName: text('display_name').notNull().default(''),
    /** Lower case. */
    email: text('email').unique(),
    /** Argon2id in PHC string format; `!` while there is none. */
    passwordHash: text('password_hash').notNull(),
    role: text('role').notNull().$type<Role>(),
    /** When false, the account reaches only what lies in its jurisdictions (user_jurisdictions). */
    wholeTerritory: boolean('whole_territory').notNull().default(false),
    /** The read-only guest of the demonstration mode. */
    visitor: boolean('visitor').notNull().default(false),
    disabled: boolean('disabled').notNull().default(false),
    /** TOTP secret, sealed with the key of the data directory; null without second factor. */
    totpSecret: text('totp_secret'),
    /** Sealed likewise, until the first code confirms it. */
    totpPending: text('totp_pending'),
    /** Time step of the last code that was accepted: each works once. */
    totpLastStep: bigint('totp_last_step', { mode: 'number' }),
    /** SHA-256 of every unused recovery code. */
    recoveryCodes: text('recovery_codes').array().notNull().default([]),
    /** Subject at the OpenID Connect provider, bound at the first single sign-on. */
    oidcIssuer: text('oidc_issuer'),
    oidcSubject: text('oidc_subject'),
    lastLoginAt: instant('last_login_at'),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (table) => [uniqueIndex('users_oidc').on(table.oidcIssuer, table.oidcSubject)],
)

/** Nested areas. GeoJSON Polygon or MultiPolygon on WGS 84. */
export const jurisdictions = pgTable(
  'jurisdictions',
  {
    id: text('id').primaryKey(),
    name: text('name').notNull(),
    parent: text('parent').references((): AnyPgColumn => jurisdictions.id, { onDelete: 'restrict' }),
    geometry: json('geometry').notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
  },
  (table) => [index('jurisdictions_parent').on(table.parent)],
)

export const userJurisdictions = pgTable(
  'user_jurisdictions',
  {
    user: integer('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    jurisdiction: text('jurisdiction')
      .notNull()
      .references(() => jurisdictions.id, { onDelete: 'restrict' }),
  },
  (table) => [
    primaryKey({ columns: [table.user, table.jurisdiction] }),
    index('user_jurisdictions_jurisdiction').on(table.jurisdiction),
  ],
)

/** One-time links of invitations and password resets. Only the SHA-256 of the link's secret is stored. */
export const accountLinks = pgTable(
  'account_links',
  {
    tokenHash: text('token_hash').primaryKey(),
    user: integer('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    purpose: text('purpose').notNull().$type<'invitation' | 'reset'>(),
    createdBy: text('created_by').notNull(),
    createdAt: instant('created_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
  },
  (table) => [index('account_links_user').on(table.user)],
)

/** Tokens of machines. They act for their user, never beyond their scopes. */
export const apiTokens = pgTable(
  'api_tokens',
  {
    id: text('id').primaryKey(),
    tokenHash: text('token_hash').notNull().unique(),
    user: integer('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    scopes: text('scopes').array().notNull(),
    createdAt: instant('created_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
    lastUsedAt: instant('last_used_at'),
  },
  (table) => [index('api_tokens_user').on(table.user)],
)

/** Web sessions. The cookie's token is random; only its SHA-256 is stored. */
export const sessions = pgTable(
  'sessions',
  {
    tokenHash: text('token_hash').primaryKey(),
    /** How a session is named to people; the token is never shown. */
    id: text('id').notNull().unique().default(sql`gen_random_uuid()`),
    user: integer('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    address: text('address').notNull().default(''),
    userAgent: text('user_agent').notNull().default(''),
    /** Opened through the OpenID Connect provider, which sees to the second factor. */
    singleSignOn: boolean('single_sign_on').notNull().default(false),
    createdAt: instant('created_at').notNull(),
    lastSeenAt: instant('last_seen_at').notNull(),
  },
  (table) => [index('sessions_user').on(table.user)],
)

/** Browsers that logged in before: their user cannot be locked out by other people's wrong guesses. */
export const knownBrowsers = pgTable(
  'known_browsers',
  {
    tokenHash: text('token_hash').primaryKey(),
    user: integer('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    lastUsedAt: instant('last_used_at').notNull(),
  },
  (table) => [index('known_browsers_user').on(table.user)],
)

/** One row per completed execution of a scheduled job, so that several processes run each key once. */
export const jobRuns = pgTable(
  'job_runs',
  {
    job: text('job').notNull(),
    key: text('key').notNull(),
    startedAt: instant('started_at').notNull(),
    finishedAt: instant('finished_at'),
    error: text('error'),
  },
  (table) => [primaryKey({ columns: [table.job, table.key] })],
)

/**
 * The audit log: a hash chain (core/src/api/audit.ts says what is hashed). `entry` is the canonical JSON of the
 * whole entry, its hash included; the columns beside it exist to be searched. Triggers refuse update, delete and
 * truncate.
 */
export const auditEntries = pgTable(
  'audit_entries',
  {
    sequence: bigint('sequence', { mode: 'number' }).primaryKey(),
    time: instant('time').notNull(),
    actor: text('actor').notNull(),
    action: text('action').notNull(),
    objectKind: text('object_kind'),
    objectId: text('object_id'),
    hash: text('hash').notNull(),
    entry: text('entry').notNull(),
  },
  (table) => [
    index('audit_entries_time').on(table.time),
    index('audit_entries_actor').on(table.actor, table.sequence),
    index('audit_entries_action').on(table.action, table.sequence),
    index('audit_entries_object').on(table.objectId, table.sequence),
  ],
)

/** One row: the last entry. Locked by whoever appends, so that the chain has one order. */
export const auditChain = pgTable('audit_chain', {
  id: integer('id').primaryKey(),
  sequence: bigint('sequence', { mode: 'number' }).notNull(),
  hash: text('hash').notNull(),
})

// ── Alerts ──────────────────────────────────────────────────────────────────────────────────────────────

export const rules = pgTable(
  'rules',
  {
    id: text('id').primaryKey(),
    /** It reaches no stations outside; null: the whole territory. */
    jurisdiction: text('jurisdiction').references(() => jurisdictions.id, { onDelete: 'restrict' }),
    active: boolean('active').notNull(),
    /** Of the definition; grows with every change of it. */
    version: integer('version').notNull(),
    definition: jsonb('definition').notNull().$type<RuleDefinition>(),
    createdBy: text('created_by').notNull(),
    createdAt: instant('created_at').notNull(),
    updatedBy: text('updated_by').notNull(),
    updatedAt: instant('updated_at').notNull(),
    /** Removed rules stay for their alerts. */
    removedAt: instant('removed_at'),
  },
  (table) => [index('rules_jurisdiction').on(table.jurisdiction)],
)

export const ruleVersions = pgTable(
  'rule_versions',
  {
    rule: text('rule')
      .notNull()
      .references(() => rules.id, { onDelete: 'restrict' }),
    version: integer('version').notNull(),
    definition: jsonb('definition').notNull().$type<RuleDefinition>(),
    note: text('note').notNull(),
    author: text('author').notNull(),
    at: instant('at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.rule, table.version] })],
)

/** Ids are made of rule, target and time of firing: the same transition delivered twice is stored once. */
export const alerts = pgTable(
  'alerts',
  {
    id: text('id').primaryKey(),
    rule: text('rule')
      .notNull()
      .references(() => rules.id, { onDelete: 'restrict' }),
    ruleVersion: integer('rule_version').notNull(),
    /** What one alert at a time stands for: station, station and property, or site. */
    target: text('target').notNull(),
    station: text('station'),
    other: text('other'),
    site: text('site'),
    property: text('property'),
    trigger: text('trigger').notNull().$type<'condition' | 'no_data'>(),
    state: text('state').notNull().$type<'firing' | 'resolved'>(),
    severity: text('severity').notNull().$type<Severity>(),
    startedAt: instant('started_at').notNull(),
    firedAt: instant('fired_at').notNull(),
    recordedAt: instant('recorded_at').notNull(),
    resolvedAt: instant('resolved_at'),
    resolution: text('resolution').$type<Resolution>(),
    value: doublePrecision('value'),
    unit: text('unit').notNull(),
    peak: doublePrecision('peak'),
    peakAt: instant('peak_at'),
    evidence: jsonb('evidence').notNull().$type<Evidence>(),
    acknowledgedAt: instant('acknowledged_at'),
    acknowledgedBy: text('acknowledged_by'),
    assignee: text('assignee'),
    snoozedUntil: instant('snoozed_until'),
    muted: boolean('muted').notNull().default(false),
    /** Silences that held at the last look. */
    silencedBy: text('silenced_by').array().notNull().default([]),
    inhibitedBy: text('inhibited_by'),
    flapping: boolean('flapping').notNull().default(false),
    falseAlarm: jsonb('false_alarm').$type<{ reason: string; by: string; at: string }>(),
    previous: text('previous'),
    comments: integer('comments').notNull().default(0),
    /** Steps of the rule's escalation that were taken. */
    escalated: integer('escalated').notNull().default(0),
    updatedAt: instant('updated_at').notNull(),
  },
  (table) => [
    uniqueIndex('alerts_open').on(table.rule, table.target).where(sql`state = 'firing'`),
    index('alerts_fired').on(table.firedAt, table.id),
    index('alerts_station').on(table.station, table.firedAt),
    index('alerts_rule').on(table.rule, table.firedAt),
    index('alerts_target').on(table.rule, table.target, table.firedAt),
    index('alerts_resolved').on(table.resolvedAt),
  ],
)

export const alertEvents = pgTable(
  'alert_events',
  {
    id: serial('id').primaryKey(),
    alert: text('alert')
      .notNull()
      .references(() => alerts.id, { onDelete: 'restrict' }),
    at: instant('at').notNull(),
    kind: text('kind').notNull().$type<(typeof ALERT_EVENT_KINDS)[number]>(),
    actor: text('actor').notNull(),
    detail: jsonb('detail').notNull().$type<Record<string, unknown>>(),
    /** Set on what the machine did, so that it is told once. */
    key: text('key').unique(),
  },
  (table) => [index('alert_events_alert').on(table.alert, table.id)],
)

export const savedViews = pgTable(
  'saved_views',
  {
    id: text('id').primaryKey(),
    user: integer('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    query: text('query').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [index('saved_views_user').on(table.user)],
)

export const silences = pgTable(
  'silences',
  {
    id: text('id').primaryKey(),
    jurisdiction: text('jurisdiction').references(() => jurisdictions.id, { onDelete: 'restrict' }),
    author: text('author').notNull(),
    reason: text('reason').notNull(),
    scope: jsonb('scope').notNull().$type<SilenceInput['scope']>(),
    rules: text('rules').array(),
    severities: text('severities').array().$type<Severity[]>(),
    startsAt: instant('starts_at').notNull(),
    endsAt: instant('ends_at').notNull(),
    recurring: jsonb('recurring').$type<SilenceInput['recurring']>(),
    endedBy: text('ended_by'),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [index('silences_ends').on(table.endsAt)],
)

export const holidays = pgTable('holidays', {
  /** Local date, YYYY-MM-DD. */
  date: text('date').primaryKey(),
  name: text('name').notNull(),
})

export const channels = pgTable('channels', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  kind: text('kind').notNull().$type<ChannelKind>(),
  language: text('language').notNull().$type<'en' | 'zh'>(),
  enabled: boolean('enabled').notNull(),
  addresses: text('addresses').array().notNull().default([]),
  template: text('template'),
  /** Host of the address, to be shown. */
  host: text('host'),
  /** Address and signing secret, sealed with the key of the data directory: either lets others post. */
  sealed: text('sealed'),
  lastDeliveredAt: instant('last_delivered_at'),
  lastError: text('last_error'),
  createdAt: instant('created_at').notNull(),
})

export const routes = pgTable('routes', {
  id: text('id').primaryKey(),
  settings: jsonb('settings').notNull().$type<Omit<RouteInput, 'id'>>(),
  createdAt: instant('created_at').notNull(),
})

/** The outbox of notifications and their log. One row per channel or person and notification. */
export const deliveries = pgTable(
  'deliveries',
  {
    id: text('id').primaryKey(),
    /** Idempotency key: a notification decided twice is sent once. */
    key: text('key').notNull().unique(),
    channel: text('channel').notNull(),
    /** Where it queues up behind others: its channel, or the one mail server. */
    lane: text('lane').notNull(),
    route: text('route'),
    recipient: text('recipient'),
    alerts: text('alerts').array().notNull(),
    subject: text('subject').notNull(),
    /** What is sent, made when it was decided; emptied once nothing is sent any more. */
    content: jsonb('content').notNull().$type<Record<string, unknown>>(),
    state: text('state').notNull().$type<'waiting' | 'delivered' | 'failed'>(),
    attempts: integer('attempts').notNull().default(0),
    createdAt: instant('created_at').notNull(),
    nextAttemptAt: instant('next_attempt_at'),
    deliveredAt: instant('delivered_at'),
    lastError: text('last_error'),
  },
  (table) => [
    index('deliveries_lane')
      .on(table.lane, table.nextAttemptAt, table.createdAt)
      .where(sql`state = 'waiting'`),
    index('deliveries_created').on(table.createdAt, table.id),
  ],
)

/** What the public was told, never changed afterwards: the messages of the Common Alerting Protocol. */
export const capMessages = pgTable(
  'cap_messages',
  {
    identifier: text('identifier').primaryKey(),
    alert: text('alert')
      .notNull()
      .references(() => alerts.id, { onDelete: 'restrict' }),
    /** Counts the messages of an alert, from 1. */
    number: integer('number').notNull(),
    msgType: text('msg_type').notNull().$type<'Alert' | 'Update' | 'Cancel'>(),
    sent: instant('sent').notNull(),
    expires: instant('expires').notNull(),
    severity: text('severity').notNull().$type<Severity>(),
    title: text('title').notNull(),
    xml: text('xml').notNull(),
  },
  (table) => [
    uniqueIndex('cap_messages_alert').on(table.alert, table.number),
    index('cap_messages_expires').on(table.expires),
  ],
)

/** How an alert was last told. */
export interface LastTold {
  severity: Severity
  /** Epoch milliseconds. */
  at: number
  /** It was over already when it was told. */
  over?: true
}

/** Groups of alerts a route has told or is about to tell of. */
export const notificationGroups = pgTable(
  'notification_groups',
  {
    route: text('route')
      .notNull()
      .references(() => routes.id, { onDelete: 'cascade' }),
    key: text('key').notNull(),
    /** Alert id → how and when it was last told; null while it was not. */
    told: jsonb('told').notNull().$type<Record<string, LastTold | null>>(),
    dueAt: instant('due_at'),
    toldAt: instant('told_at'),
    /** When an alert was last put into it. */
    openedAt: instant('opened_at').notNull(),
    /** A group that was forgotten and comes again begins its rounds anew, and must not repeat a key. */
    generation: text('generation').notNull().default(sql`gen_random_uuid()`),
    /** Grows with every notification; part of its idempotency key. */
    round: integer('round').notNull().default(0),
  },
  (table) => [
    primaryKey({ columns: [table.route, table.key] }),
    index('notification_groups_due').on(table.dueAt).where(sql`due_at is not null`),
    index('notification_groups_told').using('gin', table.told),
  ],
)

/** Notices for one person, in the app. */
export const notices = pgTable(
  'notices',
  {
    id: text('id').primaryKey(),
    user: integer('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    at: instant('at').notNull(),
    kind: text('kind').notNull().$type<NoticeView['kind']>(),
    title: text('title').notNull(),
    text: text('text').notNull(),
    alert: text('alert'),
    severity: text('severity').$type<Severity>(),
    readAt: instant('read_at'),
  },
  (table) => [index('notices_user').on(table.user, table.at)],
)
