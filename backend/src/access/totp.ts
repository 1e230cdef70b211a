import { createHash, randomBytes } from 'node:crypto'
import { Secret, TOTP } from 'otpauth'

/** RFC 6238 with what every authenticator app can do. */
const PARAMETERS = { algorithm: 'SHA1', digits: 6, period: 30 }
/** Clocks of telephones differ: the step before and the one after count too. */
const WINDOW = 1
const RECOVERY_CODES = 10
/** 80 bits: no guessing, so a fast hash is enough. */
const RECOVERY_BYTES = 10

/** 160 bits, base32 (RFC 4226 section 4 recommends that length). */
export function newSecret(): string {
  return new Secret({ size: 20 }).base32
}

/** What an authenticator app scans. */
export function uriOf(secret: string, username: string): string {
  return new TOTP({ ...PARAMETERS, issuer: 'Osprey', label: username, secret }).toString()
}

/** The time step `code` belongs to at the instant `now`, or undefined when it is none of `secret`. */
export function stepOf(code: string, secret: string, now: number): number | undefined {
  const token = code.replaceAll(' ', '')
  if (!/^\d{6}$/.test(token)) return undefined
  const delta = TOTP.validate({
    ...PARAMETERS,
    secret: Secret.fromBase32(secret),
    token,
    timestamp: now,
    window: WINDOW,
  })
  return delta === null ? undefined : TOTP.counter({ period: PARAMETERS.period, timestamp: now }) + delta
}

/** Ten codes such as `ABCD-EFGH-IJKL-MNOP`. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: RECOVERY_CODES }, () => {
    const { base32 } = new Secret({ buffer: Uint8Array.from(randomBytes(RECOVERY_BYTES)).buffer })
    return (base32.match(/.{4}/g) ?? []).join('-')
  })
}

/** As it is stored. People may leave out the hyphens and write lower case. */
export function hashRecoveryCode(code: string): string {
  const plain = code.replace(/[\s-]/g, '').toUpperCase()
  return createHash('sha256').update(plain).digest('hex')
}
