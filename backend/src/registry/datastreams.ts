import { sql } from 'drizzle-orm'
import { datastreams } from '../database/schema.ts'
import type { Datastream, Registry } from './registry.ts'

const ROWS_PER_STATEMENT = 1000

/** Numbers for (station, property) pairs, made when a first reading arrives. */
export class Datastreams {
  constructor(private readonly registry: Registry) {}

  /** Returns the datastream of every pair that has one, after creating those of registered stations. */
  async create(pairs: readonly { station: string; property: string }[]): Promise<Datastream[]> {
    const wanted = pairs.filter(
      ({ station, property }) =>
        this.registry.stations.has(station) || this.registry.datastreamOf(station, property),
    )
    const unique = [...new Map(wanted.map((pair) => [`${pair.station}\n${pair.property}`, pair])).values()]
    return this.registry.change(
      async (transaction) => {
        const rows: Datastream[] = []
        for (let at = 0; at < unique.length; at += ROWS_PER_STATEMENT) {
          // The no-op update makes RETURNING answer rows that existed already.
          const answered = await transaction
            .insert(datastreams)
            .values(unique.slice(at, at + ROWS_PER_STATEMENT))
            .onConflictDoUpdate({
              target: [datastreams.station, datastreams.property],
              set: { station: sql`excluded.station` },
            })
            .returning({ id: datastreams.id, station: datastreams.station, property: datastreams.property })
          rows.push(...answered)
        }
        return rows
      },
      (rows) => {
        for (const row of rows) this.registry.applyDatastream(row)
      },
    )
  }

  /** What the store writes beside the number; undefined for a number never given. */
  describe(id: number): { station: string; property: string; unit: string } | undefined {
    const found = this.registry.datastreams.get(id)
    if (!found) return undefined
    return { station: found.station, property: found.property, unit: this.unitOf(found.property) }
  }

  unitOf(property: string): string {
    return this.registry.properties.get(property)?.unit ?? '1'
  }
}
