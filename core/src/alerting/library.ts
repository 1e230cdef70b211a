import { AIR_RULES } from './library/air.ts'
import { DATA_RULES } from './library/data.ts'
import { EMISSION_RULES } from './library/emission.ts'
import { EQUIPMENT_RULES } from './library/equipment.ts'
import { NOISE_RULES } from './library/noise.ts'
import type { LibraryRule } from './library/parts.ts'
import { WATER_RULES } from './library/water.ts'

export type { LibraryRule }

/** Ready rules from legal limits and from practice. None is active until somebody chooses it. */
export const LIBRARY: readonly LibraryRule[] = [
  ...AIR_RULES,
  ...WATER_RULES,
  ...NOISE_RULES,
  ...EMISSION_RULES,
  ...EQUIPMENT_RULES,
  ...DATA_RULES,
]

/** A ready rule by its id, or undefined. */
export function libraryRule(id: string): LibraryRule | undefined {
  return LIBRARY.find((rule) => rule.id === id)
}
