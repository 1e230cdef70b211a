import type { PlantDisturbance } from '../scenarios/scenario.ts'
import type { ScenarioCalendar } from '../scenarios/schedule.ts'
import type { Plant, StackComponent } from '../territory/plants.ts'
import { daily, HOUR, isWeekend, localDay, localHour, MINUTE } from './calendar.ts'
import type { Fluctuations } from './fluctuations.ts'
import { streamOf, uniform } from './hash-noise.ts'

export type RunState = 'off' | 'running' | 'maintenance' | 'alarm'

export interface PlantState {
  /** Share of full load, 0 to about 1. */
  load: number
  /** Share of the treatment working, 0 to 1. */
  treatment: number
  /** The stack's components that pass where treatment fails; all unless given. */
  passing: readonly StackComponent[] | undefined
  /** kW */
  productionPower: number
  treatmentPower: number
  /** m³/h */
  treatmentFlow: number
  bypassOpen: boolean
  doorOpen: boolean
  state: RunState
}

/** kW the treatment takes with its fans and pumps stopped: controls and heating. */
const STANDBY = 0.025
const RUNNING_LOAD = 0.08

/** What a plant does at an instant. Treatment follows production, unless a scenario parts them. */
export function plantState(
  fluctuations: Fluctuations,
  calendar: ScenarioCalendar,
  plant: Plant,
  time: number,
): PlantState {
  const { seed } = fluctuations
  const disturbance = disturbanceOf(calendar, plant.id, time)
  const noise = (name: string, memory: number) => fluctuations.at(`${plant.id} ${name}`, time, memory)
  const inMaintenance = isInMaintenance(seed, plant, time)
  const planned = inMaintenance ? 0 : plannedLoad(fluctuations, plant, time)
  const load = Math.max(0, disturbance.load ?? planned * (1 + 0.035 * noise('load', 20 * MINUTE)))
  const isRunning = load > RUNNING_LOAD
  const treatment = isRunning ? (disturbance.treatment ?? 1) : 0
  const share = treatment * (0.45 + 0.55 * Math.min(1, load))
  return {
    load,
    treatment,
    passing: disturbance.passing,
    productionPower: plant.production * (0.035 + 0.93 * load) * (1 + 0.012 * noise('power', MINUTE)),
    treatmentPower:
      plant.treatment * (STANDBY + (0.94 - STANDBY) * share) * (1 + 0.01 * noise('motors', MINUTE)),
    treatmentFlow: plant.treatmentFlow * share * (1 + 0.02 * noise('flow', 2 * MINUTE)),
    bypassOpen: disturbance.bypassOpen ?? false,
    doorOpen: disturbance.doorOpen ?? isDoorOpen(seed, plant, time),
    state: inMaintenance ? 'maintenance' : isRunning ? (treatment < 0.3 ? 'alarm' : 'running') : 'off',
  }
}

function disturbanceOf(calendar: ScenarioCalendar, plant: string, time: number): PlantDisturbance {
  let result: PlantDisturbance = {}
  for (const effects of calendar.effectsAt(time)) {
    const disturbance = effects.plants?.[plant]
    if (disturbance !== undefined) result = { ...result, ...disturbance }
  }
  return result
}

function plannedLoad(fluctuations: Fluctuations, plant: Plant, time: number): number {
  const hour = localHour(time)
  switch (plant.pattern) {
    case 'always':
    case 'continuous':
      return 0.88 + 0.05 * fluctuations.at(`${plant.id} day`, time, 9 * HOUR)
    case 'demand':
      // Electricity is asked for most late in the morning and in the evening.
      return (
        (0.56 + 0.26 * daily(hour, 10.5, 2.6) + 0.32 * daily(hour, 19.2, 2.4) - 0.1 * daily(hour, 3.5, 2)) *
        (isWeekend(time) ? 0.92 : 1)
      )
    case 'two-shift':
      return 0.84 * ramp(hour, 6.2, 22.3) * (isWeekend(time) ? 0.8 : 1)
    case 'day-shift':
      return 0.78 * ramp(hour, 7.8, 18.2) * (isWeekend(time) ? 0.35 : 1)
    case 'batch':
      return batchLoad(fluctuations.seed, plant, time)
  }
}

/** Batches of eight hours follow each other: filling, cooking at full power, emptying. */
function batchLoad(seed: number, plant: Plant, time: number): number {
  const shifted = time / (8 * HOUR) + uniform(seed, streamOf(plant.id), 0)
  const share = shifted - Math.floor(shifted)
  if (share < 0.1) return 0.2 + 4 * share
  if (share < 0.72) return 0.82
  return share < 0.92 ? 0.82 - 2.2 * (share - 0.72) : 0.16
}

/** 0 outside working hours, 1 within, half an hour to start and to stop. */
function ramp(hour: number, from: number, to: number): number {
  return Math.max(0, Math.min(1, (hour - from) / 0.5, (to - hour) / 0.5))
}

/** One planned stop of three hours on about every twelfth day. */
function isInMaintenance(seed: number, plant: Plant, time: number): boolean {
  if (plant.pattern === 'always') return false
  const stream = streamOf(`${plant.id} maintenance`)
  const day = localDay(time)
  if (uniform(seed, stream, day * 2) > 0.08) return false
  const start = 8 + 6 * uniform(seed, stream, day * 2 + 1)
  const hour = localHour(time)
  return hour >= start && hour < start + 3
}

/** The door of a treatment room stands open for some minutes of a working hour now and then. */
function isDoorOpen(seed: number, plant: Plant, time: number): boolean {
  const hour = Math.floor(time / HOUR)
  const stream = streamOf(`${plant.id} door`)
  const working = localHour(time) > 7 && localHour(time) < 19
  if (!working || uniform(seed, stream, hour * 3) > 0.12) return false
  const from = 45 * MINUTE * uniform(seed, stream, hour * 3 + 1)
  const within = time - hour * HOUR
  return within >= from && within < from + (3 + 9 * uniform(seed, stream, hour * 3 + 2)) * MINUTE
}
