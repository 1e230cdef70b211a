import type { SilenceView } from '@osprey/core/api/alerts'
import { sql } from 'drizzle-orm'
import { holds } from '../alerts/alert-row.ts'
import type { Database } from '../database/database.ts'
import { alerts } from '../database/schema.ts'
import type { Rules } from '../rules/rules.ts'
import { scopeWithin } from '../rules/within-territory.ts'
import type { Territory } from '../territory/territory.ts'
import { inputOf, type SilenceRecord } from './silence-record.ts'
import type { Silences } from './silences.ts'

/** Silences as a territory shows them: what they name outside is left out, and who names nothing inside. */
export class SilenceViews {
  constructor(
    private readonly silences: Silences,
    private readonly database: Pick<Database, 'queries'>,
    private readonly rules: Pick<Rules, 'within'>,
  ) {}

  async list(territory: Territory): Promise<SilenceView[]> {
    const [records, matching] = [await this.silences.list(), await this.matching(territory)]
    const visible = this.visibleRules(territory)
    return records.flatMap((record) => this.view(record, territory, visible, matching) ?? [])
  }

  async one(record: SilenceRecord, territory: Territory): Promise<SilenceView> {
    const matching = await this.matching(territory)
    const view = this.view(record, territory, this.visibleRules(territory), matching)
    if (view === null) throw new Error(`silence ${record.id} was changed by who cannot see it`)
    return view
  }

  private view(
    record: SilenceRecord,
    territory: Territory,
    visible: ReadonlySet<string> | null,
    matching: ReadonlyMap<string, number>,
  ): SilenceView | null {
    if (!this.silences.isVisible(record, territory)) return null
    const { id, author, createdAt, endedBy } = record
    const input = inputOf(record)
    const scope = territory.whole ? input.scope : scopeWithin(input.scope, territory)
    const rules = visible === null ? input.rules : (input.rules?.filter((rule) => visible.has(rule)) ?? null)
    if ([scope.stations, scope.sites, scope.jurisdictions, rules].some((list) => list?.length === 0)) {
      return null
    }
    return {
      id,
      ...input,
      scope,
      rules,
      author,
      createdAt: new Date(createdAt).toISOString(),
      state: this.silences.stateOf(record),
      endedBy,
      matching: matching.get(id) ?? 0,
    }
  }

  /** Rules a territory may know of; null is all, those removed included. */
  private visibleRules(territory: Territory): ReadonlySet<string> | null {
    return territory.whole ? null : new Set(this.rules.within(territory).map(({ id }) => id))
  }

  /** Open alerts within the territory by the silence that covers them. */
  private async matching(territory: Territory): Promise<Map<string, number>> {
    const { station, other, site, silencedBy } = alerts
    const rows = await this.database.queries
      .select({ station, other, site, silencedBy })
      .from(alerts)
      .where(sql`${alerts.state} = 'firing' and cardinality(${silencedBy}) > 0`)
    const counts = new Map<string, number>()
    for (const row of rows) {
      if (!holds(territory, row)) continue
      for (const id of row.silencedBy) counts.set(id, (counts.get(id) ?? 0) + 1)
    }
    return counts
  }
}
