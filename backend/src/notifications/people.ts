import { type Permission, ROLE_PERMISSIONS, type Role } from '@osprey/core/permissions'
import { and, eq, sql } from 'drizzle-orm'
import type { Queries, Transaction } from '../database/database.ts'
import { userJurisdictions, users } from '../database/schema.ts'
import type { Territories } from '../territory/territories.ts'
import type { Territory } from '../territory/territory.ts'
import { isWithin, type PlacedAlert } from './places.ts'

/** Somebody who can be told something. */
export interface Person {
  id: number
  username: string
  displayName: string
  email: string | null
  role: Role
  territory: Territory
}

/** Everybody with an account that may be used; the guest of the demonstration mode is nobody. */
export async function everybody(
  queries: Queries | Transaction,
  territories: Pick<Territories, 'of'>,
): Promise<Person[]> {
  const rows = await queries
    .select({
      id: users.id,
      username: users.username,
      displayName: users.displayName,
      email: users.email,
      role: users.role,
      wholeTerritory: users.wholeTerritory,
      jurisdictions: sql<string[]>`array(
        select ${userJurisdictions.jurisdiction} from ${userJurisdictions}
        where ${userJurisdictions.user} = ${users.id})`,
    })
    .from(users)
    .where(and(eq(users.disabled, false), eq(users.visitor, false)))
    .orderBy(users.username)
  return rows.map(({ wholeTerritory, jurisdictions, ...person }) => ({
    ...person,
    territory: territories.of(wholeTerritory ? null : jurisdictions),
  }))
}

/** Whether this person is told what an alert says. */
export function isTold({ role, territory }: Pick<Person, 'role' | 'territory'>, alert: PlacedAlert): boolean {
  const needed: Permission = 'alerts:read'
  return ROLE_PERMISSIONS[role].has(needed) && isWithin(territory, alert)
}
