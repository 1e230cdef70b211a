import { LIBRARY } from '@osprey/core/alerting/library'
import type { RuleView } from '@osprey/core/api/rules'
import { type PlatformClient, PlatformError } from '../platform/platform-client.ts'

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
])
const TAKEN = 409

/** Activates them on a platform that has no rules yet; what people removed stays removed. */
export async function registerRules(client: PlatformClient): Promise<void> {
  const existing = await client.get<RuleView[]>('/api/rules')
  if (existing.length > 0) return
  for (const { id, definition } of LIBRARY) {
    if (!CHOSEN.has(id)) continue
    try {
      await client.post('/api/rules', { id, active: true, definition, note: 'From the library' })
    } catch (error) {
      if (!(error instanceof PlatformError && error.status === TAKEN)) throw error
    }
  }
}
