import { gaussian, uniform } from '../environment/hash-noise.ts'
import { inFrame } from '../territory/frames.ts'
import type { Point } from '../territory/plane.ts'
import { distance, mixPoints, simplify, spline } from './curves.ts'
import { close } from './water.ts'

/** A border that follows ridges and field edges: halved again and again, each half displaced at random. */
export function border(from: Point, to: Point, seed: number, roughness = 0.11): Point[] {
  let line: Point[] = [from, to]
  for (let level = 0; distance(line[0] as Point, line[1] as Point) > 0.28; level++) {
    const next: Point[] = [line[0] as Point]
    for (let index = 1; index < line.length; index++) {
      const a = line[index - 1] as Point
      const b = line[index] as Point
      const size = distance(a, b)
      const away = size * roughness * clamp(gaussian(seed, level, index), 2)
      const share = 0.5 + 0.12 * (uniform(seed, level + 100, index) - 0.5)
      const middle = mixPoints(a, b, share)
      next.push([middle[0] - ((b[1] - a[1]) / size) * away, middle[1] + ((b[0] - a[0]) / size) * away], b)
    }
    line = next
  }
  return line
}

/** A border through several points. */
export function borderThrough(points: readonly Point[], seed: number, roughness?: number): Point[] {
  const line: Point[] = [points[0] as Point]
  for (let index = 1; index < points.length; index++) {
    line.push(...border(points[index - 1] as Point, points[index] as Point, seed + index, roughness).slice(1))
  }
  return line
}

/** A patch of woodland or town: round with ragged edges. */
export function patch(centre: Point, size: Point, tilt: number, seed: number, raggedness = 0.32): Point[] {
  const ring: Point[] = []
  for (let part = 0; part < 150; part++) {
    const angle = (part / 150) * 2 * Math.PI
    let reach = 1
    for (const wave of [2, 3, 5, 7, 10, 14, 19, 27]) {
      const lag = uniform(seed, wave, 3) * 2 * Math.PI
      reach += ((raggedness * (0.4 + uniform(seed, wave, 4))) / wave ** 0.8) * Math.cos(wave * angle + lag)
    }
    const point: Point = [size[0] * reach * Math.cos(angle), size[1] * reach * Math.sin(angle)]
    ring.push(inFrame({ origin: centre, tilt }, point))
  }
  return close(simplify(ring, 0.01))
}

/** A road: smooth, with long curves only. */
export function road(points: readonly Point[]): Point[] {
  return simplify(spline(points, 0.1), 0.004)
}

function clamp(value: number, limit: number): number {
  return Math.max(-limit, Math.min(limit, value))
}
