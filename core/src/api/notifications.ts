import { z } from 'zod'
import { ROLES } from '../permissions.ts'
import { identifier, instant, isCleanText, line, prose, wholeNumber } from './fields.ts'
import { SEVERITIES, schedule, timeZone } from './rules.ts'

/** Channels, routes and the delivery log of notifications, over HTTP. */

export const CHANNEL_KINDS = ['email', 'webhook', 'dingtalk', 'wecom', 'slack', 'in_app'] as const
export type ChannelKind = (typeof CHANNEL_KINDS)[number]

const webAddress = z.url({ protocol: /^https?$/ }).max(2000)

/** What a template may hold between double braces; each is escaped for where it goes. */
export const TEMPLATE_PLACEHOLDERS = [
  'title',
  'alerts',
  'count',
  'firing',
  'resolved',
  'severity',
  'rule',
  'station',
  'site',
  'value',
  'time',
  'instruction',
  'link',
  'route',
] as const
export type TemplatePlaceholder = (typeof TEMPLATE_PLACEHOLDERS)[number]
const template = prose(4000)
  .min(1)
  .refine(
    (text) =>
      [...text.matchAll(/\{\{\s*([^{}]*?)\s*\}\}/g)].every(([, name]) =>
        (TEMPLATE_PLACEHOLDERS as readonly (string | undefined)[]).includes(name),
      ),
    `text whose placeholders are among ${TEMPLATE_PLACEHOLDERS.map((name) => `{{${name}}}`).join(', ')}`,
  )

/** Secrets go in and never come out. */
export const channelSettings = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('email'), addresses: z.array(z.email()).max(50).default([]) }),
  z.strictObject({
    kind: z.literal('webhook'),
    url: webAddress,
    secret: z.string().min(16).max(200).optional(),
  }),
  z.strictObject({
    kind: z.literal('dingtalk'),
    url: webAddress,
    secret: z.string().min(1).max(200).optional(),
    template: template.optional(),
  }),
  z.strictObject({ kind: z.literal('wecom'), url: webAddress, template: template.optional() }),
  z.strictObject({ kind: z.literal('slack'), url: webAddress, template: template.optional() }),
  z.strictObject({ kind: z.literal('in_app') }),
])
export type ChannelSettings = z.infer<typeof channelSettings>
export const channelInput = z.strictObject({
  id: identifier,
  name: line(100),
  language: z.enum(['en', 'zh']).default('en'),
  enabled: z.boolean().default(true),
  settings: channelSettings,
})
/** As the settings, but the address stays as it is when absent; a null secret takes it away. */
export const channelSettingsPatch = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('email'), addresses: z.array(z.email()).max(50).optional() }),
  z.strictObject({
    kind: z.literal('webhook'),
    url: webAddress.optional(),
    secret: z.string().min(16).max(200).nullable().optional(),
  }),
  z.strictObject({
    kind: z.literal('dingtalk'),
    url: webAddress.optional(),
    secret: z.string().min(1).max(200).nullable().optional(),
    template: template.nullable().optional(),
  }),
  z.strictObject({
    kind: z.literal('wecom'),
    url: webAddress.optional(),
    template: template.nullable().optional(),
  }),
  z.strictObject({
    kind: z.literal('slack'),
    url: webAddress.optional(),
    template: template.nullable().optional(),
  }),
  z.strictObject({ kind: z.literal('in_app') }),
])
export type ChannelSettingsPatch = z.infer<typeof channelSettingsPatch>
/** The kind of a channel stays what it was made as. */
export const channelPatch = z
  .strictObject({
    name: line(100),
    language: z.enum(['en', 'zh']),
    enabled: z.boolean(),
    settings: channelSettingsPatch,
  })
  .partial()
export type ChannelInput = z.infer<typeof channelInput>
export type ChannelPatch = z.infer<typeof channelPatch>
export const channelView = z.object({
  id: z.string(),
  name: z.string(),
  language: z.enum(['en', 'zh']),
  enabled: z.boolean(),
  kind: z.enum(CHANNEL_KINDS),
  addresses: z.array(z.string()),
  host: z.string().nullable().describe('of the address; the rest of it may be a secret'),
  hasSecret: z.boolean(),
  template: z.string().nullable(),
  lastDeliveredAt: instant.nullable(),
  lastError: z.string().nullable(),
})
export type ChannelView = z.infer<typeof channelView>

