import type { alerts } from '../database/schema.ts'
import type { Territory } from '../territory/territory.ts'

/** Where an alert is, in words and in areas. */
export interface AlertPlace {
  /** Of the station; the site's where the alert is of a whole site. */
  name: string
  site: string | null
  siteName: string | null
  /** Every jurisdiction it lies in, with those above. */
  jurisdictions: readonly string[]
  /** The innermost of them; the first by id where several are as deep. */
  jurisdiction: string | null
  longitude: number | null
  latitude: number | null
}

export type PlacedAlert = Pick<typeof alerts.$inferSelect, 'station' | 'other' | 'site'>

interface Somewhere {
  name: string
  longitude: number | null
  latitude: number | null
}

/** What places are made of: the registry and the jurisdictions in memory. */
export interface Surroundings {
  stations: ReadonlyMap<string, Somewhere & { site: string | null }>
  sites: ReadonlyMap<string, Somewhere>
  areasAt(longitude: number, latitude: number): readonly string[]
  parentOf(id: string): string | null
}

/** Answers for removed stations and sites too: with their ids, and without jurisdictions. */
export function placeOf(alert: PlacedAlert, around: Surroundings): AlertPlace {
  const station = alert.station === null ? undefined : around.stations.get(alert.station)
  const siteId = alert.site ?? station?.site ?? null
  const site = siteId === null ? undefined : around.sites.get(siteId)
  const at = station ?? site
  const positions = [at, ...(alert.station === null && siteId !== null ? membersOf(siteId, around) : [])]
  const areas = new Set(positions.flatMap((one) => areasOf(one, around)))
  const depths = new Map([...areas].map((id) => [id, chainOf(id, around).length]))
  const innermost = [...depths].sort(([a, deep], [b, deeper]) => deeper - deep || (a < b ? -1 : 1))[0]
  return {
    name: station?.name ?? alert.station ?? site?.name ?? siteId ?? '',
    site: siteId,
    siteName: site?.name ?? siteId,
    jurisdictions: [...new Set([...areas].flatMap((id) => chainOf(id, around)))].sort(),
    jurisdiction: innermost?.[0] ?? null,
    longitude: at?.longitude ?? null,
    latitude: at?.latitude ?? null,
  }
}

/**
 * Whether whoever has this territory is told what an alert says. Of a pair whose first station lies outside they may
 * see that it is there, but not the values, which are what a notification tells.
 */
export function isWithin(territory: Territory, { station, site }: PlacedAlert): boolean {
  if (territory.whole) return true
  if (station === null) return site !== null && territory.hasSite(site)
  return territory.hasStation(station)
}

function membersOf(site: string, { stations }: Surroundings): Somewhere[] {
  return [...stations.values()].filter((station) => station.site === site)
}

function areasOf(at: Somewhere | undefined, around: Surroundings): readonly string[] {
  if (!at || at.longitude === null || at.latitude === null) return []
  return around.areasAt(at.longitude, at.latitude)
}

/** The jurisdiction and those it is part of, innermost first. */
function chainOf(id: string, { parentOf }: Surroundings): string[] {
  const chain: string[] = []
  for (let one: string | null = id; one !== null && !chain.includes(one); one = parentOf(one)) chain.push(one)
  return chain
}
