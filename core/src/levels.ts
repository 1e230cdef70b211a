import type { Medium } from './properties.ts'

/** How a standard grades the values of one property: level 0 is best, 5 worst. */
export interface LevelScale {
  readonly standard: string
  readonly clause: string
  readonly averaging: { readonly en: string; readonly zh: string }
  /** UCUM code of the bounds: the unit of the property. */
  readonly unit: string
  /** The scale applies to readings of stations of these media only. */
  readonly media: readonly Medium[]
  /**
   * `up`: higher is worse, bounds ascend, value ≤ bounds[i] is level i, above the last is level n.
   * `down`: lower is worse, bounds descend, value ≥ bounds[i] is level i, below the last is level n.
   * `band`: bounds are [low, high]; inside, ends included, is level 0, outside is level 5.
   */
  readonly direction: 'up' | 'down' | 'band'
  readonly bounds: readonly number[]
  /** The legal limit is exceeded from this level on. */
  readonly exceedsFrom: number
  /** Values are rounded half to even to so many decimals first (GB/T 8170), where the standard says so. */
  readonly decimals?: number
}

const HOUR = { en: '1-hour mean', zh: '1 小时平均' }
/** Real-time reports judge the 1-hour mean of particulates by the 24-hour columns (HJ 633-2026). */
const HOUR_BY_DAILY = { en: '1-hour mean, by the 24-hour columns', zh: '1 小时平均（采用 24 小时浓度限值）' }
const INSTANT = { en: 'single sample', zh: '瞬时值' }

/**
 * Levels 0–5 are the six categories of the index: IAQI to 50, 100, 150, 200, 300 and above.
 * Above IAQI 100 the class II limit of GB 3095-2026 (2026-03-01 to 2030-12-31) is exceeded.
 */
function air(
  bounds: number[],
  averaging: LevelScale['averaging'],
  unit: string,
  decimals: number,
): LevelScale {
  return {
    standard: 'HJ 633-2026',
    clause: 'Table 1',
    averaging,
    unit,
    media: ['air'],
    direction: 'up',
    bounds,
    exceedsFrom: 2,
    decimals,
  }
}

/**
 * Levels 0–4 are classes I–V of Table 1, 5 is worse than class V. The limit is that of class III, the last
 * that may serve as a source of drinking water (clause 3).
 */
function water(bounds: number[], unit: string, direction: LevelScale['direction'] = 'up'): LevelScale {
  return {
    standard: 'GB 3838-2002',
    clause: 'Table 1',
    averaging: INSTANT,
    unit,
    media: ['surface-water'],
    direction,
    bounds,
    exceedsFrom: 3,
  }
}

export const LEVEL_SCALES: Readonly<Record<string, LevelScale>> = {
  pm25: air([35, 60, 115, 150, 250], HOUR_BY_DAILY, 'ug/m3', 0),
  pm10: air([50, 120, 250, 350, 420], HOUR_BY_DAILY, 'ug/m3', 0),
  // Above 800 µg/m³ the 1-hour value counts as IAQI 200, so levels end at 3.
  so2: air([150, 500, 650], HOUR, 'ug/m3', 0),
  no2: air([100, 200, 700, 1200, 2340], HOUR, 'ug/m3', 0),
  co: air([5, 10, 35, 60, 90], HOUR, 'mg/m3', 1),
  o3: air([160, 200, 300, 400, 800], HOUR, 'ug/m3', 0),
  ph: water([6, 9], '[pH]', 'band'),
  dissolved_oxygen: water([7.5, 6, 5, 3, 2], 'mg/L', 'down'),
  codmn: water([2, 4, 6, 10, 15], 'mg/L'),
  cod: water([15, 15, 20, 30, 40], 'mg/L'),
  bod5: water([3, 3, 4, 6, 10], 'mg/L'),
  ammonia_nitrogen: water([0.15, 0.5, 1, 1.5, 2], 'mg/L'),
  // Rivers; lakes have tighter values. Total nitrogen is limited in lakes only, so it has no scale here.
  total_phosphorus: water([0.02, 0.1, 0.2, 0.3, 0.4], 'mg/L'),
  // Day limits (06–22 h) of classes 0, 1, 2, 3 and 4; the limit judged by is that of class 2.
  laeq: {
    standard: 'GB 3096-2008',
    clause: 'Table 1',
    averaging: { en: 'LAeq, class 2 by day (06–22 h)', zh: '等效声级，2 类区昼间（6–22 时）' },
    unit: 'dB[SPL]',
    media: ['noise'],
    direction: 'up',
    bounds: [50, 55, 60, 65, 70],
    exceedsFrom: 3,
  },
}

/** The scale of a property, whose id may be one that every object has a member of, such as `constructor`. */
export function scaleOf(propertyId: string): LevelScale | undefined {
  return Object.hasOwn(LEVEL_SCALES, propertyId) ? LEVEL_SCALES[propertyId] : undefined
}

/**
 * The level of a value in the unit of its property, 0 best to 5 worst; null when the property has no scale,
 * when its scale is not made for the station's medium, or when there is no number.
 */
export function levelOf(propertyId: string, value: number, medium?: Medium): number | null {
  const scale = scaleOf(propertyId)
  if (scale === undefined || !Number.isFinite(value)) return null
  if (medium !== undefined && !scale.media.includes(medium)) return null
  const { bounds, direction } = scale
  const judged = scale.decimals === undefined ? value : roundHalfToEven(value, scale.decimals)
  if (direction === 'band') return judged >= (bounds[0] as number) && judged <= (bounds[1] as number) ? 0 : 5
  let level = 0
  while (level < bounds.length && beyond(judged, bounds[level] as number, direction)) level++
  return level
}

/** Does the value exceed the limit of its property's scale? False when there is no scale for it. */
export function exceeds(propertyId: string, value: number, medium?: Medium): boolean {
  const level = levelOf(propertyId, value, medium)
  return level !== null && level >= (LEVEL_SCALES[propertyId] as LevelScale).exceedsFrom
}

/** Rounds half to even (GB/T 8170-2008 clause 3.2). Decimal halves a double cannot hold exactly count as halves. */
export function roundHalfToEven(value: number, decimals: number): number {
  const scale = 10 ** decimals
  const scaled = value * scale
  const below = Math.floor(scaled)
  const rest = scaled - below
  if (Math.abs(rest - 0.5) > 1e-9) return Math.round(scaled) / scale
  return (below % 2 === 0 ? below : below + 1) / scale
}

function beyond(value: number, bound: number, direction: 'up' | 'down'): boolean {
  return direction === 'up' ? value > bound : value < bound
}
