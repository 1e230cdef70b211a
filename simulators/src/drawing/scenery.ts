import type { Feature } from '@osprey/core/geo'
import type { Point } from '../territory/plane.ts'
import { lineFeature, path, polygonFeature, SEED } from './features.ts'
import { patch, road } from './land.ts'

/** Towns, roads and woods: what makes a place recognisable on a map without tiles. */

type Patch = [id: string, name: string, nameZh: string, centre: Point, size: Point, tilt: number]

const TOWNS: Patch[] = [
  ['echeng-town', 'Echeng', '鹗城', [0.6, 1.1], [4.1, 2.6], -0.25],
  ['jinghu-town', 'Jinghu', '镜湖', [0.4, -3.4], [2.3, 1.15], -0.15],
  ['heyang-town', 'Heyang', '河阳', [9.6, 0.9], [1.9, 1.2], 0.2],
  ['donggang-town', 'Donggang', '东港', [11.4, -9.4], [1.4, 0.85], -0.3],
  ['yunmen-town', 'Yunmen', '云门', [-11, 5.6], [1.25, 0.75], -0.5],
  ['nanping-town', 'Nanping', '南坪', [-9.6, -10], [1.5, 0.8], 0.15],
  ['beiling-town', 'Beiling', '北岭', [7.9, 12.6], [1.05, 0.7], 0.6],
  ['xiatan-town', 'Xiatan', '下滩', [17.4, -7.6], [0.7, 0.4], -0.2],
]

const WOODS: Patch[] = [
  ['beiling-hills', 'Beiling Hills', '北岭', [12, 12], [3.8, 2], -0.5],
  ['yunmen-hills', 'Yunmen Hills', '云门山', [-8.6, 13.4], [3.6, 2.6], 0.2],
  ['west-hills', 'Western Hills', '西山', [-18.6, 7], [2.6, 3.4], 0.5],
  ['nanping-hills', 'Nanping Hills', '南坪岭', [-13.8, -12.6], [3.2, 1.5], 0.25],
  ['shiwan-wood', 'Shiwan Wood', '石湾林', [-0.4, -13.2], [2.4, 1.6], 0],
  ['east-wood', 'Eastern Wood', '东林', [18.6, 1.6], [2.2, 3], 0.3],
  ['heron-wood', 'Heron Wood', '鹭林', [18.4, -12.4], [1.1, 0.8], 0.3],
]

type Road = [id: string, name: string, nameZh: string, feature: string, points: string]

const ROADS: Road[] = [
  [
    'expressway',
    'Echuan Expressway',
    '鹗川高速',
    'motorway',
    '-24 3.6, -16 4.4, -9.6 1.6, -4.2 0, -2.2 -4, 2.4 -5.6, 6.2 -8.6, 12 -8.2, 17.4 -6.4, 23 -7.2',
  ],
  [
    'ring',
    'Echeng Ring Road',
    '鹗城环路',
    'trunk',
    '-3.2 2.6, -1.6 4.2, 1.6 4.4, 4.6 2.6, 5.2 0.2, 3.8 -2, 0.8 -2.8, -2.2 -1.4, -3.5 0.6, -3.2 2.6',
  ],
  [
    'people',
    'People’s Avenue',
    '人民大道',
    'primary',
    '-11 5.6, -7 4.2, -3.2 2.4, 0.2 0.9, 3 0.5, 5.2 0.3, 9.6 0.9, 14 2.2, 22.6 3.4',
  ],
  [
    'bridge',
    'Old Bridge Street',
    '老桥街',
    'primary',
    '7.9 12.6, 4.6 9.4, 2.2 6, 0.6 3, 0 0, 0.4 -3.2, -1.6 -7, -5.4 -9.4, -9.6 -10, -16 -12.4, -20.8 -13',
  ],
  [
    'park',
    'Park Avenue',
    '园区大道',
    'primary',
    '9.6 0.9, 8.3 -1.4, 8.15 -3.6, 9.7 -5, 11.2 -6.3, 11.4 -9.4, 12.4 -12.8, 13.6 -15, 14 -17',
  ],
  ['dam', 'Dam Road', '大坝路', 'secondary', '-11 5.6, -12.8 7.6, -14.4 9.6, -18 13.8, -20 16.2'],
  [
    'railway',
    'Echuan Railway',
    '鹗川铁路',
    'railway',
    '-23.8 -4.6, -14 -5.6, -6.2 -5.6, 0 -4.6, 6 -5.2, 10 -8.4, 13.6 -13.4, 19.6 -15.2',
  ],
]

export function drawSettlements(): Feature[] {
  return TOWNS.map((town, index) => patchFeature(town, 'built-up', SEED + 70 + index, 0.26))
}

export function drawWoodland(): Feature[] {
  return WOODS.map((wood, index) => patchFeature(wood, 'woodland', SEED + 90 + index, 0.4))
}

export function drawRoads(): Feature[] {
  return ROADS.map(([id, name, nameZh, feature, points]) =>
    lineFeature(id, { name, name_zh: nameZh, feature }, road(path(points))),
  )
}

function patchFeature(
  [id, name, nameZh, centre, size, tilt]: Patch,
  feature: string,
  seed: number,
  raggedness: number,
) {
  return polygonFeature(id, { name, name_zh: nameZh, feature }, patch(centre, size, tilt, seed, raggedness))
}
