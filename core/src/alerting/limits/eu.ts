import { BENZENE, CO, NO2, O3, O3_TARGET, PM10, PM25, SO2 } from './air-parameters.ts'
import { type Limit, type LimitTable, tabulate } from './limit.ts'

/**
 * Directive (EU) 2024/2881: limit values to be met by 2030, and the thresholds at which the public is informed
 * and alerted. The number of exceedances a year allows is in the note: one exceedance is no breach yet.
 */
const table = (clause: string): LimitTable => ({
  standard: 'EU 2024/2881',
  clause,
  classOf: 'threshold',
  source: 'Directive (EU) 2024/2881 on ambient air quality and cleaner air for Europe',
})

const THREE_HOURS = 'alert: 3 consecutive h'
const THREE_DAYS = 'alert: <=3 consecutive days'

export const EU_2024: readonly Limit[] = [
  ...tabulate(
    table('Annex I'),
    { from: '2030-01-01', to: null },
    ['limit'],
    [
      { of: NO2, averaging: '1h', values: [200], note: 'max 3/yr' },
      { of: NO2, averaging: '24h', values: [50], note: 'max 18/yr' },
      { of: NO2, averaging: 'annual', values: [20] },
      { of: PM10, averaging: '24h', values: [45], note: 'max 18/yr' },
      { of: PM10, averaging: 'annual', values: [20] },
      { of: PM25, averaging: '24h', values: [25], note: 'max 18/yr' },
      { of: PM25, averaging: 'annual', values: [10] },
      { of: SO2, averaging: '1h', values: [350], note: 'max 3/yr' },
      { of: SO2, averaging: '24h', values: [50], note: 'max 18/yr' },
      { of: SO2, averaging: 'annual', values: [20] },
      { of: BENZENE, averaging: 'annual', values: [3.4] },
      { of: O3_TARGET, averaging: 'max daily 8h', values: [120], note: '<=18 days/yr, 3-yr mean' },
      { of: CO, averaging: 'max daily 8h', values: [10] },
      { of: CO, averaging: '24h', values: [4], note: 'max 18/yr' },
    ],
  ),
  ...tabulate(
    table('Annex I section 4'),
    { from: null, to: null },
    ['information'],
    [
      { of: SO2, averaging: '1h', values: [275] },
      { of: NO2, averaging: '1h', values: [150] },
      { of: PM10, averaging: '24h', values: [90] },
      { of: PM25, averaging: '24h', values: [50] },
      { of: O3, averaging: '1h', values: [180] },
    ],
  ),
  ...tabulate(
    table('Annex I section 4'),
    { from: null, to: null },
    ['alert'],
    [
      { of: SO2, averaging: '1h', values: [350], note: THREE_HOURS },
      { of: NO2, averaging: '1h', values: [200], note: THREE_HOURS },
      { of: PM10, averaging: '24h', values: [90], note: THREE_DAYS },
      { of: PM25, averaging: '24h', values: [50], note: THREE_DAYS },
      { of: O3, averaging: '1h', values: [240] },
    ],
  ),
]
