import { propertyById } from '@osprey/core/properties'
import type { Value } from '@osprey/core/report'
import { SCENARIOS } from '../scenarios/catalogue.ts'
import { type Occurrence, ScenarioCalendar } from '../scenarios/schedule.ts'
import { outletById } from '../territory/outlets.ts'
import { plantById } from '../territory/plants.ts'
import type { SimulatedStation } from '../territory/station.ts'
import { AirModel } from './air-model.ts'
import { SECOND } from './calendar.ts'
import { Fluctuations } from './fluctuations.ts'
import { gaussian, streamOf } from './hash-noise.ts'
import { NoiseModel } from './noise-model.ts'
import { plantState } from './plant-model.ts'
import { RiverModel } from './river-model.ts'
import { SoilModel } from './soil-model.ts'
import { stackState } from './stack-model.ts'
import { relativeHumidity, stationPressure, Weather } from './weather.ts'

/** What one station reports at one time, by property, in the units of the catalogue. */
export type Readings = Record<string, Value>

export interface WorldOptions {
  seed: number
  /** Leave out scenarios that happen by themselves. */
  quiet?: boolean
  /** Scenarios started by hand. */
  triggered?: readonly Occurrence[]
}

/**
 * The territory as its instruments see it. A pure function of seed, scenarios and time: any instant may be asked
 * for, in any order, any number of times.
 */
export class World {
  readonly weather: Weather
  readonly calendar: ScenarioCalendar
  readonly rivers: RiverModel
  readonly air: AirModel
  private readonly seed: number
  private readonly fluctuations: Fluctuations
  private readonly noise: NoiseModel
  private readonly soil: SoilModel

  constructor({ seed, quiet = false, triggered = [] }: WorldOptions) {
    this.seed = seed
    this.calendar = new ScenarioCalendar(seed, quiet ? [] : SCENARIOS, triggered)
    this.fluctuations = new Fluctuations(seed)
    this.weather = new Weather(this.fluctuations)
    this.rivers = new RiverModel(this.fluctuations, this.weather, this.calendar)
    this.air = new AirModel(this.fluctuations, this.weather, this.calendar)
    this.noise = new NoiseModel(this.fluctuations, this.weather, this.calendar)
    this.soil = new SoilModel(this.fluctuations, this.weather)
  }

  /**
   * What a station reports at a time, after an interval (ms) in which rain has gathered; undefined while a
   * scenario keeps it silent.
   */
  observe(station: SimulatedStation, time: number, interval: number): Readings | undefined {
    const effects = this.calendar.effectsAt(time)
    if (effects.some(({ silent }) => silent?.includes(station.id))) return undefined
    const truth = this.truth(station, time, interval)
    for (const { air } of effects) addTo(truth, air?.[station.id])
    const readings: Readings = {}
    for (const property of station.properties) {
      let value = this.measure(station.id, property, truth[property] ?? null, time)
      for (const { fault } of effects)
        if (fault !== undefined) value = fault({ station: station.id, property, value })
      readings[property] = typeof value === 'number' ? round(value, property) : value
    }
    return readings
  }

  /** Does a scenario make this device keep its reports for later? */
  isHolding(device: string, time: number): boolean {
    return this.calendar.effectsAt(time).some(({ holding }) => holding?.includes(device))
  }

  /** The quantities at a station as they are, before any instrument. */
  private truth(station: SimulatedStation, time: number, interval: number): Record<string, Value> {
    const { observes, id } = station
    switch (observes.model) {
      case 'air': {
        const air = { ...this.air.at(observes.site, time) }
        return observes.weatherToo ? { ...air, ...this.localWeather(station, 0.7, time, interval) } : air
      }
      case 'weather':
        return this.localWeather(station, observes.shelter, time, interval)
      case 'water':
        return { ...this.rivers.at(observes.site, time) }
      case 'outlet': {
        const { flow, quality } = this.rivers.effluent(outletById(observes.outlet), time)
        return { ...quality, effluent_flow: flow * 3600 }
      }
      case 'noise':
        return { ...this.noise.at(id, observes.zone, time) }
      case 'soil':
        return { ...this.soil.at(id, observes.site, time) }
      case 'stack':
        return this.stack(observes.plant, time)
      case 'equipment':
        return this.equipment(observes.plant, time)
    }
  }

  private localWeather(station: SimulatedStation, exposure: number, time: number, interval: number) {
    const regional = this.weather.at(time)
    const storm = this.calendar.effectsAt(time).reduce((wind, { dust }) => wind + (dust?.wind ?? 0), 0)
    // Height above the town, and a little of its own for each place.
    const higher = station.elevation - 36
    const local = 0.35 * gaussian(this.seed, streamOf(`${station.id} place`), 0)
    const temperature = regional.temperature - 0.0062 * higher * (1 - regional.inversion) + local
    const dewpoint = Math.min(temperature - 0.2, regional.dewpoint - 0.0018 * higher - 0.5 * storm)
    return {
      temperature,
      dewpoint,
      humidity: relativeHumidity(temperature, dewpoint),
      pressure: stationPressure(regional.seaLevelPressure, station.elevation, temperature),
      wind_speed: (regional.windSpeed + storm) * exposure,
      wind_direction: storm > 2 ? 315 : regional.windDirection,
      rainfall: this.weather.rainfall(time - interval, time),
      solar_radiation: regional.solar * (storm > 2 ? 0.75 : 1),
    }
  }

