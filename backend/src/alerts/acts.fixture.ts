import { ruleDefinition } from '@osprey/core/api/rules'
import type { TestBackend } from '../testing.ts'

const DEFINITION = JSON.stringify(
  ruleDefinition.parse({
    name: 'Fixture',
    severity: 'moderate',
    trigger: {
      kind: 'condition',
      condition: {
        kind: 'comparison',
        measure: { property: 'pm25', statistic: 'last', windowSeconds: 600 },
        operator: 'gt',
        threshold: { kind: 'number', value: 75 },
      },
    },
    scope: {},
  }),
)

interface Place {
  station?: string
  other?: string
  site?: string
}

/** Alerts that fire, made past the evaluation, with the rule they need. */
export async function insertAlerts(
  backend: TestBackend,
  alerts: readonly (Place & { id: string })[],
): Promise<void> {
  await backend.sql(
    `insert into rules (id, active, version, definition, created_by, created_at, updated_by, updated_at, removed_at)
     values ('fixture', false, 1, $1, 'test', now(), 'test', now(), now()) on conflict do nothing`,
    [DEFINITION],
  )
  await backend.sql(
    `insert into rule_versions (rule, version, definition, note, author, at)
     values ('fixture', 1, $1, '', 'test', now()) on conflict do nothing`,
    [DEFINITION],
  )
  await backend.sql(
    `insert into alerts (id, rule, rule_version, target, station, other, site, trigger, state, severity, started_at,
       fired_at, recorded_at, value, unit, evidence, updated_at)
     select id, 'fixture', 1, id, station, other, site, 'condition', 'firing', 'moderate', now(), now(), now(), 80,
       'ug/m3', '{"items":[],"readings":[]}', now()
     from jsonb_to_recordset($1::jsonb) as t (id text, station text, other text, site text)`,
    [JSON.stringify(alerts)],
  )
}

export function insertAlert(backend: TestBackend, id: string, place: Place): Promise<void> {
  return insertAlerts(backend, [{ id, ...place }])
}
