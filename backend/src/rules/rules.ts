import type { RuleInput, RulePatch } from '@osprey/core/api/rules'
import { and, asc, desc, eq, isNull, sql } from 'drizzle-orm'
import { currentActor } from '../audit/actor.ts'
import type { Audit } from '../audit/audit.ts'
import type { Database, Transaction } from '../database/database.ts'
import { rules, ruleVersions } from '../database/schema.ts'
import { conflict, invalid, notFound, ProblemException } from '../http/problem.ts'
import type { Registry } from '../registry/registry.ts'
import type { Territory } from '../territory/territory.ts'
import { type ActiveRule, auditedRule, definitionText, type RuleRecord, type RuleRow } from './rule-record.ts'

export const MAX_RULES = 2000

/** What became of a rule; no `after` when it was removed, no `before` when it is new. */
export interface RuleChange {
  readonly id: string
  readonly before: RuleRecord | undefined
  readonly after: RuleRecord | undefined
}

export type RuleVersionRow = typeof ruleVersions.$inferSelect

/** Whether a definition fits what is registered. @throws ProblemException 400 naming the fields. */
export type CheckDefinition = (
  wanted: Pick<RuleRecord, 'jurisdiction' | 'definition'>,
  territory: Territory,
) => void

/**
 * The alert rules, in memory. As with the registry, and in turn with it, a change is committed to PostgreSQL first
 * and applied here after. Definitions are always held as the database gives them back, so that they read the same
 * after a restart.
 */
export class Rules {
  private readonly held = new Map<string, RuleRecord>()
  private judged: readonly ActiveRule[] = []
  private readonly listeners: ((change: RuleChange) => void)[] = []

  constructor(
    private readonly database: Database,
    private readonly registry: Pick<Registry, 'change'>,
    private readonly audit: Audit,
    private readonly check: CheckDefinition,
  ) {}

  async load(): Promise<void> {
    const found = this.database.queries.select().from(rules).where(isNull(rules.removedAt))
    for (const row of await found.orderBy(asc(rules.id))) this.held.set(row.id, recordOf(row))
    this.keepJudged()
  }

  /** The rules that are judged, by id. Another array after every change. */
  active(): readonly ActiveRule[] {
    return this.judged
  }

  /** By id, active or not; undefined for one that was never there or was removed. */
  get(id: string): RuleRecord | undefined {
    return this.held.get(id)
  }

  /** `listener` is called after a change is committed. */
  onChange(listener: (change: RuleChange) => void): void {
    this.listeners.push(listener)
  }

  /** A rule of a jurisdiction is seen by whoever reaches that, one of the whole territory by everyone. By id. */
  within(territory: Territory): RuleRecord[] {
    return [...this.held.values()]
      .filter((rule) => isVisible(rule, territory))
      .sort((one, other) => (one.id < other.id ? -1 : 1))
  }

  /** @throws ProblemException 404 */
  found(id: string, territory: Territory): RuleRecord {
    const rule = this.held.get(id)
    if (!rule || !isVisible(rule, territory)) throw notFound('rule', id)
    return rule
  }

  /** Newest first. @throws ProblemException 404 */
  async versions(id: string, territory: Territory): Promise<RuleVersionRow[]> {
    this.found(id, territory)
    return this.database.queries
      .select()
      .from(ruleVersions)
      .where(eq(ruleVersions.rule, id))
      .orderBy(desc(ruleVersions.version))
  }

  /** One version of any rule, those removed included; alerts refer to it. */
  async version(id: string, version: number): Promise<RuleVersionRow | undefined> {
    const [row] = await this.database.queries
      .select()
      .from(ruleVersions)
      .where(and(eq(ruleVersions.rule, id), eq(ruleVersions.version, version)))
    return row
  }

  async create(input: RuleInput, territory: Territory): Promise<RuleRecord> {
    const { id, jurisdiction, active, definition, note } = input
    const row = await this.registry.change(
      async (transaction) => {
        if (jurisdiction === null && !territory.whole) {
          throw invalid('jurisdiction', null, 'the id of one of your jurisdictions')
        }
        this.check({ jurisdiction, definition }, territory)
        await this.checkId(transaction, id)
        if (this.held.size >= MAX_RULES) {
          throw new ProblemException(409, `at most ${MAX_RULES} rules can be kept`)
        }
        const author = currentActor().name
        const at = new Date()
        const made = { createdBy: author, createdAt: at, updatedBy: author, updatedAt: at }
        const [row] = await transaction
          .insert(rules)
          .values({ id, jurisdiction, active, version: 1, definition, ...made })
          .returning()
        const record = recordOf(row as RuleRow)
        await transaction.insert(ruleVersions).values({ rule: id, version: 1, definition, note, author, at })
        await this.audit.record(transaction, {
          action: 'rule.created',
          object: { kind: 'rule', id },
          after: { ...auditedRule(record), note },
        })
        return record
      },
      (record) => this.apply(id, record),
    )
    return row
  }

