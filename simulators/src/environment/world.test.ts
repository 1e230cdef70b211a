import { describe, expect, test } from '@jest/globals'
import { propertyById } from '@osprey/core/properties'
import fc from 'fast-check'
import { STATIONS, stationById } from '../territory/stations.ts'
import { correlation, mean } from '../testing/statistics.ts'
import { HOUR, isWeekend, localHour, MINUTE } from './calendar.ts'
import { World } from './world.ts'

const MONDAY = Date.parse('2026-11-16T00:00:00+08:00')
const TEN_MINUTES = 10 * MINUTE

/** A station's readings every half hour of a week, without scenarios. */
function week(id: string, start = MONDAY, step = 30 * MINUTE) {
  const world = new World({ seed: 1, quiet: true })
  const times = Array.from({ length: (7 * 24 * HOUR) / step }, (_, index) => start + index * step)
  const readings = times.map((time) => world.observe(stationById(id), time, step) ?? {})
  const series = (property: string) => readings.map((reading) => Number(reading[property]))
  const byHour = (property: string) =>
    Array.from({ length: 24 }, (_, hour) =>
      mean(
        series(property).filter((_value, index) => Math.floor(localHour(times[index] as number)) === hour),
      ),
    )
  return { times, series, byHour }
}

const hourOf = (course: readonly number[], pick: (...values: number[]) => number) =>
  course.indexOf(pick(...course))

test('every station reports all of its properties, known to the catalogue, of the right kind and plausible', () => {
  const world = new World({ seed: 1, quiet: true })
  for (const station of STATIONS) {
    for (let hour = 0; hour < 7 * 24; hour += 5) {
      const readings = world.observe(station, MONDAY + hour * HOUR, TEN_MINUTES) ?? {}
      expect(Object.keys(readings)).toEqual([...station.properties])
      for (const [id, value] of Object.entries(readings)) {
        const property = propertyById(id)
        const where = `${station.id} ${id} = ${value}`
        if (property === undefined) throw new Error(where)
        if (property.kind === 'number') {
          const [low, high] = property.range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
          if (typeof value !== 'number' || !(value >= low && value <= high)) throw new Error(where)
        } else if (property.kind === 'boolean') expect(typeof value).toBe('boolean')
        else expect(property.categories).toContain(value)
      }
    }
  }
})

test('an instant reads the same from any world of the same seed, in any order', () => {
  const first = new World({ seed: 9 })
  const second = new World({ seed: 9 })
  const moments = fc.tuple(fc.constantFrom(...STATIONS), fc.integer({ min: 0, max: 14 * 24 * 3600 }))
  fc.assert(
    fc.property(fc.array(moments, { minLength: 2, maxLength: 6 }), (list) => {
      const at = (world: World) => (entry: (typeof list)[number]) =>
        world.observe(entry[0], MONDAY + entry[1] * 1000, TEN_MINUTES)
      expect([...list].reverse().map(at(second)).reverse()).toEqual(list.map(at(first)))
    }),
    { numRuns: 60 },
  )
})

test('another seed is another course of events', () => {
  const station = stationById('air-people-square')
  const read = (seed: number) => new World({ seed }).observe(station, MONDAY, TEN_MINUTES)
  expect(read(2)).not.toEqual(read(1))
})

describe('the air over a town', () => {
  const kerb = week('air-old-bridge')
  const square = week('air-people-square')
  const hills = week('bg-yunmen-hills')

  test('has most NO2 in the rush hours and more at the kerb than in the hills', () => {
    const working = kerb.times.flatMap((time, index) =>
      isWeekend(time) ? [] : [{ hour: localHour(time), no2: kerb.series('no2')[index] as number }],
    )
    const during = (from: number, to: number) =>
      mean(working.filter(({ hour }) => hour >= from && hour < to).map(({ no2 }) => no2))
    expect(during(7, 9.5)).toBeGreaterThan(1.25 * during(2, 5))
    expect(during(17, 20)).toBeGreaterThan(1.25 * during(12, 15))
    expect(mean(kerb.series('no2'))).toBeGreaterThan(1.4 * mean(square.series('no2')))
    expect(mean(square.series('no2'))).toBeGreaterThan(1.5 * mean(hills.series('no2')))
  })

  test('has most ozone in the afternoon, against NO2', () => {
    expect([12, 13, 14, 15, 16]).toContain(hourOf(square.byHour('o3'), Math.max))
    expect(correlation(square.series('o3'), square.series('no2'))).toBeLessThan(-0.5)
    expect(mean(hills.series('o3'))).toBeGreaterThan(mean(kerb.series('o3')))
  })

  test('gathers particulates in calm air under an inversion and loses them to the wind', () => {
    const world = new World({ seed: 1, quiet: true })
    const station = stationById('air-people-square')
    const days = Array.from({ length: 60 }, (_, day) => MONDAY - (30 - day) * 24 * HOUR)
    const daily = days.map((day) => {
      const hours = Array.from({ length: 12 }, (_, index) => day + index * 2 * HOUR)
      return {
        pm25: mean(hours.map((time) => Number(world.observe(station, time, TEN_MINUTES)?.['pm25']))),
        wind: mean(hours.map((time) => world.weather.at(time).windSpeed)),
      }
    })
    const calm = correlation(
      daily.map(({ pm25 }) => pm25),
      daily.map(({ wind }) => wind),
    )
    expect(calm).toBeLessThan(-0.4)
  })

  test('has PM10 above PM2.5, and CO and NO that go with traffic', () => {
    const pm10 = square.series('pm10')
    expect(square.series('pm25').filter((value, index) => value > (pm10[index] as number))).toHaveLength(0)
    expect(correlation(kerb.series('co'), kerb.series('no'))).toBeGreaterThan(0.5)
  })
})

