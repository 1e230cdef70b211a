import type { Config } from '../config.ts'

const VALID_FOR_DAYS = 180
const DAY = 86_400_000

/**
 * RFC 9116: whom to tell of a vulnerability. Undefined when no contact is configured. `Expires` is required and
 * must not be much further away than a year (clause 2.5.5); it is counted from the day of the request.
 */
export function securityText(
  { securityContact, publicUrl }: Pick<Config, 'securityContact' | 'publicUrl'>,
  now: number,
): string | undefined {
  if (securityContact === undefined) return undefined
  const expires = new Date((Math.floor(now / DAY) + VALID_FOR_DAYS) * DAY)
  const lines = [
    `Contact: ${securityContact}`,
    `Expires: ${expires.toISOString()}`,
    'Preferred-Languages: en, zh',
    ...(publicUrl === undefined ? [] : [`Canonical: ${publicUrl}/.well-known/security.txt`]),
  ]
  return `${lines.join('\n')}\n`
}
