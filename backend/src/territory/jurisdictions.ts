import {
  type JurisdictionDetail,
  type JurisdictionInput,
  type JurisdictionPatch,
  MAX_JURISDICTIONS,
} from '@osprey/core/api/jurisdictions'
import type { Geometry } from '@osprey/core/geo'
import { and, asc, eq, gt, isNull, sql } from 'drizzle-orm'
import type { Audit, AuditEvent } from '../audit/audit.ts'
import type { Database, Transaction } from '../database/database.ts'
import { jurisdictions, rules, silences, userJurisdictions } from '../database/schema.ts'
import { conflict, invalid, invalidFields, notFound, ProblemException } from '../http/problem.ts'
import type { Registry } from '../registry/registry.ts'
import { Area } from './area.ts'
import { AreaIndex } from './area-index.ts'
import { auditedOutline, outlineOf } from './geometry.ts'
import type { Areas } from './territories.ts'

const ROWS_PER_STATEMENT = 200

export type JurisdictionRow = typeof jurisdictions.$inferSelect
/** As it is written: the geometry is GeoJSON text, checked. */
export type JurisdictionValues = Pick<JurisdictionRow, 'id' | 'name' | 'parent' | 'geometry'>

interface Held extends JurisdictionValues {
  area: Area
}

/**
 * The nested areas accounts belong to, in memory. As with the registry, and in turn with it, a change is committed
 * to PostgreSQL first and applied here after.
 */
export class Jurisdictions implements Areas {
  index = new AreaIndex([])
  private readonly held = new Map<string, Held>()
  private children = new Map<string, string[]>()
  private readonly listeners: (() => void)[] = []

  constructor(
    private readonly database: Database,
    private readonly registry: Pick<Registry, 'change'>,
    private readonly audit: Audit,
  ) {}

  async load(): Promise<void> {
    const rows = await this.database.queries.select().from(jurisdictions).orderBy(asc(jurisdictions.id))
    this.apply(rows)
  }

  /** By id. */
  list(): Pick<JurisdictionRow, 'id' | 'name' | 'parent'>[] {
    return [...this.held.values()]
      .map(({ id, name, parent }) => ({ id, name, parent }))
      .sort((one, other) => (one.id < other.id ? -1 : 1))
  }

  has(id: string): boolean {
    return this.held.has(id)
  }

  /** @throws ProblemException 404 */
  get(id: string): Pick<JurisdictionDetail, 'id' | 'name' | 'parent' | 'geometry'> {
    const found = this.values(id)
    return { ...found, geometry: JSON.parse(found.geometry) as JurisdictionDetail['geometry'] }
  }

  /** The row's own fields. @throws ProblemException 404 */
  values(id: string): JurisdictionValues {
    const found = this.held.get(id)
    if (!found) throw notFound('jurisdiction', id)
    const { name, parent, geometry } = found
    return { id, name, parent, geometry }
  }

  parentOf(id: string): string | null {
    return this.held.get(id)?.parent ?? null
  }

  withDescendants(ids: readonly string[]): Set<string> {
    const found = new Set<string>()
    const rest = ids.filter((id) => this.held.has(id))
    for (let id = rest.pop(); id !== undefined; id = rest.pop()) {
      if (found.has(id)) continue
      found.add(id)
      rest.push(...(this.children.get(id) ?? []))
    }
    return found
  }

  onChange(listener: () => void): void {
    this.listeners.push(listener)
  }

  /** People that belong to each jurisdiction itself; none where there is no entry. */
  async accountCounts(): Promise<Map<string, number>> {
    const rows = await this.database.queries
      .select({ id: userJurisdictions.jurisdiction, accounts: sql<number>`count(*)::int` })
      .from(userJurisdictions)
      .groupBy(userJurisdictions.jurisdiction)
    return new Map(rows.map(({ id, accounts }) => [id, accounts]))
  }

  async create({ id, name, parent, geometry }: JurisdictionInput): Promise<void> {
    const values = { id, name, parent, geometry: checkedOutline(geometry) }
    await this.registry.change(
      async (transaction) => {
        if (this.held.has(id)) throw conflict('jurisdiction', id)
        this.checkRoom(1)
        this.checkParents(new Map([[id, parent]]))
        await this.save(transaction, [values])
      },
      () => this.apply([values]),
    )
  }

  async update(id: string, patch: JurisdictionPatch): Promise<void> {
    const geometry = patch.geometry && checkedOutline(patch.geometry)
    await this.registry.change(
      async (transaction) => {
        const before = this.values(id)
        const { name = before.name, parent = before.parent } = patch
        this.checkParents(new Map([[id, parent]]))
        const values = { id, name, parent, geometry: geometry ?? before.geometry }
        await this.save(transaction, [values])
        return values
      },
      (values) => this.apply([values]),
    )
  }

  /** @throws ProblemException 409 while jurisdictions are part of it, or people or rules belong to it. */
  async remove(id: string): Promise<void> {
    await this.registry.change(
      async (transaction) => {
        const before = this.values(id)
        const parts = this.children.get(id)?.length ?? 0
        if (parts > 0)
          throw inUse(id, `${parts} ${parts === 1 ? 'jurisdiction is' : 'jurisdictions are'} part of it`)
        // Whoever is about to add an account to it waits for this lock, and then finds it gone.
        await transaction.select().from(jurisdictions).where(eq(jurisdictions.id, id)).for('update')
        const accounts = await transaction.$count(userJurisdictions, eq(userJurisdictions.jurisdiction, id))
        if (accounts > 0)
          throw inUse(id, `${accounts} ${accounts === 1 ? 'account belongs' : 'accounts belong'} to it`)
        await this.releaseRules(transaction, id)
        await this.releaseSilences(transaction, id)
        await transaction.delete(jurisdictions).where(eq(jurisdictions.id, id))
        await this.audit.record(transaction, {
          action: 'jurisdiction.removed',
          object: { kind: 'jurisdiction', id },
          before: audited(before),
        })
      },
      () => {
        this.held.delete(id)
        this.apply([])
      },
    )
  }

