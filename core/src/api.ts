import { z } from 'zod'
import { MEDIA } from './properties.ts'
import { ID_PATTERN } from './topics.ts'

/**
 * The HTTP interface's bodies and parameters. One schema gives the validation, the type and the API document.
 * Requests refuse unknown fields; every text refuses control characters, so nothing hostile reaches a log,
 * a terminal or a spreadsheet through a name.
 */

export const ROLES = ['administrator', 'visitor'] as const
export type Role = (typeof ROLES)[number]

/** The most stations or devices one request may create. */
export const MAX_IMPORT_ROWS = 50_000
export const MAX_BULK_DEVICES = 10_000
/** The most observations one answer holds. */
export const MAX_OBSERVATIONS = 100_000

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const CONTROL = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\uFFFE\uFFFF]/
const LINE_BREAK = /[\t\r\n\u2028\u2029]/

/** One line of well-formed Unicode, not blank, at most `max` characters. */
const line = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .refine(
      (text) => text.trim() !== '' && text.isWellFormed() && !CONTROL.test(text) && !LINE_BREAK.test(text),
      'one line of text, not blank, without control characters',
    )

/** Free text over several lines. */
const prose = (max: number) =>
  z
    .string()
    .max(max)
    .refine((text) => text.isWellFormed() && !CONTROL.test(text), 'text without control characters')

export const identifier = z
  .string()
  .regex(
    ID_PATTERN,
    '1 to 64 letters, digits, dots, underscores or hyphens, beginning with a letter or digit',
  )

export const attributes = z
  .record(line(64), z.union([prose(1000), z.number(), z.boolean()]))
  .refine((record) => Object.keys(record).length <= 50, 'at most 50 attributes')

const latitude = z.number().min(-90).max(90).describe('WGS 84, degrees north')
const longitude = z.number().min(-180).max(180).describe('WGS 84, degrees east')
const instant = z.iso.datetime({ offset: true }).describe('ISO 8601 with offset')

// ── Session ─────────────────────────────────────────────────────────────────────────────────────────────

export const loginInput = z.strictObject({
  username: z.string().min(1).max(128),
  password: z.string().min(1).max(1024),
})
export const passwordInput = z.strictObject({
  current: z.string().max(1024).optional().describe('not needed with the operator token'),
  password: z.string().min(8).max(1024).describe('at least 8 characters'),
})
export const sessionView = z.object({ user: z.object({ username: z.string(), role: z.enum(ROLES) }) })
export const sessionOptions = z.object({ visit: z.boolean() })
export type SessionView = z.infer<typeof sessionView>

export const configView = z.object({
  version: z.string(),
  demo: z.boolean(),
  tiles: z.object({ url: z.string(), attribution: z.string() }).nullable(),
  mqtt: z.object({ port: z.number(), tls: z.boolean() }),
})
export type ConfigView = z.infer<typeof configView>

// ── Stations and sites ──────────────────────────────────────────────────────────────────────────────────

const stationFields = {
  name: line(200),
  latitude,
  longitude,
  medium: z.enum(MEDIA),
  site: identifier.nullish(),
  elevation: z.number().min(-500).max(9000).nullish().describe('metres above sea level'),
  description: prose(4000).nullish(),
  class: line(64).nullish().describe('functional class the limits depend on, for example III or 2'),
  silentAfterSeconds: z.number().int().min(10).max(31_536_000).nullish().describe('900 unless given'),
  attributes: attributes.nullish(),
}

export const stationInput = z.strictObject({ id: identifier, ...stationFields })
export const stationPatch = z.strictObject(stationFields).partial()
export type StationInput = z.infer<typeof stationInput>
export type StationPatch = z.infer<typeof stationPatch>

export const latestView = z.object({
  value: z.union([z.number(), z.string(), z.null()]),
  unit: z.string(),
  time: z.string(),
  quality: z.number(),
})

