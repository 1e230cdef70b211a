import { LIBRARY } from '@osprey/core/alerting/library'
import type { RuleDefinition, RuleView } from '@osprey/core/api/rules'
import { type PlatformClient, PlatformError } from '../platform/platform-client.ts'

const MINUTE = 60

/** Ready rules that show in the simulated territory what alerts are about. */
const CHOSEN: ReadonlySet<string> = new Set([
  'air-o3-8h',
  'air-pm25-daily',
  'water-oxygen',
  'water-ammonia',
  'water-oxygen-collapse',
  'emission-so2',
  'emission-nox',
  'effluent-cod',
  'equipment-treatment-off',
  'equipment-bypass',
  'data-silent-station',
  'data-silent-site',
  'data-silent-station-water',
  'data-silent-site-water',
])
/** The library waits for hourly stations; here all report every few seconds. That of a site is told before its stations. */
const GRACE: Record<'datastream' | 'station' | 'site', number> = {
  datastream: 15 * MINUTE,
  station: 10 * MINUTE,
  site: 8 * MINUTE,
}
const TAKEN = 409

/** Activates them on a platform that has no rules yet; what people removed stays removed. */
export async function registerRules(client: PlatformClient): Promise<void> {
  const existing = await client.get<RuleView[]>('/api/rules')
  if (existing.length > 0) return
  for (const { id, definition } of LIBRARY) {
    if (!CHOSEN.has(id)) continue
    const body = { id, active: true, definition: suited(definition), note: 'From the library' }
    try {
      await client.post('/api/rules', body)
    } catch (error) {
      if (!(error instanceof PlatformError && error.status === TAKEN)) throw error
    }
  }
}

/** A rule about silence is described in its own words, those of the library tell other times. */
function suited(definition: RuleDefinition): RuleDefinition {
  const { trigger } = definition
  if (trigger.kind !== 'no_data') return definition
  const graceSeconds = GRACE[trigger.per]
  const description = `Nothing at all for ${graceSeconds / MINUTE} minutes, where every station reports every few seconds.`
  return { ...definition, description, trigger: { ...trigger, graceSeconds } }
}