describe('a river and a lake', () => {
  const summer = Date.parse('2026-07-20T00:00:00+08:00')
  const lake = week('mirror-lake-centre', summer)
  const river = week('lan-old-bridge', summer)

  test('have most oxygen in the afternoon, when algae work, and least before sunrise', () => {
    expect([13, 14, 15, 16, 17]).toContain(hourOf(lake.byHour('dissolved_oxygen'), Math.max))
    expect(correlation(lake.series('dissolved_oxygen'), lake.series('ph'))).toBeGreaterThan(0.7)
    expect(mean(lake.series('dissolved_oxygen'))).toBeLessThan(12)
  })

  test('hold less oxygen in summer than in winter', () => {
    const winter = week('lan-old-bridge', Date.parse('2027-01-11T00:00:00+08:00'))
    expect(mean(winter.series('dissolved_oxygen'))).toBeGreaterThan(
      mean(river.series('dissolved_oxygen')) + 2,
    )
    expect(mean(winter.series('water_temperature'))).toBeLessThan(
      mean(river.series('water_temperature')) - 10,
    )
  })

  test('rise, cloud and thin out after rain', () => {
    const wet = week('lan-old-bridge', Date.parse('2026-06-15T00:00:00+08:00'))
    expect(correlation(wet.series('flow'), wet.series('turbidity'))).toBeGreaterThan(0.6)
    expect(correlation(wet.series('flow'), wet.series('conductivity'))).toBeLessThan(-0.6)
    expect(correlation(wet.series('flow'), wet.series('water_level'))).toBeGreaterThan(0.8)
  })

  test('carry more below the treatment works than above', () => {
    const above = week('lan-east-quay')
    const below = week('lan-below-echeng')
    expect(mean(below.series('total_nitrogen'))).toBeGreaterThan(mean(above.series('total_nitrogen')))
    expect(mean(below.series('ammonia_nitrogen'))).toBeGreaterThan(mean(above.series('ammonia_nitrogen')))
  })
})

describe('sound', () => {
  test.each(['noise-people-square', 'noise-north-gate', 'noise-ring', 'noise-hospital'])(
    '%s is quieter by night',
    (id) => {
      const { byHour } = week(id)
      const laeq = byHour('laeq')
      expect(mean(laeq.slice(9, 19))).toBeGreaterThan(mean(laeq.slice(1, 4)) + 6)
    },
  )

  test('has levels in their order: Lmax > L10 > L50 > L90', () => {
    const { series } = week('noise-old-bridge')
    const [lmax, l10, l50, l90] = ['lmax', 'l10', 'l50', 'l90'].map(series) as [
      number[],
      number[],
      number[],
      number[],
    ]
    for (let index = 0; index < lmax.length; index++) {
      expect(lmax[index]).toBeGreaterThan(l10[index] as number)
      expect(l10[index]).toBeGreaterThan(l50[index] as number)
      expect(l50[index]).toBeGreaterThan(l90[index] as number)
    }
  })
})

describe('plants', () => {
  test('treat while they produce', () => {
    const { series } = week('eq-coating')
    expect(correlation(series('production_power'), series('treatment_power'))).toBeGreaterThan(0.95)
  })

  test('keep to their limits, at the reference oxygen, when nothing happens', () => {
    const { series } = week('stack-power-1')
    for (const [property, limit] of [
      ['emission_pm', 10],
      ['emission_so2', 35],
      ['emission_nox', 55],
    ] as const) {
      expect(Math.max(...series(property))).toBeLessThan(limit)
    }
    expect(mean(series('emission_o2'))).toBeCloseTo(6.2, 0)
  })

  test('burn electricity’s fuel when it is asked for', () => {
    const { byHour } = week('stack-power-2')
    const flow = byHour('flue_flow')
    expect([17, 18, 19, 20, 21]).toContain(hourOf(flow, Math.max))
    expect([0, 1, 2, 3, 4, 5]).toContain(hourOf(flow, Math.min))
  })
})

test('soil is warmed late and little, and wetted by rain', () => {
  const { byHour } = week('soil-nanping')
  expect([15, 16, 17, 18, 19, 20]).toContain(hourOf(byHour('soil_temperature'), Math.max))
  const air = week('wx-nanping')
  const swing = (course: readonly number[]) => Math.max(...course) - Math.min(...course)
  expect(swing(byHour('soil_temperature'))).toBeLessThan(swing(air.byHour('temperature')))
})
