import type { RequestHandler } from 'express'
import helmet from 'helmet'

/**
 * The page may load and talk to this server only; the one exception is the host of the configured base map
 * tiles, for images. HSTS is sent over TLS alone: a browser must ignore it elsewhere (RFC 6797 clause 8.1).
 */
export function securityHeaders({
  tileUrl,
  tls,
}: {
  tileUrl: string | undefined
  tls: boolean
}): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'none'"],
        'script-src': ["'self'"],
        'style-src': ["'self'"],
        'img-src': ["'self'", 'data:', 'blob:', ...tileHosts(tileUrl)],
        'font-src': ["'self'"],
        'connect-src': ["'self'"],
        'manifest-src': ["'self'"],
        'worker-src': ["'self'", 'blob:'],
        'base-uri': ["'none'"],
        'form-action': ["'self'"],
        'frame-ancestors': ["'none'"],
      },
    },
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'same-origin' },
    strictTransportSecurity: tls ? { maxAge: 31_536_000, includeSubDomains: false } : false,
  })
}

/** `{s}` stands for one of several subdomains, which a policy writes as `*`. */
function tileHosts(url: string | undefined): string[] {
  if (!url) return []
  const { protocol, host } = new URL(url.replaceAll('{s}', 'wildcard'))
  return [`${protocol}//${host.replace(/^wildcard(?=\.)/, '*')}`]
}

/** Answers of the API are of the moment and often personal. */
export const noStore: RequestHandler = (request, response, next) => {
  if (request.path.startsWith('/api/') || request.path === '/metrics')
    response.set('Cache-Control', 'no-store')
  next()
}
