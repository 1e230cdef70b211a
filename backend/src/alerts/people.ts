import type { AssigneeView } from '@osprey/core/api/alerts'
import { type Permission, ROLE_PERMISSIONS, ROLES } from '@osprey/core/permissions'
import { and, asc, eq, inArray, type SQL } from 'drizzle-orm'
import { accountColumns } from '../access/account-record.ts'
import type { Principal } from '../access/principal.ts'
import type { Queries, Transaction } from '../database/database.ts'
import { users } from '../database/schema.ts'
import type { Areas, Territories } from '../territory/territories.ts'
import { type AlertPlace, holds } from './alert-row.ts'

/** A person as far as alerts need them. */
export interface Person {
  username: string
  displayName: string
  /** Null: the whole territory. */
  jurisdictions: readonly string[] | null
}

/** More would only be a way to make the platform look up names. */
const MAX_MENTIONS = 50

/** Which people have to do with alerts: those an alert can be assigned to, and those a comment may call. */
export class People {
  constructor(
    private readonly territories: Pick<Territories, 'of'>,
    private readonly areas: Pick<Areas, 'parentOf'>,
  ) {}

  /** Whom somebody may assign alerts to: those who share some of the territory with them. By user name. */
  async assignees(queries: Queries, by: Principal): Promise<AssigneeView[]> {
    const people = await peopleWith(queries, 'alerts:write')
    return people
      .filter(({ jurisdictions }) => this.related(jurisdictions, by.jurisdictions))
      .map(({ username, displayName }) => ({ username, displayName }))
  }

  /** Of these names, those of people who hold the permission. */
  async named(
    queries: Queries | Transaction,
    usernames: readonly string[],
    permission: Permission,
  ): Promise<Person[]> {
    if (usernames.length === 0) return []
    return peopleWith(queries, permission, inArray(users.username, [...usernames]))
  }

  /** Whether the person's territory holds the alert. */
  reaches({ jurisdictions }: Person, alert: AlertPlace): boolean {
    return holds(this.territories.of(jurisdictions), alert)
  }

  private related(one: readonly string[] | null, other: readonly string[] | null): boolean {
    if (one === null || other === null) return true
    return one.some((a) => other.some((b) => this.isPartOf(a, b) || this.isPartOf(b, a)))
  }

  private isPartOf(id: string, whole: string): boolean {
    for (let area: string | null = id; area !== null; area = this.areas.parentOf(area)) {
      if (area === whole) return true
    }
    return false
  }
}

/** The names after @ in a text, as they are written; a dot or hyphen at the end may belong to the sentence. */
export function mentionedIn(text: string): string[] {
  const names = new Set<string>()
  for (const [, name] of text.matchAll(/(?<![\w.@-])@([A-Za-z0-9][A-Za-z0-9._-]{0,63})/g)) {
    if (names.size >= MAX_MENTIONS) break
    const written = (name as string).toLowerCase()
    names.add(written)
    names.add(written.replace(/[._-]+$/, ''))
  }
  return [...names]
}

async function peopleWith(
  queries: Queries | Transaction,
  permission: Permission,
  which?: SQL,
): Promise<Person[]> {
  const roles = ROLES.filter((role) => ROLE_PERMISSIONS[role].has(permission))
  const rows = await queries
    .select(accountColumns)
    .from(users)
    .where(and(eq(users.disabled, false), eq(users.visitor, false), inArray(users.role, roles), which))
    .orderBy(asc(users.username))
  return rows.map(({ username, displayName, wholeTerritory, jurisdictions }) => ({
    username,
    displayName,
    jurisdictions: wholeTerritory ? null : jurisdictions,
  }))
}
