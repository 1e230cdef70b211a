/** Counts latencies in buckets of at most 1.6 % width (log-linear, as HdrHistogram does), in constant memory. */

const SUB_BUCKETS = 128
const SUB_BUCKET_BITS = 7
/** Above 2^31 µs (36 min) everything falls into the last bucket; the maximum is kept apart. */
const LARGEST = 2 ** 31 - 1
const BUCKETS = SUB_BUCKETS + ((31 - SUB_BUCKET_BITS) * SUB_BUCKETS) / 2

export interface LatencySummary {
  count: number
  mean: number
  p50: number
  p90: number
  p99: number
  p999: number
  max: number
}

export class LatencyHistogram {
  private readonly counts = new Uint32Array(BUCKETS)
  private count = 0
  private total = 0
  private maximum = 0

  /** Adds one latency in milliseconds. Negative ones (a clock set back) count as 0. */
  record(milliseconds: number): void {
    const micros = milliseconds > 0 ? Math.round(milliseconds * 1000) : 0
    this.count++
    this.total += milliseconds
    if (milliseconds > this.maximum) this.maximum = milliseconds
    const bucket = bucketOf(micros)
    this.counts[bucket] = (this.counts[bucket] as number) + 1
  }

  /** The latency in milliseconds that `share` (0 to 1) of all recorded ones do not exceed; 0 when empty. */
  percentile(share: number): number {
    const rank = Math.ceil(share * this.count)
    let seen = 0
    for (let bucket = 0; bucket < this.counts.length; bucket++) {
      seen += this.counts[bucket] as number
      if (seen >= rank && seen > 0) return Math.min(upperBound(bucket) / 1000, this.maximum)
    }
    return this.maximum
  }

  /** All figures in milliseconds, rounded to microseconds. */
  summary(): LatencySummary {
    return {
      count: this.count,
      mean: round(this.count === 0 ? 0 : this.total / this.count),
      p50: round(this.percentile(0.5)),
      p90: round(this.percentile(0.9)),
      p99: round(this.percentile(0.99)),
      p999: round(this.percentile(0.999)),
      max: round(this.maximum),
    }
  }
}

function bucketOf(micros: number): number {
  if (micros < SUB_BUCKETS) return micros
  const value = Math.min(micros, LARGEST)
  const exponent = 31 - Math.clz32(value) - (SUB_BUCKET_BITS - 1)
  return exponent * (SUB_BUCKETS / 2) + (value >> exponent)
}

function upperBound(bucket: number): number {
  if (bucket < SUB_BUCKETS) return bucket
  const exponent = Math.floor(bucket / (SUB_BUCKETS / 2)) - 1
  const within = bucket - exponent * (SUB_BUCKETS / 2)
  return (within + 1) * 2 ** exponent - 1
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000
}
