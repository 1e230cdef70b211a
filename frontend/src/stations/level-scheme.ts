import type { PropertyView } from '@osprey/core/api'

export type LevelScale = NonNullable<PropertyView['levels']>

export const LEVELS = [0, 1, 2, 3, 4, 5] as const
export type Level = (typeof LEVELS)[number]

/** Which words name the levels: those of the standard the scale comes from, else plain numbers. */
export type LevelScheme = 'air' | 'water' | 'plain'

export function levelScheme(scale: Pick<LevelScale, 'standard'> | null | undefined): LevelScheme {
  if (scale?.standard.startsWith('HJ 633')) return 'air'
  if (scale?.standard.startsWith('GB 3838')) return 'water'
  return 'plain'
}

/** One line of the legend: the range of values of a level, either end open. */
export interface LevelRange {
  level: Level
  low: number | null
  high: number | null
}

/**
 * The ranges of a scale, best first. Levels whose range is empty (two classes of the standard with the same limit) and
 * levels the scale does not reach are left out. The band's outside has both ends null.
 */
export function levelRanges(scale: Pick<LevelScale, 'bounds' | 'direction'>): LevelRange[] {
  const { bounds } = scale
  if (scale.direction === 'band') {
    return [
      { level: 0, low: bounds[0] ?? null, high: bounds[1] ?? null },
      { level: 5, low: null, high: null },
    ]
  }
  const ranges: LevelRange[] = []
  for (let level = 0; level <= bounds.length && level < LEVELS.length; level++) {
    const near = level === 0 ? null : (bounds[level - 1] as number)
    const far = bounds[level] ?? null
    if (near !== null && near === far) continue
    const [low, high] = scale.direction === 'up' ? [near, far] : [far, near]
    ranges.push({ level: level as Level, low, high })
  }
  return ranges
}

/** Where the legal limit lies on the value axis, for drawing; a band has two. */
export function limitsOf(scale: LevelScale): number[] {
  if (scale.direction === 'band') return [...scale.bounds]
  const limit = scale.bounds[scale.exceedsFrom - 1]
  return limit === undefined ? [] : [limit]
}

/** A range as text; empty for the outside of a band. Lower is worse when the direction is down. */
export function rangeText(
  { low, high }: LevelRange,
  direction: LevelScale['direction'],
  write: (value: number) => string,
): string {
  if (low !== null && high !== null) return `${write(low)} – ${write(high)}`
  const down = direction === 'down'
  if (high !== null) return `${down ? '<' : '≤'} ${write(high)}`
  return low === null ? '' : `${down ? '≥' : '>'} ${write(low)}`
}
