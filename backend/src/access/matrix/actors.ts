import {
  PERMISSIONS,
  type Permission,
  ROLE_PERMISSIONS,
  ROLES,
  type Role,
  readOnly,
} from '@osprey/core/permissions'

/**
 * The jurisdictions of the matrix: `parent` consists of `A` and its sibling `B`; a part of `A`, the `nested` one,
 * reaches beyond the outline of `A`.
 */
export const TERRITORIES = ['whole', 'parent', 'A', 'B'] as const
export type ActorTerritory = (typeof TERRITORIES)[number]

/** Everyone who may come to the door. */
export interface MatrixActor {
  /** Unique; short, for a column. */
  name: string
  via: 'nothing' | 'session' | 'token' | 'operator' | 'metrics'
  territory: ActorTerritory
  /** Of the account behind a session or a token. */
  role: Role
  permissions: ReadonlySet<Permission>
  visitor: boolean
  /** Why the session or token lets nobody in. */
  ended: 'account disabled' | 'token expired' | null
  secondFactorDue: boolean
}

const nobody: MatrixActor = {
  name: 'stranger',
  via: 'nothing',
  territory: 'whole',
  role: 'viewer',
  permissions: new Set(),
  visitor: false,
  ended: null,
  secondFactorDue: false,
}

function person(role: Role, territory: ActorTerritory): MatrixActor {
  const name = territory === 'whole' ? role : `${role} ${territory}`
  return { ...nobody, name, via: 'session', role, territory, permissions: ROLE_PERMISSIONS[role] }
}

function token(name: string, owner: MatrixActor, scopes: Iterable<Permission>): MatrixActor {
  return { ...owner, name, via: 'token', permissions: new Set(scopes) }
}

export const ACTORS: readonly MatrixActor[] = [
  nobody,
  {
    ...person('inspector', 'whole'),
    name: 'guest',
    visitor: true,
    permissions: new Set(readOnly(ROLE_PERMISSIONS.inspector)),
  },
  { ...nobody, name: 'metrics token', via: 'metrics', permissions: new Set(['operations:read']) },
  { ...nobody, name: 'operator', via: 'operator', permissions: new Set(PERMISSIONS) },
  ...ROLES.flatMap((role) => TERRITORIES.map((territory) => person(role, territory))),
  { ...person('administrator', 'whole'), name: 'administrator, second factor due', secondFactorDue: true },
  { ...person('administrator', 'whole'), name: 'administrator, disabled', ended: 'account disabled' },
  token('token A, all scopes', person('supervisor', 'A'), ROLE_PERMISSIONS.supervisor),
  token('token A, read only', person('supervisor', 'A'), readOnly(ROLE_PERMISSIONS.supervisor)),
  token('token, another scope', person('administrator', 'whole'), ['reference:read']),
  { ...token('token, expired', person('administrator', 'whole'), PERMISSIONS), ended: 'token expired' },
]
