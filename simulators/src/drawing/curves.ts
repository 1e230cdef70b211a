import type { Point } from '../territory/plane.ts'

const { max, min, round, sqrt } = Math

/** Straight-line distance in km. */
export function distance(a: Point, b: Point): number {
  const dx = a[0] - b[0]
  const dy = a[1] - b[1]
  return sqrt(dx * dx + dy * dy)
}

/** Length of a line along its points, km. */
export function lengthOf(line: readonly Point[]): number {
  let sum = 0
  for (let index = 1; index < line.length; index++)
    sum += distance(line[index - 1] as Point, line[index] as Point)
  return sum
}

/** The point so many km from the start of a line; its ends beyond them. */
export function pointAlong(line: readonly Point[], km: number): Point {
  let left = km
  for (let index = 1; index < line.length; index++) {
    const from = line[index - 1] as Point
    const to = line[index] as Point
    const size = distance(from, to)
    if (left <= size) return mixPoints(from, to, size === 0 ? 0 : max(0, left / size))
    left -= size
  }
  return line.at(-1) as Point
}

/** How many km from its start a line comes closest to a point. */
export function nearestKm(line: readonly Point[], point: Point): number {
  let best = Number.POSITIVE_INFINITY
  let bestKm = 0
  let km = 0
  for (let index = 1; index < line.length; index++) {
    const from = line[index - 1] as Point
    const to = line[index] as Point
    const size = distance(from, to)
    const share = min(1, max(0, project(point, from, to)))
    const away = distance(point, mixPoints(from, to, share))
    if (away < best) {
      best = away
      bestKm = km + share * size
    }
    km += size
  }
  return bestKm
}

/** The part of a line between two distances from its start. */
export function section(line: readonly Point[], fromKm: number, toKm: number): Point[] {
  const part: Point[] = [pointAlong(line, fromKm)]
  let km = 0
  for (let index = 1; index < line.length; index++) {
    km += distance(line[index - 1] as Point, line[index] as Point)
    if (km > fromKm + 1e-6 && km < toKm - 1e-6) part.push(line[index] as Point)
  }
  part.push(pointAlong(line, toKm))
  return part
}

/** A smooth curve through all points (centripetal Catmull-Rom), a point about every `step` km. */
export function spline(points: readonly Point[], step: number): Point[] {
  const result: Point[] = [points[0] as Point]
  for (let index = 0; index + 1 < points.length; index++) {
    const p1 = points[index] as Point
    const p2 = points[index + 1] as Point
    const p0 = points[index - 1] ?? mirror(p2, p1)
    const p3 = points[index + 2] ?? mirror(p1, p2)
    const count = max(1, round(distance(p1, p2) / step))
    for (let part = 1; part <= count; part++) result.push(catmullRom(p0, p1, p2, p3, part / count))
  }
  return result
}

/** A line up to where it first meets another; the whole line when it never does. */
export function untilMeeting(line: readonly Point[], other: readonly Point[]): Point[] {
  for (let index = 1; index < line.length; index++) {
    const from = line[index - 1] as Point
    const to = line[index] as Point
    let nearest = 2
    for (let at = 1; at < other.length; at++) {
      nearest = min(nearest, meetingShare(from, to, other[at - 1] as Point, other[at] as Point))
    }
    if (nearest <= 1) return [...line.slice(0, index), mixPoints(from, to, nearest)]
  }
  return [...line]
}

/** Where along a segment, 0 to 1, it crosses another one; 2 when it does not. */
function meetingShare(from: Point, to: Point, a: Point, b: Point): number {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]]
  const [ex, ey] = [b[0] - a[0], b[1] - a[1]]
  const determinant = dx * ey - dy * ex
  if (determinant === 0) return 2
  const along = ((a[0] - from[0]) * ey - (a[1] - from[1]) * ex) / determinant
  const across = ((a[0] - from[0]) * dy - (a[1] - from[1]) * dx) / determinant
  return along > 1e-9 && along <= 1 && across >= 0 && across <= 1 ? along : 2
}

/** Fewer points, none of the original more than `tolerance` km off (Ramer-Douglas-Peucker). */
export function simplify(line: readonly Point[], tolerance: number): Point[] {
  if (line.length < 3) return [...line]
  const keep = new Uint8Array(line.length)
  keep[0] = keep[line.length - 1] = 1
  const stack: [number, number][] = [[0, line.length - 1]]
  for (let span = stack.pop(); span !== undefined; span = stack.pop()) {
    const [first, last] = span
    let worst = tolerance
    let at = -1
    for (let index = first + 1; index < last; index++) {
      const away = distanceToSegment(line[index] as Point, line[first] as Point, line[last] as Point)
      if (away > worst) {
        worst = away
        at = index
      }
    }
    if (at < 0) continue
    keep[at] = 1
    stack.push([first, at], [at, last])
  }
  return line.filter((_, index) => keep[index] === 1)
}

/** Points to the left (positive) or right of a line, by a distance that may change along it. */
export function offset(line: readonly Point[], by: (km: number) => number): Point[] {
  let km = 0
  return line.map((point, index) => {
    const before = line[max(0, index - 1)] as Point
    const after = line[min(line.length - 1, index + 1)] as Point
    if (index > 0) km += distance(before, point)
    const size = distance(before, after) || 1
    const away = by(km)
    return [
      point[0] - (away * (after[1] - before[1])) / size,
      point[1] + (away * (after[0] - before[0])) / size,
    ]
  })
}

export function distanceToSegment(point: Point, from: Point, to: Point): number {
  return distance(point, mixPoints(from, to, min(1, max(0, project(point, from, to)))))
}

export function mixPoints(a: Point, b: Point, share: number): Point {
  return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share]
}

function project(point: Point, from: Point, to: Point): number {
  const dx = to[0] - from[0]
  const dy = to[1] - from[1]
  const square = dx * dx + dy * dy
  return square === 0 ? 0 : ((point[0] - from[0]) * dx + (point[1] - from[1]) * dy) / square
}

function mirror(of: Point, around: Point): Point {
  return [2 * around[0] - of[0], 2 * around[1] - of[1]]
}

function catmullRom(p0: Point, p1: Point, p2: Point, p3: Point, share: number): Point {
  const t1 = sqrt(distance(p0, p1)) || 1e-6
  const t2 = t1 + (sqrt(distance(p1, p2)) || 1e-6)
  const t3 = t2 + (sqrt(distance(p2, p3)) || 1e-6)
  const t = t1 + (t2 - t1) * share
  const between = (a: Point, b: Point, ta: number, tb: number) => mixPoints(a, b, (t - ta) / (tb - ta))
  const a1 = between(p0, p1, 0, t1)
  const a2 = between(p1, p2, t1, t2)
  const a3 = between(p2, p3, t2, t3)
  return between(between(a1, a2, 0, t2), between(a2, a3, t1, t3), t1, t2)
}
