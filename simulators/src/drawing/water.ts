import { autoregressive, streamOf, uniform } from '../environment/hash-noise.ts'
import { inFrame } from '../territory/frames.ts'
import type { Point } from '../territory/plane.ts'
import { distance, lengthOf, nearestKm, offset, pointAlong, section, simplify, spline } from './curves.ts'

export interface RiverShape {
  name: string
  /** Where the valley leads. */
  guide: readonly Point[]
  /** Mean length of a pair of bends along the river, km. */
  wavelength: number
  /** Largest angle between river and valley, radians; 0 is straight. By share of the way. */
  sinuosity: (share: number) => number
  seed: number
}

const STEP = 0.03
const TOLERANCE = 0.006

/**
 * A meandering line: its direction swings about that of the valley as a sine of the distance (the
 * sine-generated curve of Langbein and Leopold 1966), skewed as Kinoshita (1961) found bends to be.
 */
export function meander({ name, guide, wavelength, sinuosity, seed }: RiverShape): Point[] {
  const valley = spline(guide, 0.05)
  const end = valley.at(-1) as Point
  const total = lengthOf(valley)
  const stream = streamOf(name)
  const line: Point[] = [valley[0] as Point]
  let at = valley[0] as Point
  let along = 0
  let phase = uniform(seed, stream, 0) * 2 * Math.PI
  // A second, longer swing that never falls in step with the first keeps bends from repeating.
  const lag = uniform(seed, stream, 1) * 2 * Math.PI
  const limit = (total / STEP) * 4
  for (let count = 0; distance(at, end) > wavelength / 4 && along < total && count < limit; count++) {
    const km = count * STEP
    const vary = (memory: number, kind: number) =>
      autoregressive(seed, stream + kind, km + 1000, { step: memory / 4, memory })
    phase += (2 * Math.PI * STEP) / (wavelength * Math.exp(0.3 * clamp(vary(wavelength, 1), -1.2, 1.6)))
    const omega = sinuosity(along / total) * clamp(0.85 + 0.4 * vary(wavelength * 1.8, 2), 0.12, 1.3)
    const skewed = Math.cos(3 * phase) / 32 - Math.sin(3 * phase) / 192
    const swing = omega * (0.78 * Math.sin(phase) + 0.5 * Math.sin(0.618 * phase + lag)) + omega ** 3 * skewed
    const heading = directionAt(valley, along + 0.15) + swing - drift(valley, at, along, wavelength)
    at = [at[0] + STEP * Math.cos(heading), at[1] + STEP * Math.sin(heading)]
    line.push(at)
    along = advance(valley, at, along)
  }
  line.push(end)
  return simplify(smooth(line, wavelength / 4), TOLERANCE)
}

/** A river's banks: a closed ring around a line, `width(km)` across. */
export function banks(line: readonly Point[], width: (km: number) => number): Point[] {
  const left = offset(line, (km) => width(km) / 2)
  const right = offset(line, (km) => -width(km) / 2)
  return close([...simplify(left, 0.004), ...simplify(right, 0.004).reverse()])
}

/** A lake: an ellipse with bays. Angles in radians, sizes in km. */
export function lake(centre: Point, size: Point, tilt: number, seed: number): Point[] {
  const ring: Point[] = []
  const waves = [2, 3, 4, 5, 6, 8, 11, 15]
  for (let part = 0; part < 220; part++) {
    const angle = (part / 220) * 2 * Math.PI
    let reach = 1
    for (const wave of waves) {
      const lag = uniform(seed, wave, 1) * 2 * Math.PI
      reach += ((0.3 * (0.5 + uniform(seed, wave, 2))) / wave ** 0.95) * Math.cos(wave * angle + lag)
    }
    const x = size[0] * reach * Math.cos(angle)
    const y = size[1] * reach * Math.sin(angle)
    ring.push(inFrame({ origin: centre, tilt }, [x, y]))
  }
  return close(simplify(ring, 0.006))
}

/** A reservoir: the river's valley flooded from `fromKm` down to a straight dam at `toKm`. */
export function reservoir(
  river: readonly Point[],
  fromKm: number,
  toKm: number,
  widest: number,
  seed: number,
): Point[] {
  const length = toKm - fromKm
  // The flooded valley is straighter than the river in it.
  const axis = spline(
    [0, 0.2, 0.4, 0.6, 0.8, 1].map((share) => pointAlong(river, fromKm + share * length)),
    0.04,
  )
  const size = lengthOf(axis)
  const shore = (stream: number) => (km: number) => {
    const share = km / size
    let coves = 1
    for (const wave of [3, 5, 7, 10, 14]) {
      const lag = uniform(seed, stream, wave) * 2 * Math.PI
      coves +=
        ((0.9 * (0.4 + uniform(seed, stream + 50, wave))) / wave ** 0.7) *
        Math.sin(wave * Math.PI * share + lag) *
        0.75
    }
    const growth = Math.min(1, (share / 0.8) ** 0.8)
    const towardsDam = share > 0.9 ? 1 - (share - 0.9) * 5 : 1
    return Math.max(0.05, (widest / 2) * growth * towardsDam * Math.max(0.3, coves))
  }
  const left = offset(axis, shore(1))
  const right = offset(axis, (km) => -shore(2)(km))
  return close([...simplify(left, 0.006), ...simplify(right, 0.006).reverse()])
}

export function close(ring: Point[]): Point[] {
  const first = ring[0] as Point
  const last = ring.at(-1) as Point
  return distance(first, last) < 1e-9 ? ring : [...ring, first]
}

function directionAt(line: readonly Point[], km: number): number {
  const before = pointAlong(line, Math.max(0, km - 0.1))
  const after = pointAlong(line, km + 0.1)
  return Math.atan2(after[1] - before[1], after[0] - before[0])
}

/** Steers back towards the valley's axis: bends of a river stay within its meander belt. */
function drift(valley: readonly Point[], at: Point, along: number, wavelength: number): number {
  const axis = pointAlong(valley, along)
  const direction = directionAt(valley, along)
  const away = -(at[0] - axis[0]) * Math.sin(direction) + (at[1] - axis[1]) * Math.cos(direction)
  return clamp((0.5 * away) / wavelength, -0.8, 0.8)
}

/** How far down the valley a point is; never backwards, so that tight bends do not confuse it. */
function advance(valley: readonly Point[], at: Point, along: number): number {
  const ahead = section(valley, along, along + 0.4)
  return along + nearestKm(ahead, at)
}

/** Rounds the corner where a line was led to its end. */
function smooth(line: readonly Point[], stretch: number): Point[] {
  const total = lengthOf(line)
  const turn = Math.max(0, total - 2 * stretch)
  const last = spline(
    [pointAlong(line, turn), pointAlong(line, total - 0.8 * stretch), line.at(-1) as Point],
    STEP,
  )
  return [...section(line, 0, turn), ...last.slice(1)]
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value))
}