const stationState = {
  status: z.enum(['live', 'silent', 'never']),
  level: z.number().nullable(),
  alert: z.enum(['none', 'exceeding']),
  latest: z.record(z.string(), latestView),
}

export const datastreamView = z.object({ id: z.number(), property: z.string(), unit: z.string() })
export const stationView = z.object({
  ...stationInput.shape,
  ...stationState,
  datastreams: z.array(datastreamView),
})
export type StationView = z.infer<typeof stationView>

export const stationFeature = z.object({
  type: z.literal('Feature'),
  id: z.string(),
  geometry: z.object({ type: z.literal('Point'), coordinates: z.array(z.number()) }),
  properties: z.object({ ...stationInput.shape, ...stationState }),
})
export const stationCollection = z.object({
  type: z.literal('FeatureCollection'),
  features: z.array(stationFeature),
})
export type StationFeature = z.infer<typeof stationFeature>
export type StationCollection = z.infer<typeof stationCollection>

/** One thing wrong with a request: where, what was given, what is expected. */
export const fieldError = z.object({
  row: z
    .number()
    .optional()
    .describe('row of an imported file: 1 is the first row after the header, or the first feature'),
  field: z.string(),
  value: z.unknown(),
  expected: z.string(),
})
export type FieldError = z.infer<typeof fieldError>

export const importQuery = z.strictObject({ dryRun: z.enum(['true', 'false']).default('false') })
export const importResult = z.object({
  created: z.number(),
  updated: z.number(),
  dryRun: z.boolean(),
  errors: z.array(fieldError),
  /** Errors beyond those listed. */
  omitted: z.number(),
})
export type ImportResult = z.infer<typeof importResult>

export const exportQuery = z.strictObject({ format: z.enum(['csv', 'geojson']).default('csv') })

const siteFields = {
  name: line(200),
  latitude: latitude.nullish(),
  longitude: longitude.nullish(),
  description: prose(4000).nullish(),
  attributes: attributes.nullish(),
}
export const siteInput = z.strictObject({ id: identifier, ...siteFields })
export const sitePatch = z.strictObject(siteFields).partial()
export const siteView = z.object({ ...siteInput.shape, stations: z.array(z.string()) })
export type SiteInput = z.infer<typeof siteInput>
export type SitePatch = z.infer<typeof sitePatch>
export type SiteView = z.infer<typeof siteView>

// ── Devices ─────────────────────────────────────────────────────────────────────────────────────────────

const units = z
  .record(identifier, line(64))
  .refine((record) => Object.keys(record).length <= 256, 'at most 256 units')
  .describe('UCUM code by property id, where the device does not report in the unit of the property')

export const deviceInput = z.strictObject({
  id: identifier,
  stations: z.array(identifier).max(1000),
  units: units.optional(),
})
export const devicePatch = z.strictObject({
  disabled: z.boolean().optional(),
  stations: z.array(identifier).max(1000).optional(),
  units: units.optional(),
})
export const devicesInput = z.strictObject({ devices: z.array(deviceInput).min(1).max(MAX_BULK_DEVICES) })
export type DeviceInput = z.infer<typeof deviceInput>
export type DevicePatch = z.infer<typeof devicePatch>

export const deviceSecret = z.object({ id: z.string(), secret: z.string().describe('shown once') })
export const deviceSecrets = z.object({ devices: z.array(deviceSecret) })
export type DeviceSecret = z.infer<typeof deviceSecret>

export const deviceView = z.object({
  id: z.string(),
  stations: z.array(z.string()),
  units: z.record(z.string(), z.string()),
  disabled: z.boolean(),
  createdAt: z.string(),
  rotatedAt: z.string(),
  connected: z.boolean(),
  connectedSince: z.string().nullable(),
  lastMessageAt: z.string().nullable(),
  status: z.unknown().describe('what the device, or its last will, published about itself'),
})
export type DeviceView = z.infer<typeof deviceView>

