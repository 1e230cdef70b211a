import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createSecureContext, type DetailedPeerCertificate, TLSSocket } from 'node:tls'
import {
  type CertificateProblem,
  type ClientCertificate,
  namesOf,
  problemOf,
  unreadable,
} from './certificate-verdict.ts'
import { certificateKey, revokedKeys } from './der.ts'

export interface ClientCertificatesOptions {
  /** PEM file of the authorities that may issue certificates of devices. */
  caPath: string
  /** PEM file of their revocation lists, one of each authority. */
  crlPath: string | undefined
}

/** What the TLS listeners need to know. */
export interface Trust {
  ca: string
  crl: string[]
}

interface Loaded extends Trust {
  authorities: readonly X509Certificate[]
  revoked: ReadonlySet<string>
}

const CERTIFICATES = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g
const LISTS = /-----BEGIN X509 CRL-----([^-]+)-----END X509 CRL-----/g
/** Longest chain of authorities that is followed. */
const MAX_CHAIN = 8

/**
 * The certificates devices may log in with: whose they may be, and which are revoked. Both files are looked at
 * again and again, so that a revocation takes effect without a restart. TLS itself judges the certificate at the
 * handshake; here it is told apart why, and whether it still holds for connections that are open.
 */
export class ClientCertificates {
  readonly #options: ClientCertificatesOptions
  #loaded: Loaded
  #stamp = ''
  #looking = false

  private constructor(options: ClientCertificatesOptions) {
    this.#options = options
    this.#loaded = load(options)
  }

  /** Reads both files; throws naming the one that cannot be used. */
  static open(options: ClientCertificatesOptions): ClientCertificates {
    return new ClientCertificates(options)
  }

  get trust(): Trust {
    return this.#loaded
  }

  /**
   * Reads the files again when they changed and says what did. Throws when they cannot be used: what was read before
   * stays in force, and the next look tries again.
   */
  async look(): Promise<'nothing' | 'revocations' | 'authorities'> {
    if (this.#looking) return 'nothing'
    this.#looking = true
    try {
      const stamp = await stampOf(this.#options)
      if (stamp === this.#stamp) return 'nothing'
      const before = this.#loaded
      this.#loaded = load(this.#options)
      this.#stamp = stamp
      if (before.ca !== this.#loaded.ca) return 'authorities'
      return before.crl.join() === this.#loaded.crl.join() ? 'nothing' : 'revocations'
    } finally {
      this.#looking = false
    }
  }

  /** The certificate the peer presented with the verdict of TLS; undefined when it presented none. */
  presented(connection: unknown): ClientCertificate | undefined {
    if (!(connection instanceof TLSSocket)) return undefined
    const peer = connection.getPeerCertificate(true)
    if (!peer?.raw) return undefined
    try {
      return this.#judge(connection, peer)
    } catch (error) {
      // Anyone may present anything: what OpenSSL lets through and cannot be read here is refused.
      return unreadable((error as Error).message)
    }
  }

  #judge(connection: TLSSocket, peer: DetailedPeerCertificate): ClientCertificate {
    const certificate = new X509Certificate(peer.raw)
    const chain = this.#chainOf(certificate, sentWith(peer))
    const anchored = chain.some((one) => this.#isAuthority(one))
    // Set by node to a code of OpenSSL, although it is declared an Error.
    const code = connection.authorized ? undefined : String(connection.authorizationError)
    return {
      names: namesOf(peer),
      keys: chain.map(({ raw }) => certificateKey(raw)),
      followed: anchored,
      validTo: Math.min(...chain.map(({ validToDate }) => validToDate.getTime())),
      problem: problemOf(code, anchored, certificate),
    }
  }

  /** Why a certificate that was good at the handshake does not hold any more. */
  problemNow({ keys, validTo }: ClientCertificate, now: number): CertificateProblem['reason'] | undefined {
    if (keys.some((key) => this.#loaded.revoked.has(key))) return 'revoked_certificate'
    return now > validTo ? 'expired_certificate' : undefined
  }

  /** The certificate and those above it, as far as the peer sent them or they are authorities. */
  #chainOf(certificate: X509Certificate, sent: readonly X509Certificate[]): X509Certificate[] {
    const known = [...sent, ...this.#loaded.authorities]
    const chain = [certificate]
    for (let last = certificate; chain.length < MAX_CHAIN; ) {
      const issuer = known.find((one) => last.checkIssued(one) && last.verify(one.publicKey))
      if (!issuer || issuer.fingerprint256 === last.fingerprint256) break
      chain.push(issuer)
      last = issuer
    }
    return chain
  }

  #isAuthority({ fingerprint256 }: X509Certificate): boolean {
    return this.#loaded.authorities.some((one) => one.fingerprint256 === fingerprint256)
  }
}

/**
 * node links the certificates that came with the peer's; one that is its own issuer is linked to itself. Of a peer
 * that passed, node 24 shows only its own certificate and the authorities it knows itself.
 */
function sentWith(peer: DetailedPeerCertificate): X509Certificate[] {
  const sent: X509Certificate[] = []
  let one: DetailedPeerCertificate | undefined = peer.issuerCertificate
  while (one?.raw && sent.length < MAX_CHAIN) {
    sent.push(new X509Certificate(one.raw))
    one = one.issuerCertificate === one ? undefined : one.issuerCertificate
  }
  return sent
}

function load({ caPath, crlPath }: ClientCertificatesOptions): Loaded {
  const ca = readFileSync(caPath, 'utf8')
  const authorities = named(caPath, () =>
    (ca.match(CERTIFICATES) ?? []).map((pem) => new X509Certificate(pem)),
  )
  if (authorities.length === 0) throw new Error(`${caPath}: expected certificates in PEM`)
  if (crlPath === undefined) return { ca, crl: [], authorities, revoked: new Set() }
  const lists = [...readFileSync(crlPath, 'utf8').matchAll(LISTS)]
  if (lists.length === 0) throw new Error(`${crlPath}: expected certificate revocation lists in PEM`)
  return named(crlPath, () => {
    const crl = lists.map(([pem]) => pem)
    createSecureContext({ ca, crl })
    const revoked = new Set(
      lists.flatMap(([, base64]) => revokedKeys(Buffer.from(base64 as string, 'base64'))),
    )
    return { ca, crl, authorities, revoked }
  })
}

function named<Result>(path: string, read: () => Result): Result {
  try {
    return read()
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`)
  }
}

/** Changes when a file is written, or another is put in its place. */
async function stampOf({ caPath, crlPath }: ClientCertificatesOptions): Promise<string> {
  const paths = crlPath === undefined ? [caPath] : [caPath, crlPath]
  const found = await Promise.all(paths.map((path) => stat(path, { bigint: true })))
  return found.map(({ ino, size, mtimeNs }) => `${ino} ${size} ${mtimeNs}`).join()
}
