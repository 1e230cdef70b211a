import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { correlation, mean } from '../testing/statistics.ts'
import { DAY, HOUR, localHour, MINUTE } from './calendar.ts'
import { Fluctuations } from './fluctuations.ts'
import { clearSkyRadiation, sineOfElevation } from './sun.ts'
import { relativeHumidity, stationPressure, Weather } from './weather.ts'

const degrees = (sine: number) => (Math.asin(sine) * 180) / Math.PI

describe('the sun over 30.214° N, 118.372° E', () => {
  test.each([
    // Elevation at solar noon is 90° - latitude ± obliquity.
    ['summer solstice', '2026-06-21T04:08:00Z', 83.2],
    ['winter solstice', '2026-12-22T04:05:00Z', 36.3],
    ['equinox', '2026-03-20T04:14:00Z', 59.7],
  ])('stands at noon of the %s where it should', (_name, time, expected) => {
    expect(degrees(sineOfElevation(Date.parse(time)))).toBeCloseTo(expected, 0)
  })

  test.each([
    ['summer', '2026-06-21', 5.1, 19.15],
    ['winter', '2026-12-22', 6.95, 17.2],
  ])('rises and sets in %s within ten minutes of the almanac', (_name, date, rise, set) => {
    const midnight = Date.parse(`${date}T00:00:00+08:00`)
    const up = Array.from(
      { length: 1440 },
      (_, minute) => sineOfElevation(midnight + minute * MINUTE) > -0.0145,
    )
    expect(Math.abs(up.indexOf(true) / 60 - rise)).toBeLessThan(0.17)
    expect(Math.abs(up.lastIndexOf(true) / 60 - set)).toBeLessThan(0.17)
  })

  test('gives no radiation by night and about 1,000 W/m² at a summer noon', () => {
    expect(clearSkyRadiation(Date.parse('2026-06-21T18:00:00Z'))).toBe(0)
    expect(clearSkyRadiation(Date.parse('2026-06-21T04:00:00Z'))).toBeCloseTo(1030, -2)
  })
})

test.each([
  [20, 20, 100],
  [20, 10, 52.5],
  [30, 20, 55.1],
  [0, -10, 46.9],
])('at %d °C and a dew point of %d °C the humidity is %d %%', (temperature, dewpoint, expected) => {
  expect(relativeHumidity(temperature, dewpoint)).toBeCloseTo(expected, 0)
})

test('pressure falls by about 11.7 hPa over the first hundred metres', () => {
  expect(stationPressure(1013.25, 100, 15)).toBeCloseTo(1001.3, 0)
})

describe.each([
  ['November', '2026-11-16T00:00:00+08:00', -5, 28],
  ['July', '2026-07-06T00:00:00+08:00', 17, 43],
])('a week in %s', (_name, start, coldest, warmest) => {
  const weather = new Weather(new Fluctuations(11))
  const from = Date.parse(start)
  const hours = Array.from({ length: 7 * 24 }, (_, hour) => from + hour * HOUR)
  const states = hours.map((time) => weather.at(time))

  test('is as warm as the season', () => {
    for (const { temperature } of states) {
      expect(temperature).toBeGreaterThan(coldest)
      expect(temperature).toBeLessThan(warmest)
    }
  })

  test('is coldest around sunrise and warmest early in the afternoon', () => {
    const byHour = (hour: number) =>
      mean(
        states
          .filter((_, index) => localHour(hours[index] as number) === hour)
          .map(({ temperature }) => temperature),
      )
    const course = Array.from({ length: 24 }, (_, hour) => byHour(hour))
    expect([3, 4, 5, 6, 7]).toContain(course.indexOf(Math.min(...course)))
    expect([12, 13, 14, 15, 16]).toContain(course.indexOf(Math.max(...course)))
  })

  test('is moist when it is cool: humidity goes against temperature', () => {
    const humidity = states.map(({ temperature, dewpoint }) => relativeHumidity(temperature, dewpoint))
    expect(
      correlation(
        humidity,
        states.map(({ temperature }) => temperature),
      ),
    ).toBeLessThan(-0.35)
  })

  test('never has a dew point above the temperature', () => {
    for (const { temperature, dewpoint } of states) expect(dewpoint).toBeLessThan(temperature)
  })

  test('mixes deep by day and shallow by night', () => {
    const atNoon = states.filter((_, index) => localHour(hours[index] as number) === 13)
    const atNight = states.filter((_, index) => localHour(hours[index] as number) === 4)
    expect(mean(atNoon.map(({ mixingHeight }) => mixingHeight))).toBeGreaterThan(
      2 * mean(atNight.map(({ mixingHeight }) => mixingHeight)),
    )
  })
})

describe('the rain gauge', () => {
  const weather = new Weather(new Fluctuations(3))
  const day = Date.parse('2026-06-10T00:00:00Z')

  test('counts whole tips, never negative', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 40 * DAY }),
        fc.integer({ min: 1, max: 3 * HOUR }),
        (at, interval) => {
          const depth = weather.rainfall(day + at, day + at + interval)
          expect(depth).toBeGreaterThanOrEqual(0)
          expect(Math.abs(depth * 5 - Math.round(depth * 5))).toBeLessThan(1e-9)
        },
      ),
    )
  })

  test('adds up to the same within a day, however it is divided', () => {
    for (let shift = 0; shift < 30; shift++) {
      const start = day + shift * DAY
      const sum = (step: number) => {
        let depth = 0
        for (let time = start; time < start + DAY; time += step) depth += weather.rainfall(time, time + step)
        return depth
      }
      expect(sum(10 * MINUTE)).toBeCloseTo(sum(3 * HOUR), 6)
    }
  })
})

test('the same seed gives the same weather, another seed another', () => {
  const time = Date.parse('2026-11-20T05:00:00Z')
  expect(new Weather(new Fluctuations(4)).at(time)).toEqual(new Weather(new Fluctuations(4)).at(time))
  expect(new Weather(new Fluctuations(5)).at(time)).not.toEqual(new Weather(new Fluctuations(4)).at(time))
})
