import type { Permission } from '@osprey/core/permissions'
import { useApp } from '../app-state.ts'
import { useObservable } from '../ui/observable.ts'

const NONE: ReadonlySet<Permission> = new Set()

/** What the person who is signed in may do. The server decides again on every request. */
export function usePermissions(): ReadonlySet<Permission> {
  const session = useObservable(useApp().session.session)
  return session.phase === 'signed-in' ? session.permissions : NONE
}

/** `const may = useMay(); may('devices:write')` */
export function useMay(): (permission: Permission) => boolean {
  const permissions = usePermissions()
  return (permission) => permissions.has(permission)
}