  /** A changed definition is a new version; switching a rule on or off is not. */
  async update(id: string, patch: RulePatch, territory: Territory): Promise<RuleRecord> {
    return this.registry.change(
      async (transaction) => {
        const before = this.changeable(id, territory)
        checkVersion(before, patch.version)
        const { definition = before.definition } = patch
        const isNew = definitionText(definition) !== definitionText(before.definition)
        if (isNew) this.check({ jurisdiction: before.jurisdiction, definition }, territory)
        const version = before.version + (isNew ? 1 : 0)
        const { active = before.active, note = '' } = patch
        const author = currentActor().name
        const at = new Date()
        const [row] = await transaction
          .update(rules)
          .set({ active, version, definition, updatedBy: author, updatedAt: at })
          .where(eq(rules.id, id))
          .returning()
        const record = recordOf(row as RuleRow)
        if (isNew) {
          await transaction.insert(ruleVersions).values({ rule: id, version, definition, note, author, at })
        }
        await this.audit.record(transaction, {
          action: 'rule.changed',
          object: { kind: 'rule', id },
          before: auditedRule(before),
          after: { ...auditedRule(record), note },
        })
        return record
      },
      (record) => this.apply(id, record),
    )
  }

  /** Its alerts keep it and its versions; its id is not given again. */
  async remove(id: string, territory: Territory): Promise<void> {
    await this.registry.change(
      async (transaction) => {
        const before = this.changeable(id, territory)
        const at = new Date()
        await transaction
          .update(rules)
          .set({ active: false, removedAt: at, updatedAt: at, updatedBy: currentActor().name })
          .where(eq(rules.id, id))
        await this.audit.record(transaction, {
          action: 'rule.removed',
          object: { kind: 'rule', id },
          before: auditedRule(before),
        })
      },
      () => this.apply(id, undefined),
    )
  }

  private changeable(id: string, territory: Territory): RuleRecord {
    const rule = this.found(id, territory)
    if (rule.jurisdiction === null && !territory.whole) {
      throw new ProblemException(
        403,
        `rule ${JSON.stringify(id)} belongs to the whole territory: only who has all of it may change it`,
      )
    }
    return rule
  }

  private async checkId(transaction: Transaction, id: string): Promise<void> {
    if (this.held.has(id)) throw conflict('rule', id)
    const [removed] = await transaction
      .select({ at: sql<string>`to_char(removed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')` })
      .from(rules)
      .where(eq(rules.id, id))
    if (!removed) return
    throw new ProblemException(
      409,
      `rule ${JSON.stringify(id)} was removed at ${removed.at} and its alerts still refer to it`,
      [{ field: 'id', value: id, expected: 'an id that no rule has or had' }],
    )
  }

  private apply(id: string, after: RuleRecord | undefined): void {
    const before = this.held.get(id)
    if (after) this.held.set(id, after)
    else this.held.delete(id)
    this.keepJudged()
    for (const listener of this.listeners) listener({ id, before, after })
  }

  private keepJudged(): void {
    this.judged = [...this.held.values()]
      .filter(({ active }) => active)
      .sort((one, other) => (one.id < other.id ? -1 : 1))
  }
}

function isVisible({ jurisdiction }: RuleRecord, territory: Territory): boolean {
  return jurisdiction === null || territory.hasJurisdiction(jurisdiction)
}

function checkVersion({ id, version }: RuleRecord, read: number | undefined): void {
  if (read === undefined || read === version) return
  throw new ProblemException(
    409,
    `rule ${JSON.stringify(id)} was changed meanwhile: it is at version ${version}`,
    [{ field: 'version', value: read, expected: `${version}, the version of the rule as it is now` }],
  )
}

function recordOf({ removedAt: _removed, ...record }: RuleRow): RuleRecord {
  return record
}
