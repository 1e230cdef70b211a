import { isIPv4 } from 'node:net'

/** A load test of somebody else's broker is an attack: only this machine is accepted. */
export function assertLoopback(host: string): void {
  if (!isLoopback(host))
    throw new Error(`host: ${JSON.stringify(host)}, expected this machine (127.0.0.1, ::1, localhost)`)
}

/** True for localhost, ::1 and 127.0.0.0/8. Other names are not looked up. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '::1' || host === '[::1]') return true
  return isIPv4(host) && host.startsWith('127.')
}