export const commandInput = z.strictObject({
  name: z
    .string()
    .regex(
      /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/,
      'a letter, then up to 63 letters, digits, dots, underscores, hyphens',
    ),
  parameters: z.record(line(64), z.json()).optional(),
  expiresInSeconds: z.number().int().min(1).max(604_800).default(3600),
})
export type CommandInput = z.infer<typeof commandInput>
export const commandAccepted = z.object({ id: z.string() })
export const commandView = z.object({
  id: z.string(),
  name: z.string(),
  parameters: z.record(z.string(), z.unknown()).nullable(),
  status: z.enum(['queued', 'succeeded', 'failed', 'expired']),
  result: z.unknown(),
  requestedBy: z.string(),
  createdAt: z.string(),
  expiresAt: z.string(),
  completedAt: z.string().nullable(),
})
export type CommandView = z.infer<typeof commandView>

// ── Reference ───────────────────────────────────────────────────────────────────────────────────────────

const bilingual = z.strictObject({ en: line(100), zh: line(100) })
export const propertyInput = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,63}$/, 'a lower-case letter, then lower-case letters, digits, underscores'),
  name: bilingual,
  media: z.array(z.enum(MEDIA)).min(1).max(MEDIA.length),
  unit: line(32).describe('UCUM code; 1 for a number without unit'),
  symbol: z
    .string()
    .max(32)
    .refine((text) => text.isWellFormed() && !CONTROL.test(text), 'text without control characters')
    .describe('unit as shown'),
  kind: z.enum(['number', 'boolean', 'category']),
  range: z
    .tuple([z.number(), z.number()])
    .optional()
    .describe('plausible results; outside them the flag is fail'),
  precision: z.number().int().min(0).max(6),
  categories: z.array(line(64)).min(1).max(100).optional(),
  definition: z
    .url({ protocol: /^https?$/ })
    .max(500)
    .optional(),
})
export type PropertyInput = z.infer<typeof propertyInput>

export const levelScaleView = z.object({
  standard: z.string(),
  clause: z.string(),
  averaging: z.object({ en: z.string(), zh: z.string() }),
  unit: z.string(),
  media: z.array(z.enum(MEDIA)),
  direction: z.enum(['up', 'down', 'band']),
  bounds: z.array(z.number()),
  exceedsFrom: z.number(),
  decimals: z.number().optional(),
})
export const propertyView = z.object({
  ...propertyInput.shape,
  hj212: z.string().optional(),
  molarMass: z.number().optional(),
  custom: z.boolean(),
  levels: levelScaleView.nullable(),
})
export type PropertyView = z.infer<typeof propertyView>

export const LAYER_KINDS = ['jurisdictions', 'rivers', 'sites', 'other'] as const
export const layerQuery = z.strictObject({ name: line(200), kind: z.enum(LAYER_KINDS).default('other') })
export const layerView = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(LAYER_KINDS),
  features: z.number(),
})
export type LayerView = z.infer<typeof layerView>
export const geoJson = z.looseObject({ type: z.literal('FeatureCollection'), features: z.array(z.unknown()) })

// ── Observations ────────────────────────────────────────────────────────────────────────────────────────

export const STATISTICS = ['mean', 'min', 'max', 'sum', 'count', 'first', 'last', 'stddev'] as const
const wholeNumber = (max: number, otherwise: number) =>
  z
    .string()
    .regex(/^[0-9]{1,9}$/, `a whole number from 1 to ${max}`)
    .refine((text) => Number(text) >= 1 && Number(text) <= max, `a whole number from 1 to ${max}`)
    .default(String(otherwise))
    .describe(`1 to ${max}, ${otherwise} unless given`)

