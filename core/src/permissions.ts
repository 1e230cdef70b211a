/**
 * What each role may do. The endpoint table (backend/src/access/access-table.ts) names one of these permissions
 * for every route; the web app shows only what its user may use. What is not written here is not allowed.
 */

export const ROLES = ['viewer', 'inspector', 'officer', 'supervisor', 'administrator'] as const
/** `officer` is the enforcement officer. */
export type Role = (typeof ROLES)[number]

export const PERMISSIONS = [
  'stations:read',
  'stations:write',
  'sites:read',
  'sites:write',
  'observations:read',
  'reference:read',
  'reference:write',
  'jurisdictions:read',
  'jurisdictions:write',
  'devices:read',
  'devices:write',
  'commands:read',
  'commands:write',
  'ledger:read',
  'alerts:read',
  'alerts:write',
  'rules:read',
  'rules:write',
  'silences:write',
  'notifications:read',
  'notifications:write',
  'accounts:read',
  'accounts:write',
  'audit:read',
  'operations:read',
  'operations:write',
] as const
export type Permission = (typeof PERMISSIONS)[number]

const VIEWER: readonly Permission[] = [
  'stations:read',
  'sites:read',
  'observations:read',
  'reference:read',
  'jurisdictions:read',
  'alerts:read',
]
const INSPECTOR: readonly Permission[] = [
  ...VIEWER,
  'devices:read',
  'commands:read',
  'ledger:read',
  'rules:read',
  'alerts:write',
]
const OFFICER: readonly Permission[] = [...INSPECTOR, 'commands:write', 'silences:write']
const SUPERVISOR: readonly Permission[] = [
  ...OFFICER,
  'stations:write',
  'sites:write',
  'devices:write',
  'rules:write',
  'notifications:read',
]

export const ROLE_PERMISSIONS: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  viewer: new Set(VIEWER),
  inspector: new Set(INSPECTOR),
  officer: new Set(OFFICER),
  supervisor: new Set(SUPERVISOR),
  administrator: new Set(PERMISSIONS),
}

/** The permissions a read-only guest or an API token may hold at most. */
export function readOnly(permissions: Iterable<Permission>): Permission[] {
  return [...permissions].filter((permission) => permission.endsWith(':read'))
}
