import type { FieldError, StationInput, StationPatch } from '@osprey/core/api'
import { eq, sql } from 'drizzle-orm'
import type { Audit, AuditEvent } from '../audit/audit.ts'
import type { Transaction } from '../database/database.ts'
import { stations } from '../database/schema.ts'
import { conflict, invalid, invalidFields, notFound, ProblemException } from '../http/problem.ts'
import type { Territory } from '../territory/territory.ts'
import { auditedStation, devicesOf } from './audited.ts'
import type { Registry, Station } from './registry.ts'

export const MAX_STATIONS = 100_000
const ROWS_PER_STATEMENT = 1000

/** What lies outside the territory of whoever asks does not exist for them, and nothing may be moved there. */
export class Stations {
  constructor(
    private readonly registry: Registry,
    private readonly audit: Audit,
  ) {}

  get(id: string, territory: Territory): Station {
    const station = this.registry.stations.get(id)
    if (!station || !territory.hasStation(id)) throw notFound('station', id)
    return station
  }

  /** In the order of the registry. */
  within(territory: Territory): Station[] {
    const all = [...this.registry.stations.values()]
    return territory.whole ? all : all.filter(({ id }) => territory.hasStation(id))
  }

  async create(input: StationInput, territory: Territory): Promise<Station> {
    return this.registry.change(
      async (transaction) => {
        if (this.registry.stations.has(input.id) || this.isTaken(input.id, territory)) {
          throw conflict('station', input.id)
        }
        checkPosition(input, territory)
        this.checkSite(input.site, territory)
        this.checkRoom(1)
        const [row] = await transaction.insert(stations).values(input).returning()
        await this.audit.record(transaction, saved(row as Station, undefined))
        return row as Station
      },
      (station) => this.apply([station]),
    )
  }

  async update(id: string, patch: StationPatch, territory: Territory): Promise<Station> {
    return this.registry.change(
      async (transaction) => {
        const before = this.get(id, territory)
        const { latitude = before.latitude, longitude = before.longitude } = patch
        checkPosition({ latitude, longitude }, territory)
        this.checkSite(patch.site, territory)
        const [row] = await transaction
          .update(stations)
          .set({ ...patch, updatedAt: sql`now()` })
          .where(eq(stations.id, id))
          .returning()
        await this.audit.record(transaction, saved(row as Station, before))
        return row as Station
      },
      (station) => this.apply([station]),
    )
  }

  /**
   * The station's observations and its datastreams stay: created again, by whoever has the whole territory, it
   * continues its history.
   */
  async remove(id: string, territory: Territory): Promise<void> {
    await this.registry.change(
      async (transaction) => {
        const before = { ...auditedStation(this.get(id, territory)), devices: devicesOf(this.registry, id) }
        await transaction.delete(stations).where(eq(stations.id, id))
        await this.audit.record(transaction, {
          action: 'station.removed',
          object: { kind: 'station', id },
          before,
        })
      },
      () => {
        this.registry.applyStationRemoval(id)
        this.registry.announce()
      },
    )
  }

  /** Creates or replaces all of them, or none. Every `site` must exist. */
  async putAll(
    inputs: readonly StationInput[],
    territory: Territory,
  ): Promise<{ created: number; updated: number }> {
    const counts = { created: 0, updated: 0 }
    await this.registry.change(
      async (transaction) => {
        for (const { id } of inputs) counts[this.registry.stations.has(id) ? 'updated' : 'created']++
        this.checkRoom(counts.created)
        for (const input of inputs) {
          if (this.isTaken(input.id, territory)) throw conflict('station', input.id)
          checkPosition(input, territory)
          this.checkSite(input.site, territory)
        }
        const rows = await upsert(transaction, inputs)
        const events = rows.map((row) => saved(row, this.registry.stations.get(row.id)))
        await this.audit.record(transaction, ...events)
        return rows
      },
      (rows) => this.apply(rows),
    )
    return counts
  }

  private apply(changed: readonly Station[]): void {
    for (const station of changed) this.registry.applyStation(station)
    this.registry.announce()
  }

  /**
   * The id is taken by a station that whoever asks cannot see, or by the history of one that was removed: who knows
   * where it stood?
   */
  isTaken(id: string, territory: Territory): boolean {
    if (this.registry.stations.has(id)) return !territory.hasStation(id)
    return !territory.whole && this.registry.datastreamsOf(id).length > 0
  }

  private checkSite(site: string | null | undefined, territory: Territory): void {
    if (!site || (this.registry.sites.has(site) && territory.hasSite(site))) return
    throw invalid('site', site, 'the id of an existing site')
  }

  private checkRoom(more: number): void {
    if (this.registry.stations.size + more > MAX_STATIONS) {
      throw new ProblemException(409, `at most ${MAX_STATIONS} stations can be registered`)
    }
  }
}

function checkPosition(
  { latitude, longitude }: Pick<Station, 'latitude' | 'longitude'>,
  territory: Territory,
): void {
  if (!territory.contains(longitude, latitude)) throw invalidFields(outside(latitude, longitude))
}

/** Both coordinates: neither alone says where a place is. */
export function outside(latitude: number, longitude: number): FieldError[] {
  const expected = 'a position inside your jurisdictions'
  return [
    { field: 'latitude', value: latitude, expected },
    { field: 'longitude', value: longitude, expected },
  ]
}

function saved(station: Station, before: Station | undefined): AuditEvent {
  return {
    action: before ? 'station.changed' : 'station.created',
    object: { kind: 'station', id: station.id },
    before: before && auditedStation(before),
    after: auditedStation(station),
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
