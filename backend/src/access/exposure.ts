import { isLoopback } from '@osprey/core/config'

/** How the platform is reached, as configured. */
export interface Reach {
  loopback: boolean
  publicUrl: string | undefined
  allowedOrigins: readonly string[]
  trustedProxies: readonly string[]
}

/** People reach the platform from other machines: administrators need a second factor. */
export function isExposed({ loopback, publicUrl, allowedOrigins, trustedProxies }: Reach): boolean {
  const origins = publicUrl === undefined ? allowedOrigins : [publicUrl, ...allowedOrigins]
  return !loopback || trustedProxies.length > 0 || origins.some((origin) => !isOnLoopback(origin))
}

/**
 * Demonstration mode, and no sign of a reverse proxy: through one that hides itself everyone would seem to be on
 * this machine.
 */
export function offersVisits({ demo, publicUrl, trustedProxies }: Reach & { demo: boolean }): boolean {
  return demo && trustedProxies.length === 0 && (publicUrl === undefined || isOnLoopback(publicUrl))
}

function isOnLoopback(origin: string): boolean {
  return isLoopback(new URL(origin).hostname.replace(/^\[|\]$/g, ''))
}
