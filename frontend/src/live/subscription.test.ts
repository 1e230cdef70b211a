import { expect, test } from '@jest/globals'
import type { BoundingBox } from '@osprey/core/live'
import { covers, subscriptionBox } from './subscription.ts'

const view: BoundingBox = [116, 39, 117, 40]

test('a view is widened on every side', () => {
  const box = subscriptionBox(view, undefined)
  expect(box).toEqual([115.4, 38.4, 117.6, 40.6])
  expect(covers(box as BoundingBox, view)).toBe(true)
})

test('a small move keeps the subscription, leaving it renews it', () => {
  const box = subscriptionBox(view, undefined)
  expect(subscriptionBox([116.3, 39.2, 117.3, 40.2], box)).toBe(box)
  expect(subscriptionBox([117.3, 39.2, 118.3, 40.2], box)).not.toBe(box)
})

test('zooming far in narrows the subscription', () => {
  const box = subscriptionBox(view, undefined)
  expect(subscriptionBox([116.4, 39.4, 116.6, 39.6], box)).toEqual(
    [116.28, 39.28, 116.72, 39.72].map((n) => expect.closeTo(n, 6)),
  )
})

test('world-wide views and views over the antimeridian ask for everything', () => {
  expect(subscriptionBox([-170, -60, 170, 60], undefined)).toBeNull()
  expect(subscriptionBox([175, 0, 185, 5], undefined)).toBeNull()
})

test('latitudes and longitudes stay on the globe', () => {
  expect(subscriptionBox([170, 80, 180, 89], undefined)).toEqual([164, 74.6, 180, 90])
})
