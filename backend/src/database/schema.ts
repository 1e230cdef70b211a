import type { DeviceAuthentication } from '@osprey/core/api'
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