/** Which alerts go where. Every route that matches is followed. */
const routeFields = {
  name: line(100),
  enabled: z.boolean(),
  severity: z.enum(SEVERITIES).describe('this one and more severe ones'),
  jurisdictions: z.array(identifier).min(1).max(200).nullable(),
  rules: z.array(identifier).min(1).max(200).nullable(),
  channels: z.array(identifier).max(20),
  roles: z
    .array(z.enum(ROLES))
    .max(5)
    .describe('people with these roles, within their territory, by mail and in app'),
  groupBy: z.array(z.enum(['site', 'jurisdiction', 'rule'])).max(3),
  groupWaitSeconds: z
    .number()
    .int()
    .min(0)
    .max(3600)
    .describe('the first notification of a group waits for company'),
  groupIntervalSeconds: z
    .number()
    .int()
    .min(0)
    .max(86_400)
    .describe('between notifications of a group that changed'),
  repeatSeconds: z
    .number()
    .int()
    .min(300)
    .max(30 * 86_400)
    .nullable()
    .describe('while it fires and nobody has acknowledged'),
  quietHours: z
    .strictObject({ timeZone, schedule, except: z.enum(SEVERITIES).nullable().default('extreme') })
    .nullable()
    .describe('what comes then waits until they end, except what is so severe'),
  resolved: z.boolean().describe('tell when it is over, too'),
}
export const routeInput = z.strictObject({
  id: identifier,
  ...routeFields,
  enabled: routeFields.enabled.default(true),
  severity: routeFields.severity.default('minor'),
  jurisdictions: routeFields.jurisdictions.default(null),
  rules: routeFields.rules.default(null),
  channels: routeFields.channels.default([]).describe('channels or roles: at least one of either'),
  roles: routeFields.roles.default([]),
  groupBy: routeFields.groupBy.default(['site', 'rule']),
  groupWaitSeconds: routeFields.groupWaitSeconds.default(10),
  groupIntervalSeconds: routeFields.groupIntervalSeconds.default(300),
  repeatSeconds: routeFields.repeatSeconds.default(14_400),
  quietHours: routeFields.quietHours.default(null),
  resolved: routeFields.resolved.default(true),
})
/** Its own fields: defaults would set back whatever a change leaves out. */
export const routePatch = z.strictObject(routeFields).partial()
export type RouteInput = z.infer<typeof routeInput>
export type RoutePatch = z.infer<typeof routePatch>
export const routeView = z.object({ ...routeInput.shape, createdAt: instant })
export type RouteView = z.infer<typeof routeView>

export const DELIVERY_STATES = ['waiting', 'delivered', 'failed'] as const
export const deliveryView = z.object({
  id: z.string(),
  /** Idempotency key: the same in every attempt. */
  key: z.string(),
  channel: z.string(),
  route: z.string().nullable(),
  recipient: z.string().nullable(),
  subject: z.string(),
  alerts: z.array(z.string()),
  state: z.enum(DELIVERY_STATES),
  attempts: z.number(),
  createdAt: instant,
  nextAttemptAt: instant.nullable(),
  deliveredAt: instant.nullable(),
  lastError: z.string().nullable(),
})
export type DeliveryView = z.infer<typeof deliveryView>
export const deliveriesQuery = z.strictObject({
  state: z.enum(DELIVERY_STATES).optional(),
  channel: z.string().max(64).optional(),
  alert: z.string().max(64).optional(),
  before: z.string().max(40).optional(),
  limit: wholeNumber(500, 100),
})
export type DeliveriesQuery = z.infer<typeof deliveriesQuery>
export const deliveriesView = z.object({ deliveries: z.array(deliveryView), next: z.string().nullable() })
export type DeliveriesView = z.infer<typeof deliveriesView>
export const testResult = z.object({ delivered: z.boolean(), detail: z.string() })
export type TestResult = z.infer<typeof testResult>

/** A notice for one person, in the app. */
export const noticeView = z.object({
  id: z.string(),
  at: instant,
  kind: z.enum(['alert', 'resolved', 'mention', 'assigned', 'escalated', 'test']),
  title: z.string(),
  text: z.string(),
  alert: z.string().nullable(),
  severity: z.enum(SEVERITIES).nullable(),
  read: z.boolean(),
})
export type NoticeView = z.infer<typeof noticeView>
export const noticesView = z.object({ notices: z.array(noticeView), unread: z.number() })
export type NoticesView = z.infer<typeof noticesView>
export const readInput = z.strictObject({
  notices: z.array(z.string().max(64).refine(isCleanText)).max(500).nullable().describe('null: all'),
})
export type ReadInput = z.infer<typeof readInput>
export const noticesRead = z.object({ unread: z.number().describe('notices not read yet') })
