import type { Permission } from '@osprey/core/permissions'
import type { Page } from './route.ts'

/** What one must be allowed to do to see a page; null: everybody who is signed in. */
export const PAGE_PERMISSION: Readonly<Record<Page, Permission | null>> = {
  map: 'stations:read',
  alerts: 'alerts:read',
  silences: 'alerts:read',
  rules: 'rules:read',
  notifications: 'notifications:read',
  ledger: 'ledger:read',
  devices: 'devices:read',
  audit: 'audit:read',
  people: 'accounts:read',
  jurisdictions: 'jurisdictions:read',
  account: null,
  link: null,
}

/** Whether somebody with these permissions may see the page. */
export function mayVisit(page: Page, permissions: ReadonlySet<Permission>): boolean {
  const needed = PAGE_PERMISSION[page]
  return needed === null || permissions.has(needed)
}
