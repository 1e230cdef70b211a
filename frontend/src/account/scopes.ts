import { PERMISSIONS, type Permission } from '@osprey/core/permissions'

export interface ScopeGroup {
  area: AreaOf<Permission>
  scopes: readonly Permission[]
}

/** The permissions that somebody can pass on to a program, by area, in the order of the catalogue. */
export function scopeGroups(own: ReadonlySet<Permission>): ScopeGroup[] {
  const groups = new Map<AreaOf<Permission>, Permission[]>()
  for (const permission of PERMISSIONS) {
    if (!own.has(permission)) continue
    const area = areaOf(permission)
    groups.set(area, [...(groups.get(area) ?? []), permission])
  }
  return [...groups].map(([area, scopes]) => ({ area, scopes }))
}

type AreaOf<P> = P extends `${infer Area}:${string}` ? Area : never
type KindOf<P> = P extends `${string}:${infer Kind}` ? Kind : never

export const areaOf = (permission: Permission) => permission.split(':')[0] as AreaOf<Permission>
export const kindOf = (permission: Permission) => permission.split(':')[1] as KindOf<Permission>
