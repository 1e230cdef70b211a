import { type Limit, type LimitParameter, tabulate } from './limit.ts'

/** Noise by functional area in China, by day from 06 to 22 h and by night. */

const LAEQ: LimitParameter = { parameter: 'LAeq', property: 'laeq', unit: 'dB[SPL]', decimals: null }

export const GB_3096_2008: readonly Limit[] = tabulate(
  {
    standard: 'GB 3096-2008',
    clause: 'Table 1',
    classOf: 'station',
    source: 'GB 3096-2008 声环境质量标准 (Environmental quality standard for noise)',
  },
  { from: '2008-10-01', to: null },
  ['0', '1', '2', '3', '4a', '4b'],
  [
    { of: LAEQ, averaging: 'day', values: [50, 55, 60, 65, 70, 70] },
    {
      of: LAEQ,
      averaging: 'night',
      values: [40, 45, 50, 55, 55, 60],
      note: 'night sudden-noise max <= limit+15',
    },
  ],
)
