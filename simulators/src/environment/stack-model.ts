import type { Plant, Stack, StackComponent } from '../territory/plants.ts'
import { MINUTE } from './calendar.ts'
import type { Fluctuations } from './fluctuations.ts'
import type { PlantState } from './plant-model.ts'

export interface StackState {
  /** mg/m³ of dry gas, converted to the reference oxygen where there is one. */
  components: Partial<Record<StackComponent, number>>
  oxygen: number
  temperature: number
  velocity: number
  humidity: number
  /** m³/h of dry gas at 273.15 K and 101.325 kPa. */
  flow: number
}

const AIR_OXYGEN = 20.9

/** What the continuous emission monitoring of a stack measures. */
export function stackState(
  fluctuations: Fluctuations,
  plant: Plant,
  stack: Stack,
  state: PlantState,
  time: number,
): StackState {
  const noise = (name: string, memory: number) => fluctuations.at(`${plant.id} stack ${name}`, time, memory)
  const firing = Math.min(1, state.load / 0.9)
  // A fire burning low draws in more air than it needs.
  const oxygen =
    firing < 0.1
      ? AIR_OXYGEN
      : clamp(stack.oxygen + 2.2 * (1 - firing) + 0.22 * noise('oxygen', 6 * MINUTE), 0, AIR_OXYGEN)
  const temperature =
    22 + (stack.temperature - 22) * (0.25 + 0.75 * firing) + 1.1 * noise('temperature', 15 * MINUTE)
  const velocity = stack.velocity * (0.18 + 0.82 * firing) * (1 + 0.02 * noise('velocity', 3 * MINUTE))
  const humidity = stack.humidity * (0.3 + 0.7 * firing) * (1 + 0.03 * noise('humidity', 20 * MINUTE))
  const components: StackState['components'] = {}
  for (const [name, treated] of Object.entries(stack.treated) as [StackComponent, number][]) {
    const untreated = stack.untreated[name] ?? treated
    const held = state.passing === undefined || state.passing.includes(name) ? state.treatment : 1
    const measured = untreated + (treated - untreated) * held
    const variation = Math.exp(0.13 * noise(name, 12 * MINUTE))
    components[name] =
      firing < 0.1 ? 0.4 * Math.abs(noise(name, MINUTE)) : convert(measured * variation, stack, oxygen)
  }
  const area = (Math.PI * stack.diameter ** 2) / 4
  const flow = 3600 * area * velocity * (273.15 / (273.15 + temperature)) * (1 - humidity / 100)
  return { components, oxygen, temperature, velocity, humidity, flow }
}

/**
 * Conversion to the reference oxygen content (HJ 75-2017, clause 9.2): the gas of full load as it is diluted
 * now, then converted back by what is measured. Without a reference results stay as measured.
 */
function convert(atFullLoad: number, stack: Stack, oxygen: number): number {
  if (stack.referenceOxygen === undefined) return atFullLoad
  const diluted = (atFullLoad * (AIR_OXYGEN - oxygen)) / (AIR_OXYGEN - stack.oxygen)
  return (diluted * (21 - stack.referenceOxygen)) / Math.max(0.5, 21 - oxygen)
}

/** g/s leaving the stack: what plumes are reckoned from. */
export function emissionRate(component: number | undefined, flow: number): number {
  return ((component ?? 0) * flow) / 3600 / 1000
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value))
}
