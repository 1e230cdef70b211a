import { isLoopback } from '@osprey/core/config'

/** What nodemailer is told about the server. */
export interface MailServer {
  host: string
  port: number
  secure: boolean
  requireTLS: boolean
  tls: { minVersion: 'TLSv1.2'; rejectUnauthorized: boolean }
  auth?: { user: string; pass: string }
}

/**
 * Reads smtp://user:password@host:port (STARTTLS, which the server must offer) or smtps:// (TLS from the first
 * byte). Mail that never leaves this machine may go unencrypted, and a local server's self-made certificate is
 * nothing to check.
 */
export function serverOf(url: string): MailServer {
  const { protocol, hostname, port, username, password } = new URL(url)
  const host = hostname.replace(/^\[|\]$/g, '')
  const secure = protocol === 'smtps:'
  const local = isLoopback(host)
  return {
    host,
    port: port === '' ? (secure ? 465 : 587) : Number(port),
    secure,
    requireTLS: !secure && !local,
    tls: { minVersion: 'TLSv1.2', rejectUnauthorized: !local },
    ...(username !== '' && {
      auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) },
    }),
  }
}
