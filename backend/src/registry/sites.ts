import type { SiteInput, SitePatch, SiteView } from '@osprey/core/api'
import { eq, sql } from 'drizzle-orm'
import { sites } from '../database/schema.ts'
import { conflict, notFound, ProblemException } from '../http/problem.ts'
import type { Registry, Site } from './registry.ts'

export const MAX_SITES = 50_000

/** Sites: the supervised enterprises stations belong to. */
export class Sites {
  constructor(private readonly registry: Registry) {}

  list(): SiteView[] {
    const members = new Map<string, string[]>()
    for (const { id, site } of this.registry.stations.values()) {
      if (site) members.set(site, [...(members.get(site) ?? []), id])
    }
    return [...this.registry.sites.values()].map((site) => view(site, members.get(site.id) ?? []))
  }

  get(id: string): SiteView {
    const members = [...this.registry.stations.values()].filter((station) => station.site === id)
    return view(
      this.found(id),
      members.map((station) => station.id),
    )
  }

  async create(input: SiteInput): Promise<SiteView> {
    await this.registry.change(
      async (transaction) => {
        if (this.registry.sites.has(input.id)) throw conflict('site', input.id)
        if (this.registry.sites.size >= MAX_SITES) {
          throw new ProblemException(409, `at most ${MAX_SITES} sites can be registered`)
        }
        const [row] = await transaction.insert(sites).values(input).returning()
        return row as Site
      },
      (site) => this.apply(site),
    )
    return this.get(input.id)
  }

  async update(id: string, patch: SitePatch): Promise<SiteView> {
    await this.registry.change(
      async (transaction) => {
        this.found(id)
        const [row] = await transaction
          .update(sites)
          .set({ ...patch, updatedAt: sql`now()` })
          .where(eq(sites.id, id))
          .returning()
        return row as Site
      },
      (site) => this.apply(site),
    )
    return this.get(id)
  }

  /** Its stations stay, without a site. */
  async remove(id: string): Promise<void> {
    await this.registry.change(
      async (transaction) => {
        this.found(id)
        await transaction.delete(sites).where(eq(sites.id, id))
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

  private found(id: string): Site {
    const site = this.registry.sites.get(id)
    if (!site) throw notFound('site', id)
    return site
  }

  private apply(site: Site): void {
    this.registry.sites.set(site.id, site)
    this.registry.announce()
  }
}

function view(site: Site, stations: string[]): SiteView {
  const { createdAt: _created, updatedAt: _updated, ...fields } = site
  return { ...fields, stations }
}
