import { describe, expect, test } from '@jest/globals'
import type { RuleDefinition } from '../api/rules.ts'
import { compare, EPOCH, type Happening, instanceOf, OTHER, rule, run, STATION } from './timeline.fixture.ts'
import type { Transition } from './types.ts'

type Timeline = [name: string, definition: RuleDefinition, happenings: Happening[], expected: string[]]

const above10 = compare('gt', 10)

function timelines(title: string, table: Timeline[]): void {
  describe(title, () => {
    test.each(table)('%s', (_, definition, happenings, expected) => {
      expect(run(definition, happenings)).toEqual(expected)
    })
  })
}

timelines('firing', [
  [
    'without a hold time at once',
    rule(above10),
    [
      [0, 9],
      [60, 11],
    ],
    ['fired 60 since 60 minor 11'],
  ],
  ['equal to the threshold is not above it', rule(above10), [[0, 10]], []],
  [
    'only when it has held for the hold time',
    rule(above10, { holdSeconds: 120 }),
    [
      [0, 11],
      [60, 11],
      [119, 11],
      [120, 12],
    ],
    ['fired 120 since 0 minor 12'],
  ],
  [
    'a moment below begins the hold time anew',
    rule(above10, { holdSeconds: 120 }),
    [
      [0, 11],
      [60, 9],
      [120, 11],
      [180, 11],
      [240, 11],
    ],
    ['fired 240 since 120 minor 11'],
  ],
  [
    'one alert at a time',
    rule(above10),
    [
      [0, 11],
      [60, 12],
      [120, 13],
    ],
    ['fired 0 since 0 minor 11'],
  ],
  [
    'a resolved alert stays resolved; a new one fires',
    rule(above10),
    [
      [0, 11],
      [60, 9],
      [120, 11],
    ],
    ['fired 0 since 0 minor 11', 'resolved 60 peak 11 at 0', 'fired 120 since 120 minor 11'],
  ],
  [
    'flags that do not count change nothing',
    rule(above10),
    [
      [0, 11, { quality: 4 }],
      [60, 12, { quality: 9 }],
      [120, 13, { quality: 3 }],
      [180, 5, { quality: 4 }],
    ],
    ['fired 120 since 120 minor 13'],
  ],
  [
    'flags that are chosen count',
    rule(above10, {}, { qualityFlags: [4] }),
    [
      [0, 11, { quality: 1 }],
      [60, 12, { quality: 4 }],
    ],
    ['fired 60 since 60 minor 12'],
  ],
])

timelines('resolving', [
  [
    'by the clear threshold; in between it stays',
    rule(compare('gt', 10, {}, { clear: { kind: 'number', value: 8 } })),
    [
      [0, 11],
      [60, 9],
      [120, 8.5],
      [180, 8],
    ],
    ['fired 0 since 0 minor 11', 'resolved 180 peak 11 at 0'],
  ],
  [
    'between the thresholds nothing new fires',
    rule(compare('gt', 10, {}, { clear: { kind: 'number', value: 8 } })),
    [
      [0, 9],
      [60, 11],
      [120, 7],
      [180, 9],
    ],
    ['fired 60 since 60 minor 11', 'resolved 120 peak 11 at 60'],
  ],
  [
    'after the clear time, which a relapse begins anew',
    rule(above10, { clearSeconds: 120 }),
    [
      [0, 11],
      [60, 9],
      [120, 11],
      [180, 9],
      [240, 9],
      [300, 9],
    ],
    ['fired 0 since 0 minor 11', 'resolved 300 peak 11 at 0'],
  ],
  [
    'not before its shortest life',
    rule(above10, { keepFiringSeconds: 300 }),
    [
      [0, 11],
      [60, 9],
      [240, 9],
      [299, 9],
      [300, 9],
    ],
    ['fired 0 since 0 minor 11', 'resolved 300 peak 11 at 0'],
  ],
  [
    'a data gap never resolves; too long a gap begins the clear time anew',
    rule(above10, { clearSeconds: 600, gapSeconds: 900 }),
    [[0, 11], [60, 9], { advance: 90_000 }, [100_000, 9], [100_300, 9], [100_600, 9]],
    ['fired 0 since 0 minor 11', 'resolved 100600 peak 11 at 0'],
  ],
  [
    'by hand: what still holds is a new alert',
    rule(above10, { holdSeconds: 60 }),
    [[0, 11], [60, 12], { resolve: true }, [120, 12], [180, 12]],
    ['fired 60 since 0 minor 12', 'fired 180 since 120 minor 12'],
  ],
])

