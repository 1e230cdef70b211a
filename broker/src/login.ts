import { hash, timingSafeEqual } from 'node:crypto'
import { authorizePublish, checkIdentifier, ID_PATTERN } from '@osprey/core/topics'
import type { DeviceRecord } from '@osprey/journal/directory'
import type { ClientCertificate } from './certificate-verdict.ts'
import type { RefusalReason } from './refusals.ts'

export interface LoginAttempt {
  /** As the device named itself; may be empty. */
  clientId: string
  username: string | undefined
  password: Buffer | undefined
  will: { topic: string; retain: boolean } | null
  /** Presented at the TLS handshake. */
  certificate?: ClientCertificate | undefined
}

export type LoginVerdict =
  | { accepted: true; device: DeviceRecord; proof: 'secret' | 'certificate' }
  | { accepted: false; reason: RefusalReason; detail: string; returnCode: number; deviceId: string }

type Find = (id: string) => DeviceRecord | undefined
type Refused = Extract<LoginVerdict, { accepted: false }>

/** Return codes of the CONNACK, MQTT 3.1.1 table 3.1. */
const IDENTIFIER_REJECTED = 2
const SERVER_UNAVAILABLE = 3
const BAD_USER_NAME_OR_PASSWORD = 4
const NOT_AUTHORIZED = 5

/** Compared with when the device is unknown, so that the answer takes as long as for a known one. */
const NO_HASH = '0'.repeat(64)

/**
 * Decides whether the device may log in: with its id as the user name and its secret as the password, or with a
 * certificate made out to its id.
 */
export function judgeLogin(attempt: LoginAttempt, find: Find): LoginVerdict {
  const { clientId, username, will } = attempt
  const claimed = username ?? attempt.certificate?.names[0] ?? ''
  const refuse = (reason: RefusalReason, detail: string, returnCode: number): Refused => ({
    accepted: false,
    reason,
    detail,
    returnCode,
    deviceId: claimed,
  })
  const problem = clientId === '' ? undefined : checkIdentifier(clientId)
  if (problem) return refuse('bad_identifier', `client id: ${problem}`, IDENTIFIER_REJECTED)
  if (username !== undefined && !ID_PATTERN.test(username))
    return refuse('bad_identifier', 'user name: expected the id of the device', BAD_USER_NAME_OR_PASSWORD)
  const verdict = judgeProof(attempt, find, refuse)
  if (!verdict.accepted) return verdict
  const { device } = verdict
  if (device.disabled) return refuse('device_disabled', 'the device is disabled', NOT_AUTHORIZED)
  const detail = will && problemOfWill(device.id, will)
  return detail ? refuse('topic_denied', `last will: ${detail}`, NOT_AUTHORIZED) : verdict
}

type Refuse = (reason: RefusalReason, detail: string, returnCode: number) => Refused

/**
 * A certificate counts when it is the only proof offered, or when the device may use one. A device of the secret
 * is judged by its secret alone: many gateways present the certificate of their maker wherever they are asked.
 */
function judgeProof(attempt: LoginAttempt, find: Find, refuse: Refuse): LoginVerdict {
  const { username, password, certificate } = attempt
  const named = username === undefined ? undefined : find(username)
  if (!certificate) return judgeSecret(attempt, named, refuse)
  const mayUseCertificate = named !== undefined && named.authentication !== 'secret'
  return password === undefined || mayUseCertificate
    ? judgeCertificate(username, certificate, find, refuse)
    : judgeSecret(attempt, named, refuse)
}

function judgeSecret(
  { username, password }: LoginAttempt,
  device: DeviceRecord | undefined,
  refuse: Refuse,
): LoginVerdict {
  if (username === undefined)
    return refuse('bad_identifier', 'user name: expected the id of the device', BAD_USER_NAME_OR_PASSWORD)
  const rightSecret = secretMatches(password ?? Buffer.alloc(0), device?.secretHash ?? NO_HASH)
  if (!device)
    return refuse('unknown_device', 'no device with this id is registered', BAD_USER_NAME_OR_PASSWORD)
  if (!rightSecret)
    return refuse('bad_secret', 'the password is not the secret of the device', BAD_USER_NAME_OR_PASSWORD)
  if (device.authentication === 'certificate')
    return refuse(
      'secret_not_accepted',
      'the secret is right, but the device is registered to log in with a certificate only',
      BAD_USER_NAME_OR_PASSWORD,
    )
  return { accepted: true, device, proof: 'secret' }
}

function judgeCertificate(
  username: string | undefined,
  { names, problem }: ClientCertificate,
  find: Find,
  refuse: Refuse,
): LoginVerdict {
  if (problem) {
    const unusable = problem.reason === 'revocation_list_unusable'
    return refuse(problem.reason, problem.detail, unusable ? SERVER_UNAVAILABLE : BAD_USER_NAME_OR_PASSWORD)
  }
  const mismatch = problemOfNames(names, username)
  if (mismatch) return refuse('certificate_not_for_device', mismatch, BAD_USER_NAME_OR_PASSWORD)
  const id = username ?? names.find((name) => find(name) !== undefined)
  const device = id === undefined ? undefined : find(id)
  if (!device)
    return refuse('unknown_device', 'no device with this id is registered', BAD_USER_NAME_OR_PASSWORD)
  if (device.authentication === 'secret')
    return refuse(
      'certificate_not_accepted',
      'the device is registered to log in with its secret only',
      BAD_USER_NAME_OR_PASSWORD,
    )
  return { accepted: true, device, proof: 'certificate' }
}

function problemOfNames(names: readonly string[], username: string | undefined): string | undefined {
  if (names.length === 0) return 'the certificate has no common name or DNS name that is the id of a device'
  if (username === undefined || names.includes(username)) return undefined
  return `the certificate is for ${names.slice(0, 3).join(', ')}, the user name is ${username}`
}

/** A last will is a status message, so that it can never count as a reading. */
function problemOfWill(deviceId: string, will: { topic: string; retain: boolean }): string | undefined {
  const verdict = authorizePublish(deviceId, will.topic, will)
  if (!verdict.allowed) return verdict.detail
  return verdict.kind === 'status' ? undefined : `${will.topic}: expected the status topic`
}

function secretMatches(secret: Buffer, secretHash: string): boolean {
  const expected = Buffer.from(secretHash, 'hex')
  const given = hash('sha256', secret, 'buffer')
  return expected.length === given.length && timingSafeEqual(given, expected)
}
