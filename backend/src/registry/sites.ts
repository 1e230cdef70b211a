import type { SiteInput, SitePatch, SiteView } from '@osprey/core/api'
import { eq, sql } from 'drizzle-orm'
import type { Audit } from '../audit/audit.ts'
import { sites } from '../database/schema.ts'
import { conflict, invalid, invalidFields, notFound, ProblemException } from '../http/problem.ts'
import type { Territory } from '../territory/territory.ts'
import { auditedSite, stationsOf } from './audited.ts'
import type { Registry, Site } from './registry.ts'
import { outside } from './stations.ts'

export const MAX_SITES = 50_000

/** Sites: the supervised enterprises stations belong to. */
export class Sites {
  constructor(
    private readonly registry: Registry,
    private readonly audit: Audit,
  ) {}

  list(territory: Territory): SiteView[] {
    const members = new Map<string, string[]>()
    for (const { id, site } of this.registry.stations.values()) {
      if (site && territory.hasStation(id)) members.set(site, [...(members.get(site) ?? []), id])
    }
    return [...this.registry.sites.values()]
      .filter(({ id }) => territory.hasSite(id))
      .map((site) => view(site, members.get(site.id) ?? []))
  }

  get(id: string, territory: Territory): SiteView {
    const site = this.found(id, territory)
    return view(
      site,
      stationsOf(this.registry, id).filter((station) => territory.hasStation(station)),
    )
  }

  async create(input: SiteInput, territory: Territory): Promise<SiteView> {
    await this.registry.change(
      async (transaction) => {
        if (this.registry.sites.has(input.id)) throw conflict('site', input.id)
        checkPlace(input, [], territory)
        if (this.registry.sites.size >= MAX_SITES) {
          throw new ProblemException(409, `at most ${MAX_SITES} sites can be registered`)
        }
        const [row] = await transaction.insert(sites).values(input).returning()
        await this.audit.record(transaction, {
          action: 'site.created',
          object: { kind: 'site', id: input.id },
          after: auditedSite(row as Site),
        })
        return row as Site
      },
      (site) => this.apply(site),
    )
    return this.get(input.id, territory)
  }

  async update(id: string, patch: SitePatch, territory: Territory): Promise<SiteView> {
    await this.registry.change(
      async (transaction) => {
        const before = auditedSite(this.changeable(id, territory))
        checkPlace({ ...before, ...patch }, stationsOf(this.registry, id), territory)
        const [row] = await transaction
          .update(sites)
          .set({ ...patch, updatedAt: sql`now()` })
          .where(eq(sites.id, id))
          .returning()
        await this.audit.record(transaction, {
          action: 'site.changed',
          object: { kind: 'site', id },
          before,
          after: auditedSite(row as Site),
        })
        return row as Site
      },
      (site) => this.apply(site),
    )
    return this.get(id, territory)
  }

  /** Its stations stay, without a site. */
  async remove(id: string, territory: Territory): Promise<void> {
    await this.registry.change(
      async (transaction) => {
        const site = this.changeable(id, territory)
        const before = { ...auditedSite(site), stations: stationsOf(this.registry, id) }
        await transaction.delete(sites).where(eq(sites.id, id))
        await this.audit.record(transaction, { action: 'site.removed', object: { kind: 'site', id }, before })
      },
      () => {
        this.registry.sites.delete(id)
        for (const station of this.registry.stations.values()) {
          if (station.site === id) this.registry.applyStation({ ...station, site: null })
        }
        this.registry.announce()
      },
    )
  }

  private found(id: string, territory: Territory): Site {
    const site = this.registry.sites.get(id)
    if (!site || !territory.hasSite(id)) throw notFound('site', id)
    return site
  }

  /** A site is seen with any of its stations, and changed by whoever reaches all of it. */
  private changeable(id: string, territory: Territory): Site {
    const site = this.found(id, territory)
    const { latitude, longitude } = site
    const isInside = latitude === null || longitude === null || territory.contains(longitude, latitude)
    if (isInside && stationsOf(this.registry, id).every((station) => territory.hasStation(station))) {
      return site
    }
    throw new ProblemException(409, `site ${JSON.stringify(id)} is not wholly inside your jurisdictions`)
  }

  private apply(site: Site): void {
    this.registry.sites.set(site.id, site)
    this.registry.announce()
  }
}

/** A bounded account keeps in sight what it creates or changes: by the site's position or by its stations. */
function checkPlace(
  { latitude, longitude }: Pick<SiteInput, 'latitude' | 'longitude'>,
  stations: readonly string[],
  territory: Territory,
): void {
  if (territory.whole) return
  if (latitude == null || longitude == null) {
    if (stations.length > 0) return
    throw invalid('latitude', latitude ?? null, 'a position inside your jurisdictions')
  }
  if (!territory.contains(longitude, latitude)) throw invalidFields(outside(latitude, longitude))
}

function view(site: Site, stations: string[]): SiteView {
  const { createdAt: _created, updatedAt: _updated, ...fields } = site
  return { ...fields, stations }
}
