import { z } from 'zod'
import { instant, wholeNumber } from './fields.ts'

/** The audit log over HTTP. */

export const AUDIT_ACTIONS = [
  'session.login',
  'session.login_failed',
  'session.login_throttled',
  'session.logout',
  'session.visit',
  'session.revoked',
  'session.denied',
  'password.changed',
  'password.reset_requested',
  'link.created',
  'link.redeemed',
  'link.refused',
  'second_factor.enabled',
  'second_factor.disabled',
  'second_factor.recovery_code_used',
  'second_factor.recovery_codes_renewed',
  'token.created',
  'token.revoked',
  'token.refused',
  'account.created',
  'account.changed',
  'account.removed',
  'jurisdiction.created',
  'jurisdiction.changed',
  'jurisdiction.removed',
  'station.created',
  'station.changed',
  'station.removed',
  'site.created',
  'site.changed',
  'site.removed',
  'device.created',
  'device.changed',
  'device.rotated',
  'device.removed',
  'command.sent',
  'command.not_sent',
  'property.created',
  'rule.created',
  'rule.changed',
  'rule.removed',
  'alert.acknowledged',
  'alert.unacknowledged',
  'alert.assigned',
  'alert.commented',
  'alert.snoozed',
  'alert.muted',
  'alert.resolved',
  'alert.judged',
  'silence.created',
  'silence.changed',
  'channel.created',
  'channel.changed',
  'channel.removed',
  'channel.tested',
  'route.created',
  'route.changed',
  'route.removed',
  'holidays.saved',
  'view.saved',
  'view.removed',
  'layer.saved',
  'layer.removed',
  'audit.exported',
  'audit.head_mismatch',
  'backup.made',
  'platform.started',
  'platform.restored',
] as const
export type AuditAction = (typeof AUDIT_ACTIONS)[number]

export const ACTOR_KINDS = ['user', 'visitor', 'token', 'operator', 'metrics', 'anonymous', 'system'] as const
export type ActorKind = (typeof ACTOR_KINDS)[number]

/**
 * One entry of the chain, exactly the members that are hashed: `hash` is the SHA-256 (lower-case hexadecimal) of
 * the RFC 8785 canonical JSON of all the other members, of which `previous` is the hash of the entry before
 * (64 zeros for the first).
 */
export const auditEntry = z.object({
  sequence: z.number().int().min(1),
  time: instant,
  actor: z.object({ kind: z.enum(ACTOR_KINDS), name: z.string() }),
  address: z.string().describe('network address the request came from; empty for the platform itself'),
  action: z.enum(AUDIT_ACTIONS),
  object: z.object({ kind: z.string(), id: z.string() }).nullable(),
  before: z.unknown(),
  after: z.unknown(),
  previous: z.string().regex(/^[0-9a-f]{64}$/),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
})
export type AuditEntry = z.infer<typeof auditEntry>

/** A signed statement that the chain had this head at that time. */
export const auditHead = z.object({
  sequence: z.number().int().min(0),
  hash: z.string(),
  time: instant,
  /** First 16 hexadecimal digits of the SHA-256 of the public key (SPKI, DER). */
  key: z.string(),
  /** SHA-256 of the RFC 8785 canonical JSON of the head signed before, signature included; null for the first. */
  previousHead: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable()
    .optional(),
  /** Ed25519 over the RFC 8785 canonical JSON of the other members, base64. */
  signature: z.string(),
})
export type AuditHead = z.infer<typeof auditHead>

const search = {
  from: z.string().optional().describe('first instant, included: ISO 8601 with offset'),
  to: z.string().optional().describe('last instant, excluded: ISO 8601 with offset'),
  actor: z.string().max(128).optional().describe('exact name'),
  action: z.string().max(64).optional().describe('an action, or its first part such as device'),
  object: z.string().max(256).optional().describe('id of the changed object'),
  text: z.string().max(200).optional().describe('anywhere in the entry, case-insensitive'),
}
export const auditQuery = z.strictObject({
  ...search,
  before: z
    .string()
    .regex(/^\d{1,15}$/)
    .optional()
    .describe('older than this sequence number'),
  limit: wholeNumber(500, 100),
})
export const auditExportQuery = z.strictObject({
  from: z
    .string()
    .regex(/^\d{1,15}$/)
    .optional()
    .describe('first sequence number, 1 unless given'),
})
export const auditView = z.object({
  entries: z.array(auditEntry).describe('newest first'),
  next: z.number().nullable().describe('pass as before to read on; null at the end'),
  head: z.object({ sequence: z.number(), hash: z.string() }),
  /** Last head signed and written outside the database; null before the first. */
  signed: auditHead.nullable(),
  /** Why heads cannot be written or pushed; null when they can. */
  trouble: z.string().nullable(),
})
export type AuditQuery = z.infer<typeof auditQuery>
export type AuditView = z.infer<typeof auditView>
export const auditKeyView = z.object({ key: z.string(), publicKey: z.string().describe('PEM, SPKI') })
