import type { NoiseZone } from '../environment/noise-model.ts'
import type { SoilSite } from '../environment/soil-model.ts'
import { DONGGANG_PARK, HEYANG_PARK, inFrame } from './frames.ts'
import type { Point } from './plane.ts'
import { type Names, type SimulatedStation, station } from './station.ts'

const WEATHER = [
  'temperature',
  'humidity',
  'dewpoint',
  'pressure',
  'wind_speed',
  'wind_direction',
  'rainfall',
  'solar_radiation',
]
const NOISE = ['laeq', 'l10', 'l50', 'l90', 'lmax']
const SOIL = ['soil_moisture', 'soil_temperature', 'soil_conductivity']

export function weatherStations(): SimulatedStation[] {
  const weather = (names: Names, at: Point, elevation: number, shelter: number) =>
    station(names, 'weather', at, elevation, { model: 'weather', shelter }, WEATHER)
  return [
    weather(['wx-echeng', 'Echeng observatory', '鹗城气象站'], [-1.4, 3.9], 44, 0.85),
    weather(['wx-yunmen-dam', 'Yunmen dam', '云门大坝'], [-13.9, 8.9], 92, 1.1),
    weather(['wx-heyang', 'Heyang park', '河阳园区'], inFrame(HEYANG_PARK, [3, 1.05]), 39, 1),
    weather(['wx-donggang', 'Donggang park', '东港园区'], inFrame(DONGGANG_PARK, [2.75, 1.18]), 30, 1.05),
    weather(['wx-beiling', 'Beiling Hills', '北岭'], [11.4, 12.8], 348, 1.5),
    weather(['wx-nanping', 'Nanping fields', '南坪农田'], [-10.8, -7.4], 45, 0.95),
  ]
}

export function noiseStations(): SimulatedStation[] {
  const noise = (names: Names, at: Point, zone: NoiseZone, grade: string, site?: string) =>
    station(names, 'noise', at, 36, { model: 'noise', zone }, NOISE, {
      class: grade,
      ...(site === undefined ? {} : { site }),
    })
  return [
    noise(['noise-people-square', 'People’s Square', '人民广场噪声'], [1.25, 1.35], 'commercial', '2'),
    noise(['noise-old-bridge', 'Old Bridge Street', '老桥街噪声'], [0.1, 0.55], 'roadside', '4a'),
    noise(['noise-hospital', 'Echeng Hospital', '鹗城医院噪声'], [2.7, 2], 'quiet', '0'),
    noise(['noise-north-gate', 'North Gate estate', '北门小区噪声'], [-0.6, 3.6], 'residential', '1'),
    noise(['noise-jinghu', 'Jinghu lakeside', '镜湖湖滨噪声'], [-2.6, -2.1], 'quiet', '1'),
    noise(['noise-ring', 'Ring Road East', '东环路噪声'], [5.15, 0.7], 'roadside', '4a'),
    noise(
      ['noise-riverside', 'Riverside building site', '滨江工地噪声'],
      [0.78, 0.66],
      'residential',
      '2',
      'riverside',
    ),
    noise(
      ['noise-heyang', 'Heyang park, west fence', '河阳园区噪声'],
      inFrame(HEYANG_PARK, [0.05, 0.7]),
      'works',
      '3',
      'heyang-park',
    ),
  ]
}

export function soilStations(): SimulatedStation[] {
  const soil = (names: Names, at: Point, site: SoilSite, properties: readonly string[] = SOIL) =>
    station(names, 'soil', at, 45, { model: 'soil', site }, properties, { silentAfterSeconds: 1800 })
  return [
    soil(['soil-nanping', 'Nanping paddies', '南坪稻田土壤'], [-11.6, -6.9], { dry: 21, full: 44, ph: 6.1 }),
    soil(['soil-caoxi', 'Caoxi vegetable fields', '草溪菜地土壤'], [-6.4, -8.7], {
      dry: 16,
      full: 37,
      ph: 6.6,
    }),
    soil(['soil-orchard', 'Orange Brook orchards', '柑溪果园土壤'], [-12.9, -10.4], {
      dry: 14,
      full: 34,
      ph: 5.6,
    }),
    soil(
      ['soil-donggang', 'Donggang west fields', '东港农田土壤'],
      [10.9, -12.2],
      { dry: 15, full: 36, ph: 6.9 },
      [...SOIL, 'soil_ph'],
    ),
    soil(
      ['soil-shiwan', 'Shiwan landfill monitoring', '石湾填埋场土壤'],
      [-3.6, -10.6],
      { dry: 13, full: 33, ph: 7.4 },
      [...SOIL, 'soil_ph'],
    ),
  ]
}