timelines('gaps and unknown', [
  [
    'a gap restarts the hold time',
    rule(above10, { holdSeconds: 600, gapSeconds: 300 }),
    [
      [0, 11],
      [301, 11],
      [601, 11],
      [901, 11],
    ],
    ['fired 901 since 301 minor 11'],
  ],
  [
    'one that is not longer than allowed does not',
    rule(above10, { holdSeconds: 600, gapSeconds: 300 }),
    [
      [0, 11],
      [300, 11],
      [600, 11],
    ],
    ['fired 600 since 0 minor 11'],
  ],
  [
    'a value that is too old is not known',
    rule({
      kind: 'all',
      conditions: [
        compare('gt', 10, { windowSeconds: 60 }),
        compare('gt', 0, { property: 'pm10', windowSeconds: 60 }),
      ],
    }),
    [
      [0, 11],
      [61, 1, { input: 1 }],
      [100, 11],
    ],
    ['fired 100 since 100 minor 11'],
  ],
  [
    'false decides `all` whatever is not known',
    rule({
      kind: 'not',
      condition: { kind: 'all', conditions: [compare('gt', 10), compare('gt', 0, { property: 'pm10' })] },
    }),
    [
      [0, 11],
      [60, 5],
    ],
    ['fired 60 since 60 minor 5'],
  ],
  [
    'true decides `any` whatever is not known',
    rule({ kind: 'any', conditions: [compare('gt', 0, { property: 'pm10' }), compare('gt', 10, {})] }),
    [
      [0, 9, { input: 1 }],
      [60, 11, { input: 1 }],
    ],
    ['fired 60 since 60 minor null'],
  ],
  [
    'unknown is not negated into true',
    rule({ kind: 'not', condition: compare('gt', 10, { property: 'pm10' }) }),
    [[0, 11]],
    [],
  ],
])

const HOUR = 3600
timelines('slow stations', [
  [
    'a reading every two hours, whatever gap is set: two intervals tell that it is usual',
    rule(above10, { holdSeconds: 600, clearSeconds: 600, gapSeconds: 3600 }),
    [
      [0, 11],
      [2 * HOUR, 11],
      [4 * HOUR, 12],
      [6 * HOUR, 9],
      [8 * HOUR, 9],
    ],
    ['fired 14400 since 7200 minor 12', 'resolved 28800 peak 12 at 14400'],
  ],
  [
    'an hour that is a few seconds longer',
    rule(above10, { clearSeconds: 3600, gapSeconds: 3600 }),
    [
      [0, 9],
      [3602, 11],
      [7201, 9],
      [10_803, 9],
      [14_404, 9],
    ],
    ['fired 3602 since 3602 minor 11', 'resolved 10803 peak 11 at 3602'],
  ],
  [
    'one pause does not make a station slow, and breaks the hold time',
    rule(above10, { holdSeconds: 3600, gapSeconds: 600 }),
    [[0, 9], [60, 9], [120, 11], [4000, 11], [4060, 11], [4120, 11], { restart: true }, [8000, 11]],
    [],
  ],
  [
    'what is usual is saved',
    rule(above10, { holdSeconds: 600, gapSeconds: 600 }),
    [[0, 9], [HOUR, 9], [2 * HOUR, 9], { restart: true }, [3 * HOUR, 11], { restart: true }, [4 * HOUR, 11]],
    ['fired 14400 since 10800 minor 11'],
  ],
])

