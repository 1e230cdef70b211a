import type { PropertyView } from '@osprey/core/api'
import type { RuleView } from '@osprey/core/api/rules'
import { propertyById } from '@osprey/core/properties'
import { emptyDefinition } from './definition-edit.ts'

/** A rule as the server shows it. */
export function rule(
  id: string,
  change: Partial<Omit<RuleView, 'definition'>> & { name?: string } = {},
): RuleView {
  const { name = id, ...rest } = change
  return {
    id,
    jurisdiction: null,
    active: true,
    version: 1,
    definition: { ...emptyDefinition(propertyById('pm25') as unknown as PropertyView, 'UTC'), name },
    sentence: { en: `${name} in words`, zh: `${name} 的含义` },
    createdBy: 'admin',
    createdAt: '2026-11-01T00:00:00Z',
    updatedBy: 'admin',
    updatedAt: '2026-11-01T00:00:00Z',
    stations: 3,
    problems: [],
    firing: 0,
    pending: 0,
    unknown: [],
    unknownTotal: 0,
    precision: { judged: 0, falseAlarms: 0, precision: null },
    ...rest,
  }
}
