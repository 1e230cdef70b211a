import { expect, test } from '@jest/globals'
import { PERMISSIONS, type Permission, ROLE_PERMISSIONS } from '@osprey/core/permissions'
import { scopeGroups } from './scopes.ts'

test('scopes stand together by area', () => {
  expect(scopeGroups(new Set<Permission>(['devices:write', 'stations:read', 'devices:read']))).toEqual([
    { area: 'stations', scopes: ['stations:read'] },
    { area: 'devices', scopes: ['devices:read', 'devices:write'] },
  ])
})

test('nobody can pass on more than they have', () => {
  for (const own of Object.values(ROLE_PERMISSIONS)) {
    const offered = scopeGroups(own).flatMap(({ scopes }) => scopes)
    expect(new Set(offered)).toEqual(own)
  }
  expect(scopeGroups(ROLE_PERMISSIONS.administrator).flatMap(({ scopes }) => scopes)).toHaveLength(
    PERMISSIONS.length,
  )
})
