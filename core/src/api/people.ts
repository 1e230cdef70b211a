import { z } from 'zod'
import { PASSWORD_MIN } from '../passwords.ts'
import { PERMISSIONS, ROLES } from '../permissions.ts'
import { identifier, instant, line } from './fields.ts'

/** Accounts, sessions, second factors and API tokens over HTTP. */

const password = z.string().min(PASSWORD_MIN).max(1024).describe(`at least ${PASSWORD_MIN} characters`)
/** Whoever changes what lets people in shows once more who they are. */
const current = z.string().max(1024).optional()
/** A time-based code of six digits, or a recovery code. */
const code = z.string().min(6).max(40)
/** The secret of a one-time link. */
const linkToken = z.string().min(20).max(200)

/** Null: the whole territory. */
export const territoryField = z
  .array(identifier)
  .min(1)
  .max(200)
  .nullable()
  .describe('ids of jurisdictions; null is the whole territory')

// ── The own session ─────────────────────────────────────────────────────────────────────────────────────

export const loginInput = z.strictObject({
  username: z.string().min(1).max(128),
  password: z.string().min(1).max(1024),
  code: code.optional().describe('second factor, when the account has one'),
})
export const passwordInput = z.strictObject({
  current: current.describe('not needed with the operator token'),
  password,
})
export const sessionView = z.object({
  user: z.object({
    username: z.string(),
    displayName: z.string(),
    role: z.enum(ROLES),
    jurisdictions: territoryField,
    /** Has a password of its own; false for people who only come by single sign-on. */
    hasPassword: z.boolean(),
    visitor: z.boolean().describe('a guest of the demonstration, who shares the account with others'),
  }),
  permissions: z.array(z.enum(PERMISSIONS)),
  /** `required`: nothing else works until it is set up. */
  secondFactor: z.enum(['off', 'on', 'required']),
  singleSignOn: z.boolean().describe('this session came by single sign-on'),
})
export type SessionView = z.infer<typeof sessionView>

export const sessionOptions = z.object({
  visit: z.boolean().describe('one click, read only'),
  singleSignOn: z.object({ label: z.string() }).nullable(),
  passwordReset: z.boolean().describe('a link can be mailed'),
})
export type SessionOptions = z.infer<typeof sessionOptions>

/** An open session of the account that asks. */
export const ownSessionView = z.object({
  id: z.string(),
  current: z.boolean(),
  createdAt: instant,
  lastSeenAt: instant,
  address: z.string(),
  browser: z.string().describe('User-Agent header, cut'),
})
export type OwnSessionView = z.infer<typeof ownSessionView>

// ── Second factor (TOTP, RFC 6238) ──────────────────────────────────────────────────────────────────────

export const secondFactorBegin = z.strictObject({
  current: current.describe('the password; not needed in a session by single sign-on or without a password'),
})
export const secondFactorStart = z.object({
  secret: z.string().describe('base32'),
  uri: z.string().describe('otpauth:// for a QR code'),
})
export const secondFactorConfirm = z.strictObject({ code })
export const secondFactorProof = z.strictObject({
  code: code.describe('a current code or a recovery code'),
})
export const recoveryCodesView = z.object({
  recoveryCodes: z.array(z.string()).describe('each works once; shown once'),
})
export type SecondFactorStart = z.infer<typeof secondFactorStart>
export type RecoveryCodesView = z.infer<typeof recoveryCodesView>

// ── API tokens ──────────────────────────────────────────────────────────────────────────────────────────

export const tokenInput = z.strictObject({
  name: line(100),
  scopes: z.array(z.enum(PERMISSIONS)).min(1).max(PERMISSIONS.length),
  expiresInDays: z.number().int().min(1).max(366),
  current: current.describe('the password, when the account has one'),
})
export const tokenView = z.object({
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.enum(PERMISSIONS)),
  createdAt: instant,
  expiresAt: instant,
  lastUsedAt: instant.nullable(),
})
export const tokenCreated = z.object({
  ...tokenView.shape,
  token: z.string().describe('sent as Authorization: Bearer …; shown once'),
})
export type TokenInput = z.infer<typeof tokenInput>
export type TokenView = z.infer<typeof tokenView>
export type TokenCreated = z.infer<typeof tokenCreated>

// ── One-time links ──────────────────────────────────────────────────────────────────────────────────────

export const resetInput = z.strictObject({
  username: z.string().min(1).max(254).describe('or e-mail address'),
})
export const linkInput = z.strictObject({ token: linkToken })
export const linkView = z.object({
  username: z.string(),
  displayName: z.string(),
  purpose: z.enum(['invitation', 'reset']),
  expiresAt: instant,
})
export const linkRedeemInput = z.strictObject({ token: linkToken, password })
export type LinkView = z.infer<typeof linkView>

// ── Accounts, for administrators ────────────────────────────────────────────────────────────────────────

const accountFields = {
  displayName: line(100),
  email: z.email().max(254).nullable(),
  role: z.enum(ROLES),
  jurisdictions: territoryField,
}
export const accountInput = z.strictObject({
  username: z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9._-]{0,63}$/,
      '1 to 64 lower-case letters, digits, dots, underscores or hyphens, beginning with a letter or digit',
    ),
  ...accountFields,
})
export const accountPatch = z.strictObject({ ...accountFields, disabled: z.boolean() }).partial()
export const accountView = z.object({
  username: z.string(),
  ...accountFields,
  disabled: z.boolean(),
  /** Whether the person has set a password yet. */
  hasPassword: z.boolean(),
  secondFactor: z.boolean(),
  singleSignOn: z.boolean(),
  createdAt: instant,
  lastLoginAt: instant.nullable(),
  sessions: z.number().describe('open now'),
})
/** The link is shown to the administrator this once, and mailed where mail is set up. */
export const accountLinkView = z.object({
  url: z.string(),
  purpose: z.enum(['invitation', 'reset']),
  expiresAt: instant,
  mailed: z.boolean(),
})
export const accountCreated = z.object({ account: accountView, link: accountLinkView })
export type AccountInput = z.infer<typeof accountInput>
export type AccountPatch = z.infer<typeof accountPatch>
export type AccountView = z.infer<typeof accountView>
export type AccountLinkView = z.infer<typeof accountLinkView>
export type AccountCreated = z.infer<typeof accountCreated>
