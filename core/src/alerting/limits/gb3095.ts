import { BENZOPYRENE, CO, chinese, LEAD, NO2, NOX, O3, PM10, PM25, SO2, TSP } from './air-parameters.ts'
import { type Limit, type LimitTable, tabulate } from './limit.ts'

/** Ambient air quality in China: GB 3095-2026 in two phases, and GB 3095-2012 before it. */

const CLASSES = ['I', 'II']
const table = (standard: string, clause: string): LimitTable => ({
  standard,
  clause,
  classOf: 'station',
  source: `${standard} 环境空气质量标准 (Ambient air quality standards)`,
})

const [so2, no2, co, o3, pm10, pm25] = [
  chinese(SO2),
  chinese(NO2),
  chinese(CO),
  chinese(O3),
  chinese(PM10),
  chinese(PM25),
]
const [tsp, nox] = [chinese(TSP), chinese(NOX)]

const BASIC_2026 = table('GB 3095-2026', 'Table 1')
const OTHER_2026 = table('GB 3095-2026', 'Table 2')

export const GB_3095_2026: readonly Limit[] = [
  ...tabulate(BASIC_2026, { from: '2026-03-01', to: '2030-12-31' }, CLASSES, [
    { of: so2, averaging: 'annual', values: [20, 60] },
    { of: so2, averaging: '24h', values: [50, 150] },
    { of: so2, averaging: '1h', values: [150, 500] },
    { of: no2, averaging: 'annual', values: [40, 40] },
    { of: no2, averaging: '24h', values: [80, 80] },
    { of: no2, averaging: '1h', values: [200, 200] },
    { of: co, averaging: '24h', values: [4, 4] },
    { of: co, averaging: '1h', values: [10, 10] },
    { of: o3, averaging: 'max daily 8h', values: [100, 160] },
    { of: o3, averaging: '1h', values: [160, 200] },
    { of: pm10, averaging: 'annual', values: [40, 60] },
    { of: pm10, averaging: '24h', values: [50, 120] },
    { of: pm25, averaging: 'annual', values: [15, 30] },
    { of: pm25, averaging: '24h', values: [35, 60] },
  ]),
  ...tabulate(BASIC_2026, { from: '2031-01-01', to: null }, CLASSES, [
    { of: so2, averaging: 'annual', values: [20, 20] },
    { of: so2, averaging: '24h', values: [50, 50] },
    { of: so2, averaging: '1h', values: [150, 150] },
    { of: no2, averaging: 'annual', values: [30, 30] },
    { of: no2, averaging: '24h', values: [50, 50] },
    { of: no2, averaging: '1h', values: [200, 200] },
    { of: co, averaging: '24h', values: [4, 4] },
    { of: co, averaging: '1h', values: [10, 10] },
    { of: o3, averaging: 'max daily 8h', values: [100, 160] },
    { of: o3, averaging: '1h', values: [160, 200] },
    { of: pm10, averaging: 'annual', values: [20, 50] },
    { of: pm10, averaging: '24h', values: [50, 100] },
    { of: pm25, averaging: 'annual', values: [10, 25] },
    { of: pm25, averaging: '24h', values: [25, 50] },
  ]),
  ...tabulate(OTHER_2026, { from: '2026-03-01', to: null }, CLASSES, [
    { of: tsp, averaging: 'annual', values: [80, 200] },
    { of: tsp, averaging: '24h', values: [120, 300] },
    { of: nox, averaging: '1h', values: [250, 250] },
    { of: LEAD, averaging: 'annual', values: [0.5, 0.5] },
    { of: LEAD, averaging: 'quarter', values: [1, 1] },
    { of: BENZOPYRENE, averaging: 'annual', values: [0.001, 0.001] },
    { of: BENZOPYRENE, averaging: '24h', values: [0.0025, 0.0025] },
  ]),
  // The note of Table 2 keeps the former values of nitrogen oxides for the first phase.
  ...tabulate(OTHER_2026, { from: '2026-03-01', to: '2030-12-31' }, CLASSES, [
    { of: nox, averaging: 'annual', values: [50, 50] },
    { of: nox, averaging: '24h', values: [100, 100] },
  ]),
  ...tabulate(OTHER_2026, { from: '2031-01-01', to: null }, CLASSES, [
    { of: nox, averaging: 'annual', values: [40, 40], note: '50 until 2030-12-31' },
    { of: nox, averaging: '24h', values: [70, 70], note: '100 until 2030-12-31' },
  ]),
]

/** In force nationwide since 2016, in its first cities since 2012: judge earlier days by `asOf`. */
export const GB_3095_2012: readonly Limit[] = tabulate(
  table('GB 3095-2012', 'Table 1'),
  { from: '2016-01-01', to: '2026-02-28' },
  CLASSES,
  [
    { of: so2, averaging: 'annual', values: [20, 60] },
    { of: so2, averaging: '24h', values: [50, 150] },
    { of: so2, averaging: '1h', values: [150, 500] },
    { of: no2, averaging: 'annual', values: [40, 40] },
    { of: no2, averaging: '24h', values: [80, 80] },
    { of: no2, averaging: '1h', values: [200, 200] },
    { of: co, averaging: '24h', values: [4, 4] },
    { of: co, averaging: '1h', values: [10, 10] },
    { of: o3, averaging: 'max daily 8h', values: [100, 160] },
    { of: o3, averaging: '1h', values: [160, 200] },
    { of: pm10, averaging: 'annual', values: [40, 70] },
    { of: pm10, averaging: '24h', values: [50, 150] },
    { of: pm25, averaging: 'annual', values: [15, 35] },
    { of: pm25, averaging: '24h', values: [35, 75] },
  ],
)
