import type { Registry, Site, Station } from '../registry/registry.ts'
import type { AreaIndex } from './area-index.ts'
import { type Territory, WHOLE_TERRITORY } from './territory.ts'

/** Territories remembered; accounts of the same jurisdictions share one. */
const MOST_REMEMBERED = 500

/** What is registered, as far as territories need it. */
export type Registered = Pick<Registry, 'stations' | 'sites' | 'devices' | 'properties' | 'onChange'>

/** The jurisdictions, as far as territories need them. */
export interface Areas {
  readonly index: AreaIndex
  parentOf(id: string): string | null
  /** These and everything that is part of them. */
  withDescendants(ids: readonly string[]): Set<string>
  onChange(listener: () => void): void
}

/** What a set of jurisdictions holds at one moment. */
interface Members {
  version: number
  jurisdictions: ReadonlySet<string>
  stations: ReadonlyMap<string, Station>
  sites: ReadonlyMap<string, Site>
  properties: number
}

/**
 * Which stations, sites and devices lie in which jurisdictions. Which areas hold a station is worked out once per
 * position; a territory is put together from that when it is first asked after a change.
 */
export class Territories {
  private version = 0
  /** A changed station is another object, so what is known of the others stays. */
  private areasOfStation = new WeakMap<Station, readonly string[]>()
  private readonly remembered = new Map<string, Territory>()
  private counts: { version: number; stations: ReadonlyMap<string, number> } | undefined

  constructor(
    private readonly registry: Registered,
    private readonly areas: Areas,
  ) {
    registry.onChange(() => this.version++)
    areas.onChange(() => {
      this.version++
      this.areasOfStation = new WeakMap()
    })
  }

  /** The territory of whoever belongs to these jurisdictions; null is everything, none is nothing. */
  of(jurisdictions: readonly string[] | null): Territory {
    if (jurisdictions === null) return WHOLE_TERRITORY
    const ids = [...new Set(jurisdictions)].sort()
    const key = ids.join(',')
    const known = this.remembered.get(key)
    if (known) return known
    if (this.remembered.size >= MOST_REMEMBERED) this.remembered.clear()
    const territory = this.bounded(key, ids)
    this.remembered.set(key, territory)
    return territory
  }

  /** Stations inside each jurisdiction or inside what is part of it; none where a jurisdiction has no entry. */
  stationCounts(): ReadonlyMap<string, number> {
    if (this.counts?.version !== this.version) {
      this.counts = { version: this.version, stations: this.countStations() }
    }
    return this.counts.stations
  }

  private countStations(): Map<string, number> {
    const counts = new Map<string, number>()
    for (const station of this.registry.stations.values()) {
      const around = new Set<string>()
      for (const area of this.areasOf(station)) {
        for (let id: string | null = area; id !== null && !around.has(id); id = this.areas.parentOf(id)) {
          around.add(id)
        }
      }
      for (const id of around) counts.set(id, (counts.get(id) ?? 0) + 1)
    }
    return counts
  }

  /** A view that stays current: every question is answered by what is registered then. */
  private bounded(key: string, ids: readonly string[]): Territory {
    const { registry, areas } = this
    let members: Members | undefined
    let revision = 0
    const now = (): Members => {
      if (members?.version === this.version) return members
      const before = members
      members = this.membersOf(ids)
      if (!before || !sameContents(before, members)) revision++
      return members
    }
    return {
      key,
      whole: false,
      get revision() {
        now()
        return revision
      },
      hasStation: (id) => now().stations.has(id),
      hasDevice: (id) => {
        const { stations } = now()
        const served = registry.devices.get(id)?.stations ?? []
        return served.length > 0 && served.every((station) => stations.has(station))
      },
      hasSite: (id) => now().sites.has(id),
      hasJurisdiction: (id) => now().jurisdictions.has(id),
      contains: (longitude, latitude) => {
        const { jurisdictions } = now()
        return areas.index.at(longitude, latitude).some((id) => jurisdictions.has(id))
      },
    }
  }

  private membersOf(ids: readonly string[]): Members {
    const { registry, areas, version } = this
    const jurisdictions = areas.withDescendants(ids)
    const stations = new Map<string, Station>()
    const sites = new Map<string, Site>()
    for (const [id, station] of registry.stations) {
      if (!this.areasOf(station).some((area) => jurisdictions.has(area))) continue
      stations.set(id, station)
      const site = station.site ? registry.sites.get(station.site) : undefined
      if (site) sites.set(site.id, site)
    }
    for (const [id, site] of registry.sites) {
      if (site.latitude === null || site.longitude === null || sites.has(id)) continue
      const around = areas.index.at(site.longitude, site.latitude)
      if (around.some((area) => jurisdictions.has(area))) sites.set(id, site)
    }
    return { version, jurisdictions, stations, sites, properties: registry.properties.size }
  }

  private areasOf(station: Station): readonly string[] {
    let areas = this.areasOfStation.get(station)
    if (areas === undefined) {
      areas = this.areas.index.at(station.longitude, station.latitude)
      this.areasOfStation.set(station, areas)
    }
    return areas
  }
}

function sameContents(one: Members, other: Members): boolean {
  return (
    one.properties === other.properties && same(one.stations, other.stations) && same(one.sites, other.sites)
  )
}

function same<Value>(one: ReadonlyMap<string, Value>, other: ReadonlyMap<string, Value>): boolean {
  if (one.size !== other.size) return false
  for (const [id, value] of one) if (other.get(id) !== value) return false
  return true
}
