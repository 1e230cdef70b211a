import type { Role } from '@osprey/core/permissions'

/** Who may make what of an account. Pure decisions with their reason. */

/** The part of an account the rules look at. */
export interface Standing {
  role: Role
  /** Null: the whole territory. */
  jurisdictions: readonly string[] | null
  disabled: boolean
}

export type AccountRefusal =
  | 'administrator_is_bound'
  | 'own_role'
  | 'own_disabling'
  | 'own_removal'
  | 'last_administrator'

export type AccountVerdict = { allowed: true } | { allowed: false; reason: AccountRefusal }

const ALLOWED: AccountVerdict = { allowed: true }
const refused = (reason: AccountRefusal): AccountVerdict => ({ allowed: false, reason })

/** Names that stand for no person in logs and in the audit log. */
export const RESERVED_NAMES: ReadonlySet<string> = new Set([
  'operator',
  'metrics',
  'osprey',
  'system',
  'anonymous',
  'visitor',
])

/** May there be an account like this? */
export function judgeAccount({ role, jurisdictions }: Omit<Standing, 'disabled'>): AccountVerdict {
  return role === 'administrator' && jurisdictions !== null ? refused('administrator_is_bound') : ALLOWED
}

export interface Circumstances {
  /** The account belongs to whoever asks. */
  own: boolean
  /** Other administrators that are not disabled and are able to log in. */
  otherAdministrators: number
}

/** May the account become `after`? */
export function judgeChange(before: Standing, after: Standing, circumstances: Circumstances): AccountVerdict {
  const possible = judgeAccount(after)
  if (!possible.allowed) return possible
  if (circumstances.own && before.role !== after.role) return refused('own_role')
  if (circumstances.own && after.disabled && !before.disabled) return refused('own_disabling')
  return governs(before) && !governs(after) && circumstances.otherAdministrators === 0
    ? refused('last_administrator')
    : ALLOWED
}

/** May the account be removed? */
export function judgeRemoval(before: Standing, circumstances: Circumstances): AccountVerdict {
  if (circumstances.own) return refused('own_removal')
  return governs(before) && circumstances.otherAdministrators === 0 ? refused('last_administrator') : ALLOWED
}

function governs({ role, disabled }: Standing): boolean {
  return role === 'administrator' && !disabled
}
