import { type RuleDefinition, ruleDefinition } from '@osprey/core/api/rules'

/** The rules that `detection.ts` replays, each with the ground its numbers stand on. */

export const VARIABLES = ['Level', 'Cond', 'Tur'] as const
export type Variable = (typeof VARIABLES)[number]

export interface DetectionRule {
  id: string
  /** Types of anomaly it is made to find. */
  types: string[]
  variables: Variable[]
  why: string
  definition: RuleDefinition
}

const HOUR = 3600
const DAY = 24 * HOUR

function rule(
  id: string,
  types: string[],
  variables: Variable[],
  why: string,
  trigger: object,
): DetectionRule {
  const definition = ruleDefinition.parse({
    name: id,
    severity: 'minor',
    trigger,
    scope: { media: ['surface-water'] },
  })
  return { id, types, variables, why, definition }
}

const when = (condition: object, times: object = {}) => ({
  kind: 'condition',
  condition,
  gapSeconds: 6 * HOUR,
  ...times,
})
const all = (...conditions: object[]) => ({ kind: 'all', conditions })
const measure = (statistic: string, property: string, windowSeconds: number, more: object = {}) => ({
  statistic,
  property,
  windowSeconds,
  ...more,
})
const latest = (property: string) => measure('last', property, 4 * HOUR)
/** The middle value of a day: one odd reading does not move it. */
const middle = (property: string) =>
  measure('percentile', property, DAY, { percentile: 50, slotSeconds: 2 * HOUR, minimumCoverage: 0.25 })
/** The mean of so many days. */
const usual = (property: string, days: number, minimumCoverage: number) =>
  measure('mean', property, days * DAY, { slotSeconds: 4 * HOUR, minimumCoverage })
const number = (of: object, operator: string, value: number) => ({
  kind: 'comparison',
  measure: of,
  operator,
  threshold: { kind: 'number', value },
})
const versus = (
  of: object,
  operator: string,
  other: object,
  factor: number,
  offset = 0,
  clear: { factor: number; offset: number } | null = null,
) => ({
  kind: 'comparison',
  measure: of,
  operator,
  threshold: { kind: 'measure', measure: other, factor, offset },
  clear: clear && { kind: 'measure', measure: other, ...clear },
})

export const DETECTION_RULES: readonly DetectionRule[] = [
  rule(
    'level-impossible',
    ['F', 'G'],
    ['Level'],
    'The gauge stands on the bed of the creek: a level below zero is no level.',
    when(number(latest('water_level'), 'lt', 0)),
  ),
  rule(
    'conductivity-impossible',
    ['A', 'F', 'G'],
    ['Cond'],
    'Rain water has 10 µS/cm and more; less is a sonde in the air.',
    when(number(latest('conductivity'), 'lt', 10)),
  ),
  rule(
    'conductivity-drop',
    ['A', 'J'],
    ['Cond'],
    'Like the rule of the library, with the middle value of the day for the mean of the week: below a fifth of it, while rain dilutes by half.',
    when(versus(latest('conductivity'), 'lt', middle('conductivity'), 0.2)),
  ),
  rule(
    'turbidity-spike-up',
    ['A', 'I', 'J'],
    ['Tur'],
    'A reading three times as high as the one after it and as the middle value of the day, by 20 NTU more: floods rise fast but fall slowly. Seen with the reading after.',
    when(
      all(
        versus(measure('max', 'turbidity', 4 * HOUR), 'gt', latest('turbidity'), 3, 20),
        versus(measure('max', 'turbidity', 4 * HOUR), 'gt', middle('turbidity'), 3, 20),
      ),
    ),
  ),
  rule(
    'turbidity-spike-down',
    ['A', 'J'],
    ['Tur'],
    'A reading of less than a fifth of the one after it and of the middle value of the day: water does not clear up for two hours.',
    when(
      all(
        versus(latest('turbidity'), 'gt', measure('min', 'turbidity', 4 * HOUR), 5),
        versus(middle('turbidity'), 'gt', measure('min', 'turbidity', 4 * HOUR), 5),
      ),
    ),
  ),
  rule(
    'turbidity-noise',
    ['E', 'L'],
    ['Tur'],
    'Turbidity goes up and down by a quarter and more of its mean for half a day while the water stands still: the level varies by less than a centimetre in a day. A fouled lens, not a flood.',
    when(
      all(
        versus(
          measure('stddev', 'turbidity', DAY, { minimumCoverage: 0.1 }),
          'gt',
          measure('mean', 'turbidity', DAY, { minimumCoverage: 0.1 }),
          0.25,
          0.5,
        ),
        number(measure('stddev', 'water_level', DAY, { minimumCoverage: 0.1 }), 'lt', 0.01),
      ),
      { holdSeconds: 12 * HOUR, clearSeconds: DAY },
    ),
  ),
  rule(
    'turbidity-shift',
    ['D'],
    ['Tur'],
    'The mean of six hours is half or double the middle value of the day while the level varies by less than a centimetre: no flood that would explain it.',
    when(
      {
        kind: 'all',
        conditions: [
          number(measure('stddev', 'water_level', DAY, { minimumCoverage: 0.1 }), 'lt', 0.01),
          {
            kind: 'any',
            conditions: [
              versus(measure('mean', 'turbidity', 6 * HOUR), 'lt', middle('turbidity'), 0.5),
              versus(measure('mean', 'turbidity', 6 * HOUR), 'gt', middle('turbidity'), 2),
            ],
          },
        ],
      },
      { clearSeconds: 6 * HOUR },
    ),
  ),
  rule(
    'conductivity-jump',
    ['D'],
    ['Cond'],
    'Like the rule of the library: the newest is 1.3 times the means of the day and of the week and 20 µS/cm more. A discharge or a shift of the sensor; rain lowers it.',
    when(
      all(
        versus(latest('conductivity'), 'gt', usual('conductivity', 7, 0.25), 1.3, 20, {
          factor: 1.15,
          offset: 10,
        }),
        versus(latest('conductivity'), 'gt', usual('conductivity', 1, 0.5), 1.3, 20, {
          factor: 0.8,
          offset: 0,
        }),
      ),
      { clearSeconds: 6 * HOUR },
    ),
  ),
  ...(['Cond', 'Tur'] as const).map((variable) => {
    const property = { Cond: 'conductivity', Tur: 'turbidity' }[variable]
    return rule(
      `${property}-stuck`,
      ['B'],
      [variable],
      'Not the least change over a day of at least six readings.',
      when(
        all(
          number(measure('stddev', property, DAY, { minimumCoverage: 0.05 }), 'le', 0),
          number(measure('count', property, DAY), 'ge', 6),
        ),
      ),
    )
  }),
  rule(
    'silence',
    ['K'],
    ['Level', 'Cond', 'Tur'],
    'The sonde reports every 90 minutes, and at night and in the dry season every 180: four hours are one reading missed.',
    { kind: 'no_data', per: 'station', graceSeconds: 4 * HOUR },
  ),
]