timelines('late, duplicate and out of order', [
  [
    'a late breach does not fire',
    rule(above10),
    [
      [60, 5],
      [0, 11],
      [120, 5],
    ],
    [],
  ],
  [
    'a late good value does not clear',
    rule(above10),
    [
      [60, 11],
      [0, 5],
      [30, 5],
      [120, 11],
    ],
    ['fired 60 since 60 minor 11'],
  ],
  [
    'a duplicate changes nothing',
    rule(above10),
    [
      [0, 5],
      [0, 11],
      [60, 5],
    ],
    [],
  ],
  [
    'of two at one time not yet judged the later wins',
    rule(above10),
    [
      [0, 11, { together: true }],
      [0, 5],
      [60, 5],
    ],
    [],
  ],
  [
    'late values fill the window of the next judgement',
    rule(compare('gt', 10, { statistic: 'max', windowSeconds: 600 })),
    [
      [300, 5],
      [200, 11],
      [360, 5],
    ],
    ['fired 360 since 360 minor 11'],
  ],
  [
    'and the same one twice counts once',
    rule(compare('ge', 3, { statistic: 'count', windowSeconds: 600 })),
    [
      [300, 5],
      [200, 5],
      [200, 5],
      [300, 5],
      [360, 5],
    ],
    ['fired 360 since 360 minor 3'],
  ],
  [
    'too late for the window is ignored',
    rule(compare('gt', 10, { statistic: 'max', windowSeconds: 60 })),
    [
      [300, 5],
      [200, 11],
      [310, 5],
    ],
    [],
  ],
])

timelines('rolling windows', [
  [
    'the mean of what is in the window',
    rule(compare('gt', 10, { statistic: 'mean', windowSeconds: 120 })),
    [
      [0, 20],
      [60, 0],
      [119, 6],
      [122, 30],
    ],
    ['fired 0 since 0 minor 20', 'resolved 60 peak 20 at 0', 'fired 122 since 122 minor 12'],
  ],
  [
    'the mean of equal values is that value',
    rule(compare('gt', 35.1, { statistic: 'mean', windowSeconds: 3600 })),
    Array.from({ length: 100 }, (_, index): Happening => [index * 60, 35.1]),
    [],
  ],
  [
    'the mean of the means of the slots',
    rule(compare('ge', 15, { statistic: 'mean', windowSeconds: 120, slotSeconds: 60, meanOf: 'slots' })),
    [
      [0, 10],
      [10, 10],
      [20, 10],
      [60, 20],
      [119, 30],
      [120, 10],
    ],
    ['fired 120 since 120 minor 17.5'],
  ],
  [
    'the first reading of a slot does not count as much as a whole slot before it',
    rule(compare('gt', 15, { statistic: 'mean', windowSeconds: 120, slotSeconds: 60, meanOf: 'slots' })),
    [
      [0, 10],
      [60, 10],
      [120, 99],
      [121, 10],
      [179, 10],
      [180, 10],
    ],
    ['fired 180 since 180 minor 24.833333333333332'],
  ],
  [
    'below the minimum coverage nothing is known',
    rule(
      compare('gt', 10, { statistic: 'mean', windowSeconds: 240, slotSeconds: 60, minimumCoverage: 0.75 }),
    ),
    [
      [0, 20],
      [60, 20],
      [70, 20],
      [120, 20],
    ],
    ['fired 120 since 120 minor 20'],
  ],
  [
    'sum, kept exact',
    rule(compare('ge', 1, { property: 'rainfall', statistic: 'sum', windowSeconds: 3600 })),
    Array.from({ length: 10 }, (_, index): Happening => [index * 10, 0.1]),
    ['fired 90 since 90 minor 1'],
  ],
  [
    'minimum',
    rule(compare('lt', 3, { statistic: 'min', windowSeconds: 120 })),
    [
      [0, 5],
      [60, 2],
      [100, 9],
      [240, 9],
    ],
    ['fired 60 since 60 minor 2', 'resolved 240 peak 2 at 60'],
  ],
  [
    'change per hour, unknown of a single value',
    rule(compare('ge', 60, { statistic: 'rate', windowSeconds: 600 })),
    [
      [0, 5],
      [60, 5.5],
      [120, 7],
    ],
    ['fired 120 since 120 minor 60'],
  ],
  [
    'sample standard deviation over several slots',
    rule(compare('gt', 1.99, { statistic: 'stddev', windowSeconds: 600 })),
    [
      [0, 2],
      [60, 4],
      [120, 4],
      [180, 4],
      [240, 5],
      [300, 5],
      [360, 7],
      [420, 9],
    ],
    [`fired 420 since 420 minor ${Math.sqrt(32 / 7)}`],
  ],
  [
    'percentile between ranks, only of what is in the window',
    rule(compare('gt', 3.4, { statistic: 'percentile', percentile: 75, windowSeconds: 300 })),
    [
      [0, 100],
      [600, 1],
      [660, 2],
      [720, 3],
      [780, 4],
      [790, 4],
    ],
    ['fired 0 since 0 minor 100', 'resolved 600 peak 100 at 0', 'fired 790 since 790 minor 4'],
  ],
  [
    'a count of none is 0 once the station was seen',
    rule({
      kind: 'all',
      conditions: [
        compare('lt', 1, { property: 'pm10', statistic: 'count', windowSeconds: 120 }),
        compare('gt', 0, {}),
      ],
    }),
    [
      [0, 1, { input: 0 }],
      [10, 1, { input: 1 }],
      [200, 1, { input: 1 }],
    ],
    ['fired 200 since 200 minor 0'],
  ],
])

