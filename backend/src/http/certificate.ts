import { X509Certificate } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import type { Server } from 'node:https'
import { createSecureContext } from 'node:tls'
import type { Logger } from 'pino'
import { StartError } from '../config.ts'

export interface CertificatePaths {
  certPath: string
  keyPath: string
}

interface Credentials {
  cert: Buffer
  key: Buffer
  minVersion: 'TLSv1.2'
}

/** How often the files are looked at. Looking, not watching: file shares and renamed links tell a watcher nothing. */
const LOOK_EVERY_MS = 10_000

/**
 * The certificate of the HTTPS listener. Renewed files are taken up while running: connections that are open stay,
 * later ones get the new certificate.
 */
export class Certificate {
  private state: string
  private complaint: string | undefined
  private timer: NodeJS.Timeout | undefined

  /** @throws StartError naming the file that cannot be used. */
  constructor(
    private readonly paths: CertificatePaths,
    private readonly log: Logger,
    private readonly lookEvery = LOOK_EVERY_MS,
  ) {
    this.state = stateOf(paths)
    this.current = read(paths)
  }

  current: Credentials

  /** Keeps `server` on the newest certificate until `stop`. */
  follow(server: Pick<Server, 'setSecureContext'>): void {
    this.timer = setInterval(() => this.look(server), this.lookEvery).unref()
  }

  stop(): void {
    clearInterval(this.timer)
  }

  /**
   * Takes up changed files. A pair that does not fit, as between the renewal of one file and of the other, is looked
   * at again next time; meanwhile the former certificate serves.
   */
  look(server: Pick<Server, 'setSecureContext'>): void {
    const state = stateOf(this.paths)
    if (state === this.state) return
    try {
      const renewed = read(this.paths)
      server.setSecureContext(renewed)
      this.current = renewed
      this.state = state
      this.complaint = undefined
      const { subject, validTo, fingerprint256 } = new X509Certificate(renewed.cert)
      this.log.info({ event: 'certificate_renewed', subject, validTo, fingerprint256 }, 'certificate renewed')
    } catch (error) {
      const complaint = (error as Error).message
      if (complaint !== this.complaint) {
        this.log.error(
          { event: 'certificate_unusable', reason: complaint },
          'renewed certificate not taken up',
        )
      }
      this.complaint = complaint
    }
  }
}

function read({ certPath, keyPath }: CertificatePaths): Credentials {
  const cert = readPem('OSPREY_TLS_CERT', certPath)
  const key = readPem('OSPREY_TLS_KEY', keyPath)
  const credentials = { cert, key, minVersion: 'TLSv1.2' as const }
  try {
    createSecureContext(credentials)
  } catch (error) {
    throw new StartError(
      `OSPREY_TLS_CERT ${certPath} and OSPREY_TLS_KEY ${keyPath} cannot be used together: ${(error as Error).message}`,
    )
  }
  return credentials
}

function readPem(variable: string, path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    throw new StartError(`${variable}: ${path} cannot be read: ${(error as Error).message}`)
  }
}

/** What changes with the files; links are followed. */
function stateOf({ certPath, keyPath }: CertificatePaths): string {
  return [certPath, keyPath]
    .map((path) => {
      const found = statSync(path, { bigint: true, throwIfNoEntry: false })
      return found ? `${found.ino} ${found.size} ${found.mtimeNs}` : 'missing'
    })
    .join()
}
