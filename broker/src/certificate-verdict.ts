import type { X509Certificate } from 'node:crypto'
import type { PeerCertificate } from 'node:tls'
import type { RefusalReason } from '@osprey/core/refusal-reasons'
import { ID_PATTERN } from '@osprey/core/topics'
import { shown } from './shown.ts'

export interface CertificateProblem {
  reason: Extract<
    RefusalReason,
    'expired_certificate' | 'revoked_certificate' | 'untrusted_certificate' | 'revocation_list_unusable'
  >
  detail: string
}

/** The certificate of a TLS connection, judged. */
export interface ClientCertificate {
  /** Device ids it is made out to: its common names, then its DNS names. */
  readonly names: readonly string[]
  /** Of itself and of those above it, see `certificateKey`. */
  readonly keys: readonly string[]
  /** Whether `keys` reach up to an accepted authority; else one between may be revoked unnoticed. */
  readonly followed: boolean
  /** Epoch milliseconds: the first end among itself and those above it. */
  readonly validTo: number
  /** Why it is not to be trusted; undefined when it is. */
  readonly problem: CertificateProblem | undefined
}

/** Codes of OpenSSL for a revocation list that cannot be used: the operator's affair, not the device's. */
const LIST_PROBLEMS: ReadonlySet<string> = new Set([
  'UNABLE_TO_GET_CRL',
  'UNABLE_TO_DECRYPT_CRL_SIGNATURE',
  'CRL_SIGNATURE_FAILURE',
  'CRL_NOT_YET_VALID',
  'CRL_HAS_EXPIRED',
  'ERROR_IN_CRL_LAST_UPDATE_FIELD',
  'ERROR_IN_CRL_NEXT_UPDATE_FIELD',
])

/**
 * The verdict of TLS as a reason; `code` is OpenSSL's, undefined when it found nothing wrong. It names the last of
 * several problems, so a certificate of no authority is told first, whatever else is wrong with it.
 */
export function problemOf(
  code: string | undefined,
  anchored: boolean,
  { subject, validFrom, validTo }: Pick<X509Certificate, 'subject' | 'validFrom' | 'validTo'>,
): CertificateProblem | undefined {
  if (code === undefined) return undefined
  const name = shown((subject ?? '').replaceAll('\n', ', '), 80)
  if (!anchored) return untrusted(`the certificate ${name} is of no accepted authority (${code})`)
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID')
    return {
      reason: 'expired_certificate',
      detail: `the certificate ${name} holds from ${validFrom} to ${validTo} (${code})`,
    }
  if (code === 'CERT_REVOKED')
    return { reason: 'revoked_certificate', detail: `the certificate ${name} is revoked` }
  if (LIST_PROBLEMS.has(code))
    return {
      reason: 'revocation_list_unusable',
      detail: `whether the certificate ${name} is revoked cannot be told (${code})`,
    }
  return untrusted(`the certificate ${name} cannot be used (${code})`)
}

function untrusted(detail: string): CertificateProblem {
  return { reason: 'untrusted_certificate', detail }
}

/** A certificate that cannot be taken apart. */
export function unreadable(detail: string): ClientCertificate {
  const problem = untrusted(`the certificate cannot be read (${shown(detail, 80)})`)
  return { names: [], keys: [], followed: false, validTo: 0, problem }
}

/** The device ids among the common names and the DNS names of a certificate. */
export function namesOf({ subject, subjectaltname = '' }: Partial<PeerCertificate>): string[] {
  const common = [subject?.CN ?? []].flat()
  // node quotes a name with special characters; such a list is not taken apart, a device id has none.
  const alternative = subjectaltname.includes('"') ? [] : subjectaltname.split(', ')
  const dns = alternative.filter((name) => name.startsWith('DNS:')).map((name) => name.slice(4))
  return [...new Set([...common, ...dns])].filter((name) => ID_PATTERN.test(name))
}