timelines('aligned windows', [
  [
    'judged at their end, by the next observation',
    rule(compare('gt', 10, { statistic: 'mean', windowSeconds: 3600, aligned: true })),
    [
      [60, 20],
      [3000, 10],
      [3599, 9],
      [3600, 0],
      [7300, 0],
    ],
    ['fired 3600 since 3600 minor 13', 'resolved 7200 peak 13 at 3600'],
  ],
  [
    'or by the clock',
    rule(compare('gt', 10, { statistic: 'mean', windowSeconds: 3600, aligned: true })),
    [[60, 20], { advance: 3599 }, { advance: 3601 }],
    ['fired 3600 since 3600 minor 20'],
  ],
  [
    'held over two of them',
    rule(compare('gt', 10, { statistic: 'mean', windowSeconds: 3600, aligned: true }), { holdSeconds: 3600 }),
    [
      [60, 20],
      [3660, 20],
      [7260, 20],
    ],
    ['fired 7200 since 3600 minor 20'],
  ],
  [
    'a missing window in between breaks the hold time',
    rule(compare('gt', 10, { statistic: 'mean', windowSeconds: 3600, aligned: true }), { holdSeconds: 3600 }),
    [[60, 20], [7260, 20], { advance: 14_400 }],
    [],
  ],
  [
    'without enough data they neither fire nor resolve',
    rule(
      compare('gt', 10, {
        statistic: 'mean',
        windowSeconds: 3600,
        aligned: true,
        slotSeconds: 600,
        minimumCoverage: 0.5,
      }),
    ),
    [[60, 20], [660, 20], [1260, 20], [3660, 1], [7260, 1], [7860, 1], [8460, 1], { advance: 10_800 }],
    ['fired 3600 since 3600 minor 20', 'resolved 10800 peak 20 at 3600'],
  ],
  [
    'the result of the last one stands for one more, then it is not known',
    rule({
      kind: 'all',
      conditions: [
        compare('gt', 10, { statistic: 'mean', windowSeconds: 3600, aligned: true }),
        compare('gt', 0, { property: 'pm10' }),
      ],
    }),
    [
      [60, 20],
      [3700, 0, { input: 1 }],
      [7100, 1, { input: 1 }],
      [7300, 0, { input: 1 }],
      [7400, 1, { input: 1 }],
    ],
    ['fired 7100 since 7100 minor 20', 'resolved 7300 peak 20 at 3600'],
  ],
  [
    'an empty one counts 0, also long after the last observation',
    rule(compare('lt', 1, { statistic: 'count', windowSeconds: 3600, aligned: true }), { holdSeconds: 7200 }),
    [[60, 20], { advance: 40_000 }, [40_500, 1], { advance: 43_200 }],
    ['fired 14400 since 7200 minor 0', 'resolved 43200 peak 0 at 7200'],
  ],
  [
    'a day begins at local midnight',
    rule(compare('gt', 10, { statistic: 'mean', windowSeconds: 86_400, aligned: true })),
    [
      [-60, 5],
      [0, 20],
      [86_399, 20],
      [86_400, 1],
    ],
    ['fired 86400 since 86400 minor 20'],
  ],
  [
    'observations of a window that was judged are left out',
    rule(compare('gt', 10, { statistic: 'mean', windowSeconds: 3600, aligned: true })),
    [[60, 5], [3660, 5], [100, 1000], { advance: 7200 }],
    [],
  ],
])

