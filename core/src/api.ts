import { z } from 'zod'
import {
  attributes,
  identifier,
  instant,
  isCleanJson,
  isCleanText,
  latitude,
  line,
  longitude,
  prose,
  wholeNumber,
} from './api/fields.ts'
import { MEDIA } from './properties.ts'

/**
 * The HTTP interface's bodies and parameters. One schema gives the validation, the type and the API document.
 * Requests refuse unknown fields; every text refuses control characters, so nothing hostile reaches a log,
 * a terminal or a spreadsheet through a name.
 */

/** The most stations or devices one request may create. */
export const MAX_IMPORT_ROWS = 50_000
export const MAX_BULK_DEVICES = 10_000
export const MAX_DEVICES = 200_000
/** The most observations one answer holds. */
export const MAX_OBSERVATIONS = 100_000

// ── Configuration ───────────────────────────────────────────────────────────────────────────────────────

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

export const DEVICE_AUTHENTICATION = ['secret', 'certificate', 'either'] as const
/** How a device proves who it is: by its secret, by an X.509 client certificate, or by either. */
export type DeviceAuthentication = (typeof DEVICE_AUTHENTICATION)[number]
const authentication = z.enum(DEVICE_AUTHENTICATION).describe('secret unless given')

export const deviceInput = z.strictObject({
  id: identifier,
  stations: z.array(identifier).max(1000),
  units: units.optional(),
  authentication: authentication.optional(),
})
export const devicePatch = z.strictObject({
  disabled: z.boolean().optional(),
  stations: z.array(identifier).max(1000).optional(),
  units: units.optional(),
  authentication: authentication.optional(),
})
export const devicesInput = z.strictObject({ devices: z.array(deviceInput).min(1).max(MAX_BULK_DEVICES) })
export type DeviceInput = z.infer<typeof deviceInput>
export type DevicePatch = z.infer<typeof devicePatch>

export const DEVICE_STATES = ['connected', 'disconnected', 'disabled'] as const
export const devicesQuery = z.strictObject({
  text: z.string().max(64).optional().describe('part of the id of the device or of one of its stations'),
  state: z
    .enum(DEVICE_STATES)
    .optional()
    .describe('connected and disconnected are enabled devices; disabled ones have no connection'),
  after: z.string().optional().describe('id of the last device of the page before'),
  limit: wholeNumber(MAX_DEVICES, MAX_DEVICES),
})
export type DevicesQuery = z.infer<typeof devicesQuery>

export const deviceSecret = z.object({ id: z.string(), secret: z.string().describe('shown once') })
export const deviceSecrets = z.object({ devices: z.array(deviceSecret) })
export type DeviceSecret = z.infer<typeof deviceSecret>

export const deviceView = z.object({
  id: z.string(),
  stations: z.array(z.string()),
  units: z.record(z.string(), z.string()),
  authentication,
  disabled: z.boolean(),
  createdAt: z.string(),
  rotatedAt: z.string(),
  connected: z.boolean(),
  connectedSince: z.string().nullable(),
  disconnectedSince: z.string().nullable().describe('null while connected, and before the first connection'),
  address: z.string().nullable().describe('network address of the present connection'),
  lastMessageAt: z.string().nullable(),
  status: z.unknown().describe('what the device, or its last will, published about itself'),
})
export type DeviceView = z.infer<typeof deviceView>

/** A message of a device as it came, with what became of every reading in it. */
export const deviceMessageView = z.object({
  receivedAt: z.string(),
  topic: z.string(),
  qos: z.number(),
  bytes: z.number().describe('length of the payload'),
  payload: z.string().describe('as UTF-8, cut after 4096 bytes'),
  outcome: z
    .enum(['accepted', 'partly_accepted', 'rejected', 'other'])
    .describe('other: status and the like'),
  readings: z.array(
    z.object({
      station: z.string().nullable(),
      property: z.string(),
      time: z.string().nullable().describe('phenomenon time'),
      value: z.union([z.number(), z.string(), z.null()]),
      unit: z.string().nullable(),
      quality: z.number().nullable(),
      reason: z.string().nullable().describe('why it was rejected or flagged'),
    }),
  ),
  reason: z.string().nullable().describe('why the whole message was rejected'),
  detail: z.string().nullable(),
  advice: z.object({ en: z.string(), zh: z.string() }).nullable(),
})
export type DeviceMessageView = z.infer<typeof deviceMessageView>

export const commandInput = z.strictObject({
  name: z
    .string()
    .regex(
      /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/,
      'a letter, then up to 63 letters, digits, dots, underscores, hyphens',
    ),
  parameters: z
    .record(line(64), z.json().refine(isCleanJson, 'JSON whose texts have no control characters'))
    .optional(),
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
  symbol: z.string().max(32).refine(isCleanText, 'text without control characters').describe('unit as shown'),
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
  advice: z.object({ en: z.string(), zh: z.string() }).nullable(),
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
