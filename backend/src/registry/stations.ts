import type { StationInput, StationPatch } from '@osprey/core/api'
import { eq, sql } from 'drizzle-orm'
import type { Transaction } from '../database/database.ts'
import { stations } from '../database/schema.ts'
import { conflict, invalid, notFound, ProblemException } from '../http/problem.ts'
import type { Registry, Station } from './registry.ts'

export const MAX_STATIONS = 100_000
const ROWS_PER_STATEMENT = 1000

export class Stations {
  constructor(private readonly registry: Registry) {}

  get(id: string): Station {
    const station = this.registry.stations.get(id)
    if (!station) throw notFound('station', id)
    return station
  }

  async create(input: StationInput): Promise<Station> {
    return this.registry.change(
      async (transaction) => {
        if (this.registry.stations.has(input.id)) throw conflict('station', input.id)
        this.checkSite(input.site)
        this.checkRoom(1)
        const [row] = await transaction.insert(stations).values(input).returning()
        return row as Station
      },
      (station) => this.apply([station]),
    )
  }

  async update(id: string, patch: StationPatch): Promise<Station> {
    return this.registry.change(
      async (transaction) => {
        this.get(id)
        this.checkSite(patch.site)
        const [row] = await transaction
          .update(stations)
          .set({ ...patch, updatedAt: sql`now()` })
          .where(eq(stations.id, id))
          .returning()
        return row as Station
      },
      (station) => this.apply([station]),
    )
  }

  /** The station's observations and its datastreams stay: created again, it continues its history. */
  async remove(id: string): Promise<void> {
    await this.registry.change(
      async (transaction) => {
        this.get(id)
        await transaction.delete(stations).where(eq(stations.id, id))
      },
      () => {
        this.registry.applyStationRemoval(id)
        this.registry.announce()
      },
    )
  }

  /** Creates or replaces all of them, or none. Every `site` must exist. */
  async putAll(inputs: readonly StationInput[]): Promise<{ created: number; updated: number }> {
    const counts = { created: 0, updated: 0 }
    await this.registry.change(
      async (transaction) => {
        for (const { id } of inputs) counts[this.registry.stations.has(id) ? 'updated' : 'created']++
        this.checkRoom(counts.created)
        for (const { site } of inputs) this.checkSite(site)
        return upsert(transaction, inputs)
      },
      (rows) => this.apply(rows),
    )
    return counts
  }

  private apply(changed: readonly Station[]): void {
    for (const station of changed) this.registry.applyStation(station)
    this.registry.announce()
  }

  private checkSite(site: string | null | undefined): void {
    if (site && !this.registry.sites.has(site)) throw invalid('site', site, 'the id of an existing site')
  }

  private checkRoom(more: number): void {
    if (this.registry.stations.size + more > MAX_STATIONS) {
      throw new ProblemException(409, `at most ${MAX_STATIONS} stations can be registered`)
    }
  }
}

async function upsert(transaction: Transaction, inputs: readonly StationInput[]): Promise<Station[]> {
  const rows: Station[] = []
  for (let at = 0; at < inputs.length; at += ROWS_PER_STATEMENT) {
    const answered = await transaction
      .insert(stations)
      .values(inputs.slice(at, at + ROWS_PER_STATEMENT))
      .onConflictDoUpdate({
        target: stations.id,
        set: {
          name: sql`excluded.name`,
          latitude: sql`excluded.latitude`,
          longitude: sql`excluded.longitude`,
          medium: sql`excluded.medium`,
          site: sql`excluded.site`,
          elevation: sql`excluded.elevation`,
          description: sql`excluded.description`,
          class: sql`excluded.class`,
          silentAfterSeconds: sql`excluded.silent_after_seconds`,
          attributes: sql`excluded.attributes`,
          updatedAt: sql`now()`,
        },
      })
      .returning()
    rows.push(...(answered as Station[]))
  }
  return rows
}