timelines('severities', [
  [
    'worse ones raise the alert, which never falls',
    rule(
      compare(
        'gt',
        10,
        {},
        {
          levels: [
            { severity: 'severe', threshold: { kind: 'number', value: 20 } },
            { severity: 'extreme', threshold: { kind: 'number', value: 30 } },
          ],
        },
      ),
    ),
    [
      [0, 11],
      [60, 21],
      [120, 11],
      [180, 31],
      [240, 9],
    ],
    [
      'fired 0 since 0 minor 11',
      'raised 60 severe 21',
      'raised 180 extreme 31',
      'resolved 240 peak 31 at 180',
    ],
  ],
  [
    'each has to hold by itself',
    rule(
      compare('gt', 10, {}, { levels: [{ severity: 'severe', threshold: { kind: 'number', value: 20 } }] }),
      { holdSeconds: 120 },
    ),
    [
      [0, 11],
      [60, 21],
      [120, 21],
      [179, 21],
      [180, 21],
    ],
    ['fired 120 since 0 minor 21', 'raised 180 severe 21'],
  ],
  [
    'it fires with the worst that holds',
    rule(
      compare('gt', 10, {}, { levels: [{ severity: 'severe', threshold: { kind: 'number', value: 20 } }] }),
    ),
    [[0, 25]],
    ['fired 0 since 0 severe 25'],
  ],
  [
    'in `all`, comparisons without the severity keep their threshold',
    rule({
      kind: 'all',
      conditions: [
        compare('gt', 10, {}, { levels: [{ severity: 'severe', threshold: { kind: 'number', value: 20 } }] }),
        compare('gt', 0, { property: 'pm10' }),
      ],
    }),
    [
      [0, 1, { input: 1, together: true }],
      [0, 15],
      [60, 25],
    ],
    ['fired 0 since 0 minor 15', 'raised 60 severe 25'],
  ],
  [
    'in `any`, they do not raise what they say nothing about',
    rule({
      kind: 'any',
      conditions: [
        compare('gt', 10, {}, { levels: [{ severity: 'severe', threshold: { kind: 'number', value: 20 } }] }),
        compare('gt', 0, { property: 'pm10' }),
      ],
    }),
    [
      [0, 1, { input: 1 }],
      [60, 15],
      [120, 25],
    ],
    ['fired 0 since 0 minor null', 'raised 120 severe 25'],
  ],
])

const office = [{ days: [1, 2, 3, 4, 5, 6, 7], from: '08:00', to: '18:00' }]
timelines('schedules', [
  [
    'outside nothing new fires',
    rule(above10, {}, { schedule: office }),
    [
      [7 * 3600 + 3599, 11],
      [8 * 3600, 11],
    ],
    ['fired 28800 since 28800 minor 11'],
  ],
  [
    'what fires clears within its hours',
    rule(above10, {}, { schedule: office }),
    [
      [17 * 3600, 11],
      [17.5 * 3600, 9],
    ],
    ['fired 61200 since 61200 minor 11', 'resolved 63000 peak 11 at 61200'],
  ],
  [
    'the first judgement after its hours resolves it, and what is pending is forgotten',
    rule(above10, { holdSeconds: 600, clearSeconds: 3600, keepFiringSeconds: 86_400 }, { schedule: office }),
    [
      [17 * 3600, 11],
      [17.2 * 3600, 12],
      [18 * 3600, 13],
      [31 * 3600, 11],
      [32 * 3600 + 3300, 11],
      [33 * 3600, 11],
      [33 * 3600 + 300, 11],
      [41.9 * 3600, 9],
      [41.99 * 3600, 11],
      [42 * 3600, 11],
    ],
    [
      'fired 61920 since 61200 minor 12',
      'resolved 64800 peak 12 at 61920 hours ended',
      'fired 119100 since 118500 minor 11',
      'resolved 151200 peak 11 at 118500 hours ended',
    ],
  ],
  [
    'what is not known after its hours ends it too',
    rule(above10, {}, { schedule: office }),
    [
      [17 * 3600, 11],
      [18 * 3600, 11],
    ],
    ['fired 61200 since 61200 minor 11', 'resolved 64800 peak 11 at 61200 hours ended'],
  ],
  [
    'it does not live on into the next day',
    rule(above10, {}, { schedule: office }),
    [
      [17.9 * 3600, 11],
      [18 * 3600, 12],
      [20 * 3600, 9],
    ],
    ['fired 64440 since 64440 minor 11', 'resolved 64800 peak 11 at 64440 hours ended'],
  ],
  [
    'time outside does not count as held',
    rule(above10, { holdSeconds: 7200 }, { schedule: office }),
    [
      [7 * 3600, 11],
      [7.5 * 3600, 11],
      [8 * 3600, 11],
      [9 * 3600, 11],
      [10 * 3600, 11],
    ],
    ['fired 36000 since 28800 minor 11'],
  ],
  [
    'a window belongs to the hours in which it lies, not to its end',
    rule(
      compare('gt', 10, { statistic: 'mean', windowSeconds: 3600, aligned: true }),
      {},
      { schedule: [{ days: [1], from: '08:00', to: '09:00' }] },
    ),
    [[7.5 * 3600, 20], [8.5 * 3600, 20], [9.5 * 3600, 20], { advance: 36_000 }],
    ['fired 32400 since 32400 minor 20', 'resolved 36000 peak 20 at 32400 hours ended'],
  ],
])

