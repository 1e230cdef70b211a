import { type SQL, sql } from 'drizzle-orm'
import type { AnyPgColumn } from 'drizzle-orm/pg-core'
import { alerts } from '../database/schema.ts'
import type { Registry } from '../registry/registry.ts'
import type { Territory } from '../territory/territory.ts'

/** What a territory holds, as lists for a query. */
interface Lists {
  revision: number
  stations: string[]
  sites: string[]
}

/** With a list so short the planner does well to look each of its members up. */
const SHORT = 50

/** Which alerts a territory holds, as a condition of a query; the same answer as `holds` (alert-row.ts). */
export class AlertBounds {
  private readonly lists = new WeakMap<Territory, Lists>()

  constructor(private readonly registry: Pick<Registry, 'stations' | 'sites'>) {}

  /** Undefined asks for no filter: everything, alerts of removed stations too. */
  of(territory: Territory): SQL | undefined {
    if (territory.whole) return undefined
    const { stations, sites } = this.listsOf(territory)
    const ofSite = sql`(${alerts.station} is null and ${amongst(alerts.site, sites)})`
    return sql`(${amongst(alerts.station, stations)} or ${amongst(alerts.other, stations)} or ${ofSite})`
  }

  private listsOf(territory: Territory): Lists {
    const { revision } = territory
    const known = this.lists.get(territory)
    if (known?.revision === revision) return known
    const { registry } = this
    const lists = {
      revision,
      stations: [...registry.stations.keys()].filter((id) => territory.hasStation(id)),
      sites: [...registry.sites.keys()].filter((id) => territory.hasSite(id)),
    }
    this.lists.set(territory, lists)
    return lists
  }
}

/**
 * One parameter however many values there are. A long list stands in a sub-select, which becomes a hash table: as an
 * array the planner would estimate each of 50,000 members and compare a row with one after the other.
 */
export function amongst(column: AnyPgColumn, values: readonly string[]): SQL {
  const list = sql`${literalOf(values)}::text[]`
  return values.length <= SHORT ? sql`${column} = any(${list})` : sql`${column} in (select unnest(${list}))`
}

/** Lists of a territory are asked for again and again, and to write 50,000 names takes its time. */
const literals = new WeakMap<readonly string[], string>()

function literalOf(values: readonly string[]): string {
  let literal = literals.get(values)
  if (literal === undefined) {
    literal = `{${values.map((value) => `"${value.replace(/["\\]/g, '\\$&')}"`).join(',')}}`
    literals.set(values, literal)
  }
  return literal
}
