import type { RouteInput, RoutePatch, RouteView } from '@osprey/core/api/notifications'
import { asc, eq, inArray } from 'drizzle-orm'
import type { Audit } from '../audit/audit.ts'
import type { Database, Transaction } from '../database/database.ts'
import { channels, routes, rules } from '../database/schema.ts'
import { conflict, invalid, notFound, ProblemException } from '../http/problem.ts'
import type { HeldRoute } from './groups.ts'

export const MAX_ROUTES = 200

/** Which alerts go where. In memory; a change is committed first and applied after. */
export class Routes {
  private held = new Map<string, HeldRoute>()
  private turn: Promise<unknown> = Promise.resolve()

  constructor(
    private readonly database: Pick<Database, 'queries'>,
    private readonly audit: Audit,
    private readonly hasJurisdiction: (id: string) => boolean,
    private readonly now: () => number = Date.now,
  ) {}

  async load(): Promise<void> {
    const rows = await this.database.queries.select().from(routes).orderBy(asc(routes.id))
    this.held = new Map(
      rows.map(({ id, settings, createdAt }) => [id, { id, ...settings, createdAt: createdAt.getTime() }]),
    )
  }

  /** By id. */
  all(): readonly HeldRoute[] {
    return [...this.held.values()]
  }

  get(id: string): HeldRoute | undefined {
    return this.held.get(id)
  }

  list(): RouteView[] {
    return this.all().map(view)
  }

  view(id: string): RouteView {
    return view(this.found(id))
  }

  async create(input: RouteInput): Promise<RouteView> {
    const { id, ...settings } = input
    await this.change(async (transaction) => {
      if (this.held.has(id)) throw conflict('route', id)
      if (this.held.size >= MAX_ROUTES)
        throw new ProblemException(409, `at most ${MAX_ROUTES} routes can be kept`)
      await this.check(transaction, settings)
      const createdAt = new Date(this.now())
      await transaction.insert(routes).values({ id, settings, createdAt })
      await this.audit.record(transaction, {
        action: 'route.created',
        object: { kind: 'route', id },
        after: { id, ...settings },
      })
      return () => this.keep({ id, ...settings, createdAt: createdAt.getTime() })
    })
    return this.view(id)
  }

  async update(id: string, patch: RoutePatch): Promise<RouteView> {
    await this.change(async (transaction) => {
      const { createdAt, ...before } = this.found(id)
      const after = { ...before, ...patch }
      const { id: _, ...settings } = after
      await this.check(transaction, settings)
      await transaction.update(routes).set({ settings }).where(eq(routes.id, id))
      await this.audit.record(transaction, {
        action: 'route.changed',
        object: { kind: 'route', id },
        before,
        after,
      })
      return () => this.keep({ ...after, createdAt })
    })
    return this.view(id)
  }

  /** What it has decided is still sent. */
  async remove(id: string): Promise<void> {
    await this.change(async (transaction) => {
      const { createdAt: _, ...before } = this.found(id)
      await transaction.delete(routes).where(eq(routes.id, id))
      await this.audit.record(transaction, { action: 'route.removed', object: { kind: 'route', id }, before })
      return () => {
        this.held.delete(id)
      }
    })
  }

  /** One at a time: each is checked against what the others left. */
  private change(work: (transaction: Transaction) => Promise<() => void>): Promise<void> {
    const next = this.turn.then(async () => {
      const apply = await this.database.queries.transaction(work)
      apply()
    })
    this.turn = next.catch(() => {})
    return next
  }

  private async check(transaction: Transaction, settings: Omit<RouteInput, 'id'>): Promise<void> {
    if (settings.channels.length === 0 && settings.roles.length === 0) {
      throw invalid('channels', settings.channels, 'at least one channel, or a role to tell')
    }
    for (const [at, id] of (settings.jurisdictions ?? []).entries()) {
      if (!this.hasJurisdiction(id))
        throw invalid(`jurisdictions.${at}`, id, 'the id of an existing jurisdiction')
    }
    // A channel cannot be removed while this waits for the commit.
    const standing =
      settings.channels.length === 0
        ? []
        : await transaction
            .select({ id: channels.id })
            .from(channels)
            .where(inArray(channels.id, settings.channels))
            .for('key share')
    const known = new Set(standing.map(({ id }) => id))
    for (const [at, id] of settings.channels.entries()) {
      if (!known.has(id)) throw invalid(`channels.${at}`, id, 'the id of an existing channel')
    }
    const wanted = settings.rules ?? []
    const there =
      wanted.length === 0
        ? []
        : await transaction.select({ id: rules.id }).from(rules).where(inArray(rules.id, wanted))
    const ruleIds = new Set(there.map(({ id }) => id))
    for (const [at, id] of wanted.entries()) {
      if (!ruleIds.has(id)) throw invalid(`rules.${at}`, id, 'the id of an existing rule')
    }
  }

  private found(id: string): HeldRoute {
    const found = this.held.get(id)
    if (!found) throw notFound('route', id)
    return found
  }

  private keep(route: HeldRoute): void {
    this.held.set(route.id, route)
    this.held = new Map([...this.held].sort(([one], [other]) => (one < other ? -1 : 1)))
  }
}

function view({ createdAt, ...route }: HeldRoute): RouteView {
  return { ...route, createdAt: new Date(createdAt).toISOString() }
}
