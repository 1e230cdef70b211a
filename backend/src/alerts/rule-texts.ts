import type { RuleDefinition } from '@osprey/core/api/rules'
import { and, eq, sql } from 'drizzle-orm'
import type { Queries } from '../database/database.ts'
import { ruleVersions } from '../database/schema.ts'
import type { AlertRow } from './alert-row.ts'

type VersionOf = Pick<AlertRow, 'rule' | 'ruleVersion'>

/** A version of a rule never changes, so its name need not be asked for twice. */
const MOST_REMEMBERED = 20_000

/** What the versions of rules that fired alerts say. */
export class RuleTexts {
  private readonly names = new Map<string, string>()

  constructor(private readonly queries: () => Queries) {}

  /** The name each alert's rule had when it fired. */
  async namesOf(rows: readonly VersionOf[]): Promise<(row: VersionOf) => string> {
    const missing = new Map<string, VersionOf>()
    for (const row of rows) if (!this.names.has(keyOf(row))) missing.set(keyOf(row), row)
    if (missing.size > 0) await this.ask([...missing.values()])
    return (row) => this.names.get(keyOf(row)) ?? row.rule
  }

  /** The definition that fired an alert. */
  async definitionOf({ rule, ruleVersion }: VersionOf): Promise<RuleDefinition | undefined> {
    const [found] = await this.queries()
      .select({ definition: ruleVersions.definition })
      .from(ruleVersions)
      .where(and(eq(ruleVersions.rule, rule), eq(ruleVersions.version, ruleVersion)))
    return found?.definition
  }

  private async ask(wanted: readonly VersionOf[]): Promise<void> {
    if (this.names.size + wanted.length > MOST_REMEMBERED) this.names.clear()
    const found = await this.queries()
      .select({
        rule: ruleVersions.rule,
        ruleVersion: ruleVersions.version,
        name: sql<string>`${ruleVersions.definition} ->> 'name'`,
      })
      .from(ruleVersions)
      .where(
        sql`(${ruleVersions.rule}, ${ruleVersions.version}) in (
          select * from unnest(
            ${sql.param(wanted.map(({ rule }) => rule))}::text[],
            ${sql.param(wanted.map(({ ruleVersion }) => ruleVersion))}::int[]))`,
      )
    for (const { name, ...version } of found) this.names.set(keyOf(version), name)
  }
}

function keyOf({ rule, ruleVersion }: VersionOf): string {
  return `${rule}\n${ruleVersion}`
}
