import { type Limit, type LimitParameter, tabulate } from './limit.ts'

/** Surface water quality in China. Lakes and reservoirs have their own phosphorus, and nitrogen at all. */

const milligram = (
  parameter: string,
  property: string,
  direction: LimitParameter['direction'] = 'up',
): LimitParameter => ({ parameter, property, unit: 'mg/L', decimals: null, direction })

const PH: LimitParameter = {
  parameter: 'pH',
  property: 'ph',
  unit: '[pH]',
  decimals: null,
  direction: 'band',
}

export const GB_3838_2002: readonly Limit[] = tabulate(
  {
    standard: 'GB 3838-2002',
    clause: 'Table 1',
    classOf: 'station',
    source: 'GB 3838-2002 地表水环境质量标准 (Environmental quality standards for surface water)',
  },
  { from: '2002-06-01', to: null },
  ['I', 'II', 'III', 'IV', 'V'],
  [
    {
      of: PH,
      averaging: 'instant',
      values: [
        [6, 9],
        [6, 9],
        [6, 9],
        [6, 9],
        [6, 9],
      ],
    },
    {
      of: milligram('DO', 'dissolved_oxygen', 'down'),
      averaging: 'instant',
      values: [7.5, 6, 5, 3, 2],
      note: 'I: or 90% saturation',
    },
    { of: milligram('CODMn', 'codmn'), averaging: 'instant', values: [2, 4, 6, 10, 15] },
    { of: milligram('COD', 'cod'), averaging: 'instant', values: [15, 15, 20, 30, 40] },
    { of: milligram('BOD5', 'bod5'), averaging: 'instant', values: [3, 3, 4, 6, 10] },
    { of: milligram('NH3-N', 'ammonia_nitrogen'), averaging: 'instant', values: [0.15, 0.5, 1, 1.5, 2] },
    {
      of: milligram('TP river', 'total_phosphorus'),
      averaging: 'instant',
      values: [0.02, 0.1, 0.2, 0.3, 0.4],
    },
    {
      of: milligram('TP lake', 'total_phosphorus'),
      averaging: 'instant',
      values: [0.01, 0.025, 0.05, 0.1, 0.2],
    },
    { of: milligram('TN lake', 'total_nitrogen'), averaging: 'instant', values: [0.2, 0.5, 1, 1.5, 2] },
  ],
).map((limit) => (limit.class === 'I' || limit.parameter !== 'DO' ? limit : { ...limit, note: '' }))
