import { expect, test } from '@jest/globals'
import { latitudeOf, longitudeOf, MAX_LATITUDE, mercatorX, mercatorY } from './mercator.ts'

test('the world is the unit square', () => {
  expect(mercatorX(-180)).toBe(0)
  expect(mercatorX(180)).toBe(1)
  expect(mercatorY(MAX_LATITUDE)).toBeCloseTo(0, 10)
  expect(mercatorY(-MAX_LATITUDE)).toBeCloseTo(1, 10)
  expect(mercatorY(0)).toBeCloseTo(0.5, 12)
})

test('the poles stay on the square', () => {
  expect(mercatorY(90)).toBeCloseTo(0, 10)
  expect(mercatorY(-90)).toBeCloseTo(1, 10)
})

test('there and back again', () => {
  for (const [longitude, latitude] of [
    [116.397, 39.982],
    [-71.06, -33.45],
    [0, 0],
  ] as const) {
    expect(longitudeOf(mercatorX(longitude))).toBeCloseTo(longitude, 10)
    expect(latitudeOf(mercatorY(latitude))).toBeCloseTo(latitude, 10)
  }
})