timelines('other comparisons', [
  [
    'inside a range',
    rule({ ...compare('inside', 0), threshold: { kind: 'range', low: 1, high: 2 } }),
    [
      [0, 0.9],
      [1, 2],
    ],
    ['fired 1 since 1 minor 2'],
  ],
  [
    'outside a range',
    rule({ ...compare('outside', 0), threshold: { kind: 'range', low: 1, high: 2 } }),
    [
      [0, 2],
      [1, 2.1],
      [2, 9],
      [3, 0.5],
      [4, 1],
    ],
    ['fired 1 since 1 minor 2.1', 'resolved 4 peak 9 at 2'],
  ],
  [
    'lower is worse: the peak is the least',
    rule(compare('lt', 5)),
    [
      [0, 4],
      [60, 2],
      [120, 3],
      [180, 6],
    ],
    ['fired 0 since 0 minor 4', 'resolved 180 peak 2 at 60'],
  ],
  [
    'a category',
    rule({
      ...compare('eq', 0, { property: 'run_state' }),
      threshold: { kind: 'category', value: 'maintenance' },
    }),
    [
      [0, 1],
      [60, -1],
      [120, 3],
      [180, 1],
    ],
    ['fired 120 since 120 minor 3', 'resolved 180 peak 3 at 120'],
  ],
  [
    'another property, in another unit',
    rule({
      ...compare('gt', 0, { property: 'pm25' }),
      threshold: {
        kind: 'measure',
        measure: { property: 'co', statistic: 'last', windowSeconds: 600 },
        factor: 0.5,
        offset: 1,
      },
    }),
    [
      [0, 1, { input: 1 }],
      [1, 501],
      [2, 501.1],
    ],
    ['fired 2 since 2 minor 501.1'],
  ],
  [
    'a legal limit, rounded as the standard rounds',
    rule({
      ...compare('exceeds', 0, { statistic: 'mean', windowSeconds: 86_400, aligned: true }),
      threshold: { kind: 'limit', limit: 'GB 3095-2012 / II / PM2.5 / 24h', asOf: '2017-01-01' },
    }),
    [[0, 75.4], [86_400, 75.5], { advance: 172_800 }],
    ['fired 172800 since 172800 minor 75.5'],
  ],
])

const hourly = { statistic: 'mean', windowSeconds: 3600, slotSeconds: 1800, aligned: true }

test('bands of a limit are narrowed from both sides by a factor', () => {
  const ph = (factor: number) => ({ kind: 'limit', limit: 'GB 3838-2002 / III / pH / instant', factor })
  const definition = rule({
    ...compare('exceeds', 0, { property: 'ph' }),
    threshold: ph(1),
    clear: ph(0.9),
  } as never)
  expect(
    run(definition, [
      [0, 6.05],
      [60, 5.9],
      [120, 6.1],
      [180, 6.2],
      [240, 9.1],
      [300, 8.9],
      [360, 8.8],
    ]),
  ).toEqual([
    'fired 60 since 60 minor 5.9',
    'resolved 180 peak 5.9 at 60',
    'fired 240 since 240 minor 9.1',
    'resolved 360 peak 9.1 at 240',
  ])
})

