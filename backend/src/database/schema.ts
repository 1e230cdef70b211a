import { sql } from 'drizzle-orm'
import {
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

export const users = pgTable('users', {
  id: serial('id').primaryKey(),
  username: text('username').notNull().unique(),
  /** Argon2id in PHC string format. */
  passwordHash: text('password_hash').notNull(),
  role: text('role').notNull().$type<'administrator' | 'visitor'>(),
  disabled: boolean('disabled').notNull().default(false),
  createdAt: instant('created_at').notNull().defaultNow(),
})

/** Web sessions. The cookie's token is random; only its SHA-256 is stored. */
export const sessions = pgTable(
  'sessions',
  {
    tokenHash: text('token_hash').primaryKey(),
    user: integer('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
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