export const observationsQuery = z.strictObject({
  station: z.string().describe('station id'),
  property: z.string().describe('property id'),
  from: z.string().describe('first instant, included: ISO 8601 with offset, or epoch milliseconds'),
  to: z.string().describe('last instant, excluded: ISO 8601 with offset, or epoch milliseconds'),
  every: z.string().optional().describe('window of an aggregate: 15m, 1h, 1d'),
  statistic: z.enum(STATISTICS).optional().describe('mean unless given; with every'),
  limit: wholeNumber(MAX_OBSERVATIONS, 10_000),
  after: z.string().optional().describe('next of the previous page'),
})
export type ObservationsQuery = z.infer<typeof observationsQuery>

export const observationsView = z.object({
  station: z.string(),
  property: z.string(),
  unit: z.string(),
  every: z.string().optional(),
  statistic: z.enum(STATISTICS).optional(),
  observations: z.array(
    z.object({
      time: instant,
      value: z.union([z.number(), z.string(), z.null()]),
      quality: z.number().describe('QARTOD flag: 1 good, 2 not evaluated, 3 suspect, 4 fail, 9 missing'),
      count: z.number().optional().describe('observations in the window'),
    }),
  ),
  next: z.string().nullable().describe('pass as after to read on; null at the end'),
})
export type ObservationsView = z.infer<typeof observationsView>

// ── Ledger and refusals ─────────────────────────────────────────────────────────────────────────────────

const counts = {
  received: z.number(),
  stored: z.number(),
  rejected: z.record(z.string(), z.number()).describe('rejected readings by reason'),
  pending: z.number(),
}
export const ledgerQuery = z.strictObject({ device: z.string().optional() })
export const ledgerDevicesQuery = z.strictObject({
  limit: wholeNumber(1000, 100),
  after: z.string().optional(),
})
export const ledgerView = z.object({
  ...counts,
  device: z.string().optional(),
  lastMessageAt: z.string().nullable().optional(),
  messages: z
    .object({ received: z.number(), decoded: z.number(), rejected: z.number(), pending: z.number() })
    .optional(),
})
export const ledgerDevicesView = z.object({
  devices: z.array(z.object({ device: z.string(), lastMessageAt: z.string().nullable(), ...counts })),
  next: z.string().nullable(),
})
export type LedgerView = z.infer<typeof ledgerView>

export const listQuery = z.strictObject({ limit: wholeNumber(1000, 100) })
export const rejectionsQuery = z.strictObject({
  device: z.string().optional(),
  limit: wholeNumber(1000, 100),
})
export const rejectionView = z.object({
  device: z.string(),
  topic: z.string(),
  receivedAt: z.string(),
  reason: z.string(),
  detail: z.string(),
  readings: z.number().describe('readings lost with the message for this reason'),
  payload: z.string().describe('its beginning'),
  advice: z.object({ en: z.string(), zh: z.string() }).nullable(),
})
export type RejectionView = z.infer<typeof rejectionView>
export const refusedConnectionView = z.object({
  device: z.string(),
  clientId: z.string(),
  address: z.string(),
  reason: z.string(),
  detail: z.string(),
  at: z.string(),
})
export type RefusedConnectionView = z.infer<typeof refusedConnectionView>
export const quarantineView = z.object({
  station: z.string().nullable(),
  property: z.string().nullable(),
  device: z.string(),
  time: z.string(),
  value: z.string().nullable(),
  quality: z.number(),
  reason: z.string(),
  at: z.string(),
})
export type QuarantineView = z.infer<typeof quarantineView>

// ── Health and problems ─────────────────────────────────────────────────────────────────────────────────

export const healthView = z.object({
  status: z.enum(['ready', 'unavailable']),
  reasons: z.array(z.string()).describe('why not ready, or what works with less'),
})
export type HealthView = z.infer<typeof healthView>

/** RFC 9457. */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  detail: z.string(),
  instance: z.string().optional().describe('number of the log entry of an unexpected error'),
  errors: z.array(fieldError).optional(),
})
export type Problem = z.infer<typeof problem>