  private stack(plantId: string, time: number): Record<string, Value> {
    const plant = plantById(plantId)
    if (plant.stack === undefined) return {}
    const state = plantState(this.fluctuations, this.calendar, plant, time)
    const { components, oxygen, temperature, velocity, humidity, flow } = stackState(
      this.fluctuations,
      plant,
      plant.stack,
      state,
      time,
    )
    return {
      ...components,
      emission_o2: oxygen,
      flue_temperature: temperature,
      flue_velocity: velocity,
      flue_humidity: humidity,
      flue_flow: flow,
    }
  }

  private equipment(plantId: string, time: number): Record<string, Value> {
    const state = plantState(this.fluctuations, this.calendar, plantById(plantId), time)
    const isTreating = state.treatmentFlow > 0
    return {
      production_power: state.productionPower,
      treatment_power: state.treatmentPower,
      // Three phases of 380 V at a power factor of 0.86.
      treatment_current: (state.treatmentPower * 1000) / (Math.sqrt(3) * 380 * 0.86),
      treatment_flow: state.treatmentFlow,
      fan_running: isTreating,
      pump_running: isTreating,
      valve_open: state.bypassOpen,
      door_open: state.doorOpen,
      run_state: state.state,
    }
  }

  /** Adds what the instrument adds: noise of its own, another for every second. */
  private measure(station: string, property: string, value: Value, time: number): Value {
    if (typeof value !== 'number') return value
    const { absolute, relative } = REPEATABILITY[property] ?? { absolute: 0, relative: 0.004 }
    const noise = gaussian(this.seed, streamOf(`${station} ${property}`), Math.floor(time / SECOND))
    const measured = value + noise * Math.hypot(absolute, relative * value)
    const [low, high] = LIMITS[property] ?? [0, Number.POSITIVE_INFINITY]
    if (property === 'wind_direction') return (measured + 360) % 360
    return Math.min(high, Math.max(low, measured))
  }
}

/** What instruments of a kind show when the quantity does not change: standard deviation, fixed and by value. */
const REPEATABILITY: Record<string, { absolute: number; relative: number }> = {
  pm25: { absolute: 1.1, relative: 0.03 },
  pm10: { absolute: 1.8, relative: 0.03 },
  so2: { absolute: 0.7, relative: 0.01 },
  no: { absolute: 0.6, relative: 0.01 },
  no2: { absolute: 0.7, relative: 0.01 },
  nox: { absolute: 0.9, relative: 0.01 },
  o3: { absolute: 0.9, relative: 0.008 },
  co: { absolute: 0.02, relative: 0.01 },
  voc: { absolute: 1.5, relative: 0.03 },
  h2s: { absolute: 0.4, relative: 0.02 },
  nh3: { absolute: 0.7, relative: 0.02 },
  nmhc: { absolute: 0.008, relative: 0.015 },
  temperature: { absolute: 0.05, relative: 0 },
  dewpoint: { absolute: 0.12, relative: 0 },
  humidity: { absolute: 0.5, relative: 0 },
  pressure: { absolute: 0.04, relative: 0 },
  wind_speed: { absolute: 0.05, relative: 0.03 },
  wind_direction: { absolute: 3, relative: 0 },
  rainfall: { absolute: 0, relative: 0 },
  solar_radiation: { absolute: 1.2, relative: 0.004 },
  ph: { absolute: 0.01, relative: 0 },
  water_temperature: { absolute: 0.03, relative: 0 },
  dissolved_oxygen: { absolute: 0.03, relative: 0 },
  conductivity: { absolute: 0.3, relative: 0.002 },
  turbidity: { absolute: 0.15, relative: 0.02 },
  water_level: { absolute: 0.002, relative: 0 },
  chlorophyll: { absolute: 0.15, relative: 0.03 },
  laeq: { absolute: 0.12, relative: 0 },
  l10: { absolute: 0, relative: 0 },
  l50: { absolute: 0, relative: 0 },
  l90: { absolute: 0, relative: 0 },
  lmax: { absolute: 0, relative: 0 },
  soil_moisture: { absolute: 0.08, relative: 0 },
  soil_temperature: { absolute: 0.04, relative: 0 },
  soil_ph: { absolute: 0.01, relative: 0 },
  emission_o2: { absolute: 0.05, relative: 0 },
  flue_temperature: { absolute: 0.3, relative: 0 },
}

/** Between which values an instrument reports, where that is not zero and above. */
const LIMITS: Record<string, readonly [number, number]> = {
  temperature: [-60, 60],
  dewpoint: [-60, 60],
  soil_temperature: [-30, 60],
  humidity: [3, 100],
  ph: [0, 14],
  emission_o2: [0, 21],
  soil_moisture: [0, 70],
}

function addTo(truth: Record<string, Value>, more: Readonly<Record<string, number>> | undefined): void {
  for (const [property, value] of Object.entries(more ?? {})) {
    const there = truth[property]
    if (typeof there === 'number') truth[property] = there + value
  }
}

/** To the decimals of the catalogue: an instrument shows no more. */
function round(value: number, property: string): number {
  const scale = 10 ** (propertyById(property)?.precision ?? 2)
  return Math.round(value * scale) / scale + 0
}
