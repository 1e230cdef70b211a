import type { ScenarioCalendar } from '../scenarios/schedule.ts'
import { daily, isWeekend, localHour, MINUTE, SECOND } from './calendar.ts'
import type { Fluctuations } from './fluctuations.ts'
import { streamOf, uniform } from './hash-noise.ts'
import type { Weather } from './weather.ts'

export type NoiseZone = 'quiet' | 'residential' | 'commercial' | 'roadside' | 'works'

export interface NoiseState {
  laeq: number
  l10: number
  l50: number
  l90: number
  lmax: number
}

/** Level of traffic and people at the height of the day, what remains deep in the night, how much it varies; dB(A). */
const ZONES: Record<NoiseZone, { day: number; floor: number; variation: number }> = {
  quiet: { day: 49, floor: 36.5, variation: 1.1 },
  residential: { day: 53.2, floor: 39, variation: 1.3 },
  commercial: { day: 58.2, floor: 43, variation: 1.2 },
  roadside: { day: 66.5, floor: 49, variation: 1.2 },
  works: { day: 56.8, floor: 50.5, variation: 0.9 },
}

/** Levels over the last minute at a microphone. */
export class NoiseModel {
  constructor(
    private readonly fluctuations: Fluctuations,
    private readonly weather: Weather,
    private readonly calendar: ScenarioCalendar,
  ) {}

  at(station: string, zone: NoiseZone, time: number): NoiseState {
    const { day, floor, variation } = ZONES[zone]
    const stream = streamOf(station)
    const bustle = activity(time)
    const slow = this.fluctuations.at(`${station} slow`, time, 12 * MINUTE)
    const fast = this.fluctuations.at(`${station} fast`, time, 20 * SECOND)
    const people = day + 10 * Math.log10(bustle) + variation * slow + 0.9 * fast
    const { windSpeed, rain } = this.weather.at(time)
    const weather = 27 + 2.6 * windSpeed + (rain > 0.05 ? 14 + 5 * Math.log10(1 + rain) : 0)
    const background = sum([floor, weather])
    const steady = sum([people, background])
    const event = this.passingEvent(stream, time, bustle)
    const works = this.calendar.effectsAt(time).map(({ noise }) => noise?.[station] ?? 0)
    const laeq = sum([steady, event, ...works])
    // The noisier the sources stand out against the background, the wider the levels are spread.
    const range = Math.max(0.4, steady - background)
    const l90 = sum([background, people - 7.5, ...works.map((level) => level - 4)])
    const l50 = Math.max(l90 + 0.3, laeq - 1.2 - 0.12 * range - (event > 0 ? 2 : 0))
    const l10 = Math.max(l50 + 0.4, laeq + 1.4 + 0.12 * range)
    return { laeq, l10, l50, l90, lmax: Math.max(l10 + 1.5, laeq + 6 + 2 * Math.abs(fast), event + 8) }
  }

  /** A horn, a siren, a dog: some seconds of a few minutes an hour, by day more often. 0 when there is none. */
  private passingEvent(stream: number, time: number, bustle: number): number {
    const slot = Math.floor(time / (30 * SECOND))
    const chance = 0.012 + 0.03 * bustle
    return uniform(this.fluctuations.seed, stream + 2, slot) < chance
      ? 56 + 16 * uniform(this.fluctuations.seed, stream + 3, slot)
      : 0
  }
}

/** 0.02 in the dead of night to about 1 at noon and in the evening. */
function activity(time: number): number {
  const hour = localHour(time)
  const late = isWeekend(time) ? 1 : 0
  return (
    0.02 +
    0.7 * daily(hour, 8.2 + 1.6 * late, 1.7) +
    0.72 * daily(hour, 13, 3.2) +
    0.85 * daily(hour, 18.4, 2.3) +
    0.2 * daily(hour, 21.5, 1.4)
  )
}

/** Levels of sources that sound together, dB. A level of 0 or less counts as silence. */
export function sum(levels: readonly number[]): number {
  let energy = 0
  for (const level of levels) if (level > 0) energy += 10 ** (level / 10)
  return 10 * Math.log10(energy)
}