test('a clear threshold on the wrong side clears nothing while the condition holds', () => {
  const sound = rule(above10)
  if (sound.trigger.kind !== 'condition' || sound.trigger.condition.kind !== 'comparison') throw new Error()
  // Limits of two names cannot be compared when a rule is written, so such a definition can come.
  const condition = { ...sound.trigger.condition, clear: { kind: 'number' as const, value: 80 } }
  const definition = { ...sound, trigger: { ...sound.trigger, condition } }
  expect(
    run(definition, [
      [0, 70],
      [60, 70],
      [120, 9],
    ]),
  ).toEqual(['fired 0 since 0 minor 70', 'resolved 120 peak 70 at 0'])
})

timelines('a clock that was set back', [
  [
    'the windows it ran past are judged when they really end',
    rule(compare('gt', 10, hourly)),
    [[0, 9], [1800, 9], { advance: 90_000 }, { rewind: 3700 }, [4000, 11], [5400, 12], { advance: 7200 }],
    ['fired 7200 since 7200 minor 11.5'],
  ],
  [
    'a window that runs on keeps what it has',
    rule(compare('gt', 9, hourly)),
    [[0, 20], [1900, 9], { rewind: 1000 }, [1800, 1], { restart: true }, { advance: 3600 }],
    ['fired 3600 since 3600 minor 10'],
  ],
  [
    'an observation of the time that never was is forgotten',
    rule(above10),
    [[0, 9], [86_400, 9], { rewind: 60 }, [60, 11], [120, 9]],
    ['fired 60 since 60 minor 11', 'resolved 120 peak 11 at 60'],
  ],
  [
    'a rolling window forgets what is later',
    rule(compare('gt', 10, { statistic: 'mean', windowSeconds: 600, slotSeconds: 60 })),
    [[0, 9], [60, 9], [180, 1000, { quality: 4 }], [300, 9], { rewind: 120 }, [120, 21]],
    ['fired 120 since 120 minor 13'],
  ],
  [
    'so does a percentile',
    rule(
      compare('gt', 10, { statistic: 'percentile', percentile: 100, windowSeconds: 600, slotSeconds: 60 }),
    ),
    [[0, 9], [300, 9.5], { rewind: 120 }, [120, 11], { rewind: 60 }, [61, 9]],
    ['fired 120 since 120 minor 11', 'resolved 61 peak 11 at 120'],
  ],
  [
    'an alert stays open and its clear time begins then',
    rule(above10, { clearSeconds: 60 }),
    [[0, 9], [86_400, 11], [86_430, 9], { rewind: 60 }, [60, 9], [119, 9], [120, 9]],
    ['fired 86400 since 86400 minor 11', 'resolved 120 peak 11 at 86400'],
  ],
])

describe('pairs', () => {
  const definition = rule(
    {
      ...compare('gt', 0),
      threshold: {
        kind: 'measure',
        measure: { of: 'other', property: 'pm25', statistic: 'last', windowSeconds: 600 },
        offset: 5,
      },
    },
    {},
    { pairs: [{ station: STATION.id, other: OTHER.id }] },
  )

  test('compare two stations', () => {
    expect(instanceOf(definition).inputs).toEqual([
      { of: 'station', property: 'pm25' },
      { of: 'other', property: 'pm25' },
    ])
    const told = run(definition, [
      [0, 10],
      [1, 4, { input: 1 }],
      [2, 8],
      [3, 4, { input: 1 }],
    ])
    expect(told).toEqual(['fired 1 since 1 minor 10', 'resolved 2 peak 10 at 0'])
  })

  test('the evidence names both', () => {
    const instance = instanceOf(definition)
    let fired: Transition | undefined
    const emit = (transition: Transition) => {
      fired = transition
    }
    instance.observe(1, EPOCH, 4, 1, emit)
    instance.observe(0, EPOCH, 10, 3, emit)
    instance.settle(emit)
    expect(fired).toMatchObject({
      kind: 'fired',
      unit: 'ug/m3',
      evidence: {
        items: [
          {
            station: 'one',
            property: 'pm25',
            value: 10,
            threshold: 9,
            operator: 'gt',
            holds: true,
            coverage: null,
            count: 1,
          },
        ],
        readings: [
          { station: 'one', value: 10, quality: 3, time: new Date(EPOCH).toISOString() },
          { station: 'two', value: 4, quality: 1, time: new Date(EPOCH).toISOString() },
        ],
      },
    })
  })
})
