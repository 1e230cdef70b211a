import { HOUR, MINUTE } from '../environment/calendar.ts'

export interface Sample {
  /** Epoch ms. */
  time: number
  /** ms since the sample before: what a rain gauge has gathered. */
  interval: number
}

export interface Sampling {
  /** ms between samples of the present. */
  interval: number
  /** ms by which a device's samples are off the common beat, below `interval`. */
  offset: number
}

/** What is older than this is sampled more coarsely: age in ms and step in ms. */
const RESOLUTIONS = [
  { age: HOUR, step: 10 * MINUTE },
  { age: 10 * MINUTE, step: MINUTE },
] as const

/**
 * When a device that last reported for `after` has measured until `now`: every ten minutes in what lies more
 * than an hour back, every minute up to ten minutes ago, then at its own interval. Times fall on fixed beats, so
 * asking again gives the same ones. At most `limit`, oldest first; each lies within (after, now].
 */
export function sampleTimes(
  after: number,
  now: number,
  { interval, offset }: Sampling,
  limit: number,
): Sample[] {
  const samples: Sample[] = []
  let last = after
  const addBeat = (until: number, step: number, phase: number) => {
    for (let time = nextBeat(last, step, phase); time <= until && samples.length < limit; time += step) {
      samples.push({ time, interval: Math.min(step, time - last) })
      last = time
    }
  }
  for (const { age, step } of RESOLUTIONS) if (step > interval) addBeat(now - age, step, 0)
  addBeat(now, interval, offset)
  return samples
}

/** The first instant after another that is `phase` beyond a multiple of `step`. */
function nextBeat(after: number, step: number, phase: number): number {
  return (Math.floor((after - phase) / step) + 1) * step + phase
}
