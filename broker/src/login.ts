import { hash, timingSafeEqual } from 'node:crypto'
import { authorizePublish, checkIdentifier, ID_PATTERN } from '@osprey/core/topics'
import type { DeviceRecord } from '@osprey/journal/directory'
import type { RefusalReason } from './refusals.ts'

export interface LoginAttempt {
  /** As the device named itself; may be empty. */
  clientId: string
  username: string | undefined
  password: Buffer | undefined
  will: { topic: string; retain: boolean } | null
}

export type LoginVerdict =
  | { accepted: true; device: DeviceRecord }
  | { accepted: false; reason: RefusalReason; detail: string; returnCode: number }

/** Return codes of the CONNACK, MQTT 3.1.1 table 3.1. */
const IDENTIFIER_REJECTED = 2
const BAD_USER_NAME_OR_PASSWORD = 4
const NOT_AUTHORIZED = 5

/** Compared with when the device is unknown, so that the answer takes as long as for a known one. */
const NO_HASH = '0'.repeat(64)

/** Decides whether the device may log in. User name and password are the device id and its secret. */
export function judgeLogin(
  attempt: LoginAttempt,
  find: (id: string) => DeviceRecord | undefined,
): LoginVerdict {
  const { clientId, username, password, will } = attempt
  const problem = clientId === '' ? undefined : checkIdentifier(clientId)
  if (problem) return refuse('bad_identifier', `client id: ${problem}`, IDENTIFIER_REJECTED)
  if (username === undefined || !ID_PATTERN.test(username))
    return refuse('bad_identifier', 'user name: expected the id of the device', BAD_USER_NAME_OR_PASSWORD)
  const device = find(username)
  const rightSecret = secretMatches(password ?? Buffer.alloc(0), device?.secretHash ?? NO_HASH)
  if (!device)
    return refuse('unknown_device', 'no device with this id is registered', BAD_USER_NAME_OR_PASSWORD)
  if (!rightSecret)
    return refuse('bad_secret', 'the password is not the secret of the device', BAD_USER_NAME_OR_PASSWORD)
  if (device.disabled) return refuse('device_disabled', 'the device is disabled', NOT_AUTHORIZED)
  return judgeWill(device, will)
}

/** A last will is a status message, so that it can never count as a reading. */
function judgeWill(device: DeviceRecord, will: LoginAttempt['will']): LoginVerdict {
  if (!will) return { accepted: true, device }
  const verdict = authorizePublish(device.id, will.topic, will)
  if (verdict.allowed && verdict.kind === 'status') return { accepted: true, device }
  const detail = verdict.allowed ? `${will.topic}: expected the status topic` : verdict.detail
  return refuse('topic_denied', `last will: ${detail}`, NOT_AUTHORIZED)
}

function secretMatches(secret: Buffer, secretHash: string): boolean {
  const expected = Buffer.from(secretHash, 'hex')
  const given = hash('sha256', secret, 'buffer')
  return expected.length === given.length && timingSafeEqual(given, expected)
}

function refuse(reason: RefusalReason, detail: string, returnCode: number): LoginVerdict {
  return { accepted: false, reason, detail, returnCode }
}
