import type { Feature } from '@osprey/core/geo'
import { DONGGANG_PARK, type Frame, fence, HEYANG_PARK, plainFrame } from '../territory/frames.ts'
import type { Point } from '../territory/plane.ts'
import { path, polygonFeature } from './features.ts'

type Site = [id: string, name: string, nameZh: string, kind: string, corners: string]

/** Corners in km along and across the park. */
const HEYANG: Site[] = [
  ['ruihe', 'Ruihe Chemicals', '瑞禾化工', 'chemicals', '0.12 0.12, 1.15 0.12, 1.15 0.95, 0.12 0.95'],
  ['huasheng', 'Huasheng Dyes', '华盛染料', 'dyes', '1.15 0.12, 2.2 0.12, 2.2 0.95, 1.15 0.95'],
  [
    'lantian',
    'Lantian Pharmaceuticals',
    '蓝天制药',
    'pharmaceuticals',
    '0.35 1.1, 1.6 1.1, 1.6 1.86, 0.48 1.86, 0.35 1.62',
  ],
  ['jinmao', 'Jinmao Coatings', '金茂涂料', 'coatings', '1.6 1.1, 2.72 1.1, 2.72 1.72, 2.6 1.86, 1.6 1.86'],
  [
    'heyang-wwtp',
    'Heyang park treatment works',
    '河阳园区污水处理厂',
    'treatment works',
    '2.36 0.12, 3.18 0.12, 3.18 0.95, 2.36 0.95',
  ],
]

const DONGGANG: Site[] = [
  [
    'donggang-power',
    'Donggang Heat and Power',
    '东港热电',
    'power station',
    '0.16 0.16, 1.36 0.16, 1.36 1.1, 0.16 1.1',
  ],
  ['xinyuan', 'Xinyuan Steel', '鑫源钢铁', 'steel', '1.36 0.16, 3.6 0.16, 3.78 1.1, 1.36 1.1'],
  ['hongda', 'Hongda Cement', '宏达水泥', 'cement', '0.4 1.24, 1.8 1.24, 1.8 2.24, 0.6 2.24'],
  [
    'chengtai',
    'Chengtai Waste to Energy',
    '诚泰垃圾发电',
    'waste incineration',
    '1.8 1.24, 2.8 1.24, 2.8 2.24, 1.8 2.24',
  ],
  [
    'donggang-wwtp',
    'Donggang park treatment works',
    '东港园区污水处理厂',
    'treatment works',
    '2.8 1.24, 3.86 1.24, 3.52 2.24, 2.8 2.24',
  ],
]

const ALONE: [at: Point, tilt: number, ...Site][] = [
  [
    [4.7, -3.3],
    -0.5,
    'echeng-wwtp',
    'Echeng treatment works',
    '鹗城污水处理厂',
    'treatment works',
    '0 0, 0.95 0, 0.95 0.6, 0 0.6',
  ],
  [
    [0.55, 0.62],
    -0.2,
    'riverside',
    'Riverside building site',
    '滨江工地',
    'building site',
    '0 0, 0.42 0, 0.42 0.3, 0 0.34',
  ],
  [
    [-3.4, -11.2],
    0.3,
    'shiwan',
    'Shiwan landfill',
    '石湾填埋场',
    'landfill',
    '0 0, 0.8 -0.1, 1 0.5, 0.5 0.85, -0.05 0.6',
  ],
  [[-7.6, -9.2], 0.2, 'caoxi', 'Caoxi pig farm', '草溪养殖场', 'livestock', '0 0, 0.5 0, 0.5 0.35, 0 0.35'],
  [
    [-14.2, 9.3],
    -0.6,
    'yunmen-intake',
    'Yunmen water intake',
    '云门水源地',
    'water source',
    '0 0, 0.5 0, 0.5 0.25, 0 0.25',
  ],
]

/** The supervised sites, parks first. The plots of a park share their fences. */
export function drawSites(): Feature[] {
  const heyangFence = '0 0, 3.3 0, 3.3 1.2, 2.7 2, 0.35 2, 0 1.3'
  const donggangFence = '0 0, 3.8 0, 4.1 1.3, 3.6 2.4, 0.5 2.4, -0.2 1.1'
  return [
    site(HEYANG_PARK, ['heyang-park', 'Heyang Fine Chemicals Park', '河阳精细化工园', 'park', heyangFence]),
    ...HEYANG.map((plot) => site(HEYANG_PARK, plot, 'heyang-park')),
    site(DONGGANG_PARK, [
      'donggang-park',
      'Donggang Metals and Energy Park',
      '东港冶金能源园',
      'park',
      donggangFence,
    ]),
    ...DONGGANG.map((plot) => site(DONGGANG_PARK, plot, 'donggang-park')),
    ...ALONE.map(([at, tilt, ...plot]) => site(plainFrame(at, tilt), plot)),
  ]
}

function site(frame: Frame, [id, name, nameZh, kind, corners]: Site, park?: string): Feature {
  const properties = { name, name_zh: nameZh, kind, ...(park === undefined ? {} : { park }) }
  return polygonFeature(id, properties, fence(frame, path(corners)))
}
