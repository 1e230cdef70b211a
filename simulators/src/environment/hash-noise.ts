/**
 * Noise that is a pure function of (seed, stream, position): any instant can be computed on its own, in any
 * order, and comes out the same. Streams are small integers; `streamOf` makes one from a name.
 */

// Bound once: millions of look-ups of a global are what a hot loop can do without.
const { ceil, exp, floor, imul, log, sqrt } = Math

const streams = new Map<string, number>()
const MAX_STREAMS = 20_000

/** A stream for a name (FNV-1a, 32 bit). */
export function streamOf(name: string): number {
  const known = streams.get(name)
  if (known !== undefined) return known
  if (streams.size >= MAX_STREAMS) streams.clear()
  let hash = 0x811c9dc5
  for (let index = 0; index < name.length; index++) {
    hash = imul(hash ^ name.charCodeAt(index), 0x01000193)
  }
  streams.set(name, hash)
  return hash
}

/** Uniform in (0, 1), never an end. `index` may be any integer below 2^53. */
export function uniform(seed: number, stream: number, index: number): number {
  const low = index | 0
  const high = floor(index / 4_294_967_296) | 0
  let hash = mix(seed ^ 0x9e3779b9)
  hash = mix(hash ^ stream)
  hash = mix(hash ^ low)
  hash = mix(hash ^ high)
  return ((hash >>> 0) + 0.5) / 4_294_967_296
}

/** Standard normal, by Acklam's approximation of the inverse distribution (relative error below 1.2e-9). */
export function gaussian(seed: number, stream: number, index: number): number {
  return inverseNormal(uniform(seed, stream, index))
}

/** How slowly a process changes: values `memory` apart correlate by 1/e; drawn anew every `step`. */
export interface Persistence {
  step: number
  memory: number
}

/**
 * A first-order autoregressive process with mean 0 and variance 1 at a lattice point, time being index × step.
 * It is summed from its innovations, so no state is kept.
 */
export function autoregressiveAt(
  seed: number,
  stream: number,
  index: number,
  { step, memory }: Persistence,
): number {
  const phi = exp(-step / memory)
  // What lies further back than 5 memories weighs less than 1 %.
  const terms = ceil((5 * memory) / step)
  let weight = sqrt(1 - phi * phi)
  let sum = 0
  for (let back = 0; back < terms; back++) {
    sum += weight * gaussian(seed, stream, index - back)
    weight *= phi
  }
  return sum
}

/** The same process at any time: straight lines between lattice points. */
export function autoregressive(seed: number, stream: number, time: number, persistence: Persistence): number {
  const position = time / persistence.step
  const index = floor(position)
  const here = autoregressiveAt(seed, stream, index, persistence)
  const next = autoregressiveAt(seed, stream, index + 1, persistence)
  return here + (position - index) * (next - here)
}

/** Finalizer of MurmurHash3. */
function mix(hash: number): number {
  hash = imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}

const A = [
  -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716,
  2.506628277459239,
]
const B = [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572]
const C = [
  -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
  2.938163982698783,
]
const D = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416]
const TAIL = 0.02425

function inverseNormal(probability: number): number {
  if (probability > 1 - TAIL) return -inverseNormal(1 - probability)
  if (probability < TAIL) {
    const q = sqrt(-2 * log(probability))
    return polynomial(C, q) / (polynomial(D, q) * q + 1)
  }
  const q = probability - 0.5
  const r = q * q
  return (polynomial(A, r) * q) / (polynomial(B, r) * r + 1)
}

/** Highest power first. */
function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0
  for (const coefficient of coefficients) sum = sum * x + coefficient
  return sum
}
