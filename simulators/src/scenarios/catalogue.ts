import { DUST_STORM } from './dust-storm.ts'
import { LANDFILL_ODOUR, NIGHT_WORKS, STACK_EXCEEDANCE, TREATMENT_OFF } from './emissions.ts'
import {
  BACKLOG_DELIVERY,
  COMMUNICATION_LOSS,
  DROPOUTS,
  FLAT_LINE,
  OUT_OF_RANGE,
  SENSOR_DRIFT,
  SPIKING,
} from './instruments.ts'
import type { Scenario } from './scenario.ts'
import { NIGHT_DISCHARGE, WORKS_UPSET } from './water.ts'

/** Every scenario, the demo's main ones first. */
export const SCENARIOS: readonly Scenario[] = [
  NIGHT_DISCHARGE,
  TREATMENT_OFF,
  STACK_EXCEEDANCE,
  DUST_STORM,
  WORKS_UPSET,
  NIGHT_WORKS,
  LANDFILL_ODOUR,
  SENSOR_DRIFT,
  FLAT_LINE,
  SPIKING,
  OUT_OF_RANGE,
  COMMUNICATION_LOSS,
  BACKLOG_DELIVERY,
  DROPOUTS,
]

export function scenarioById(id: string): Scenario | undefined {
  return SCENARIOS.find((scenario) => scenario.id === id)
}
