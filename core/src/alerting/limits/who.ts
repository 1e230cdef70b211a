import { CO, NO2, O3, PM10, PM25, SO2 } from './air-parameters.ts'
import { type Limit, tabulate } from './limit.ts'

/** Guideline levels of the WHO. Advice without a date of force; its interim targets (IT) are in the notes. */
export const WHO_2021: readonly Limit[] = tabulate(
  {
    standard: 'WHO AQG 2021',
    clause: 'Tables 0.1 and 0.2',
    classOf: 'threshold',
    source: 'WHO global air quality guidelines, 2021',
  },
  { from: null, to: null },
  [null],
  [
    { of: PM25, averaging: 'annual', values: [5], note: 'IT1-4 35/25/15/10' },
    { of: PM25, averaging: '24h', values: [15], note: '99th pct; IT 75/50/37.5/25' },
    { of: PM10, averaging: 'annual', values: [15], note: 'IT 70/50/30/20' },
    { of: PM10, averaging: '24h', values: [45], note: '99th pct; IT 150/100/75/50' },
    { of: O3, averaging: 'peak season', values: [60], note: 'IT 100/70' },
    { of: O3, averaging: '8h', values: [100], note: '99th pct; IT 160/120' },
    { of: NO2, averaging: 'annual', values: [10], note: 'IT 40/30/20' },
    { of: NO2, averaging: '24h', values: [25], note: '99th pct; IT 120/50' },
    { of: NO2, averaging: '1h', values: [200], note: '2005 value retained' },
    { of: SO2, averaging: '24h', values: [40], note: '99th pct; IT 125/50' },
    { of: SO2, averaging: '10min', values: [500], note: '2005 value retained' },
    { of: CO, averaging: '24h', values: [4], note: 'IT1 7' },
    { of: CO, averaging: '8h', values: [10] },
    { of: CO, averaging: '1h', values: [35] },
    { of: CO, averaging: '15min', values: [100] },
  ],
)