  /** Removed rules are kept for their alerts and hold on to nothing. @throws ProblemException 409 for the others. */
  private async releaseRules(transaction: Transaction, id: string): Promise<void> {
    const belonging = eq(rules.jurisdiction, id)
    const count = await transaction.$count(rules, and(belonging, isNull(rules.removedAt)))
    if (count > 0) throw inUse(id, `${count} ${count === 1 ? 'rule belongs' : 'rules belong'} to it`)
    await transaction.update(rules).set({ jurisdiction: null }).where(belonging)
  }

  /** What is over stays in the audit log and in the timelines of its alerts. @throws ProblemException 409 for the others. */
  private async releaseSilences(transaction: Transaction, id: string): Promise<void> {
    const belonging = eq(silences.jurisdiction, id)
    const count = await transaction.$count(silences, and(belonging, gt(silences.endsAt, new Date())))
    if (count > 0) throw inUse(id, `${count} ${count === 1 ? 'silence belongs' : 'silences belong'} to it`)
    await transaction.delete(silences).where(belonging)
  }

  /** Creates or replaces all of them, or none. Ids must differ. Parents may come in any order. */
  async putAll(all: readonly JurisdictionValues[]): Promise<{ created: number; updated: number }> {
    return this.registry.change(
      async (transaction) => {
        const created = all.filter(({ id }) => !this.held.has(id)).length
        this.checkRoom(created)
        this.checkParents(new Map(all.map(({ id, parent }) => [id, parent])))
        await this.save(transaction, parentsFirst(all))
        return { created, updated: all.length - created }
      },
      () => this.apply(all),
    )
  }

  /** Every parent must exist once `changed` is in place, and nothing may be part of itself. */
  private checkParents(changed: ReadonlyMap<string, string | null>): void {
    const parentOf = (id: string) => (changed.has(id) ? (changed.get(id) ?? null) : this.parentOf(id))
    for (const [id, parent] of changed) {
      if (parent === null) continue
      if (!changed.has(parent) && !this.held.has(parent)) {
        throw invalid('parent', parent, 'the id of an existing jurisdiction')
      }
      const passed = new Set([id])
      for (let above: string | null = parent; above !== null; above = parentOf(above)) {
        if (passed.has(above))
          throw invalid('parent', parent, `a jurisdiction that is not itself part of ${id}`)
        passed.add(above)
      }
    }
  }

  private checkRoom(more: number): void {
    if (this.held.size + more > MAX_JURISDICTIONS) {
      throw new ProblemException(409, `at most ${MAX_JURISDICTIONS} jurisdictions can be kept`)
    }
  }

  private async save(transaction: Transaction, all: readonly JurisdictionValues[]): Promise<void> {
    for (let at = 0; at < all.length; at += ROWS_PER_STATEMENT) {
      await transaction
        .insert(jurisdictions)
        .values(all.slice(at, at + ROWS_PER_STATEMENT))
        .onConflictDoUpdate({
          target: jurisdictions.id,
          set: {
            name: sql`excluded.name`,
            parent: sql`excluded.parent`,
            geometry: sql`excluded.geometry`,
            updatedAt: sql`now()`,
          },
        })
    }
    await this.audit.record(transaction, ...all.map((values) => saved(values, this.held.get(values.id))))
  }

  private apply(changed: readonly JurisdictionValues[]): void {
    for (const { id, name, parent, geometry } of changed) {
      const before = this.held.get(id)
      const area = before?.geometry === geometry ? before.area : new Area(JSON.parse(geometry) as Geometry)
      this.held.set(id, { id, name, parent, geometry, area })
    }
    this.children = new Map()
    for (const { id, parent } of this.held.values()) {
      if (parent === null) continue
      const siblings = this.children.get(parent)
      if (siblings) siblings.push(id)
      else this.children.set(parent, [id])
    }
    this.index = new AreaIndex([...this.held].map(([id, { area }]) => [id, area] as const))
    for (const listener of this.listeners) listener()
  }
}

function checkedOutline(geometry: unknown): string {
  const outline = outlineOf(geometry)
  if (!outline.ok) throw invalidFields(outline.errors)
  return outline.text
}

/** In an order in which every parent precedes its parts. There must be no circle. */
function parentsFirst(all: readonly JurisdictionValues[]): JurisdictionValues[] {
  const byId = new Map(all.map((values) => [values.id, values]))
  const ordered = new Set<JurisdictionValues>()
  for (const values of all) {
    const chain: JurisdictionValues[] = []
    for (
      let next: JurisdictionValues | undefined = values;
      next && !ordered.has(next);
      next = next.parent === null ? undefined : byId.get(next.parent)
    ) {
      chain.push(next)
    }
    for (const one of chain.reverse()) ordered.add(one)
  }
  return [...ordered]
}

function inUse(id: string, why: string): ProblemException {
  return new ProblemException(409, `jurisdiction ${JSON.stringify(id)} cannot be removed: ${why}`)
}

function saved(values: JurisdictionValues, before: JurisdictionValues | undefined): AuditEvent {
  return {
    action: before ? 'jurisdiction.changed' : 'jurisdiction.created',
    object: { kind: 'jurisdiction', id: values.id },
    before: before && audited(before),
    after: audited(values),
  }
}

function audited({ id, name, parent, geometry }: JurisdictionValues): object {
  return { id, name, parent, geometry: auditedOutline(geometry) }
}
