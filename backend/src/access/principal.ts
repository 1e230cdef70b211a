import { type Permission, ROLE_PERMISSIONS, type Role, readOnly } from '@osprey/core/permissions'

/** Who makes a request. */
export interface Principal {
  username: string
  role: Role
  via: 'session' | 'token' | 'operator' | 'metrics'
  /** Ids of jurisdictions; null: the whole territory. */
  jurisdictions: readonly string[] | null
  /** What may be done: the role's permissions, cut to what a token or a guest may. */
  permissions: ReadonlySet<Permission>
  /** The read-only guest of the demonstration mode. */
  visitor: boolean
  /** The account must set up a second factor before anything else. */
  secondFactorDue: boolean
  /** Number of the account, for `via: 'session'` and `'token'`. */
  account?: number
  /** What must still stand for connections that outlive a request: a session's token hash, or `token <id>`. */
  session?: string
  /** The session came by single sign-on. */
  singleSignOn?: boolean
  /** Name of the API token, for `via: 'token'`. */
  tokenName?: string
}

export interface AccountRights {
  id: number
  username: string
  role: Role
  wholeTerritory: boolean
  visitor: boolean
  /** Ids of the jurisdictions the account belongs to. */
  jurisdictions: readonly string[]
}

/** The principal of a person's session. */
export function personOf(
  account: AccountRights,
  entry: { session: string; singleSignOn: boolean; secondFactorDue: boolean },
): Principal {
  return {
    ...rightsOf(account),
    ...entry,
    via: 'session',
    permissions: permissionsOf(account),
    visitor: account.visitor,
  }
}

/** The principal of an API token: its scopes, as far as its user still holds them. */
export function machineOf(
  account: AccountRights,
  token: { id: string; name: string; scopes: readonly string[] },
  secondFactorDue: boolean,
): Principal {
  const scopes = [...permissionsOf(account)].filter((permission) => token.scopes.includes(permission))
  return {
    ...rightsOf(account),
    via: 'token',
    permissions: new Set(scopes),
    visitor: false,
    secondFactorDue,
    session: `token ${token.id}`,
    tokenName: token.name,
  }
}

function rightsOf({ id, username, role, wholeTerritory, jurisdictions }: AccountRights) {
  return { account: id, username, role, jurisdictions: wholeTerritory ? null : jurisdictions }
}

function permissionsOf({ role, visitor }: AccountRights): ReadonlySet<Permission> {
  const permissions = ROLE_PERMISSIONS[role]
  return visitor ? new Set(readOnly(permissions)) : permissions
}

/** Command-line tools of this machine's owner. */
export const OPERATOR: Principal = {
  username: 'operator',
  role: 'administrator',
  via: 'operator',
  jurisdictions: null,
  permissions: ROLE_PERMISSIONS.administrator,
  visitor: false,
  secondFactorDue: false,
}

/** Whoever collects measurements. */
export const METRICS: Principal = {
  username: 'metrics',
  role: 'viewer',
  via: 'metrics',
  jurisdictions: null,
  permissions: new Set<Permission>(['operations:read']),
  visitor: false,
  secondFactorDue: false,
}
