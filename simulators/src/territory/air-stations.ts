import type { AirSite } from '../environment/air-model.ts'
import { DONGGANG_PARK, HEYANG_PARK, inFrame } from './frames.ts'
import type { Point } from './plane.ts'
import { type Names, type SimulatedStation, station } from './station.ts'

const GASES = ['so2', 'no', 'no2', 'co', 'o3']
const PARTICULATES = ['pm25', 'pm10']
const COMFORT = ['temperature', 'humidity']

export function airStations(): SimulatedStation[] {
  const air = (
    names: Names,
    at: Point,
    elevation: number,
    site: Omit<AirSite, 'at'>,
    properties: readonly string[],
    more = {},
  ) =>
    station(
      names,
      'air',
      at,
      elevation,
      { model: 'air', site: { at, ...site }, weatherToo: true },
      properties,
      { class: 'II', ...more },
    )
  const full = [...PARTICULATES, ...GASES]
  const park = (x: number, y: number) => inFrame(HEYANG_PARK, [x, y])
  const metals = (x: number, y: number) => inFrame(DONGGANG_PARK, [x, y])
  return [
    air(['air-people-square', 'People’s Square', '人民广场'], [1.1, 1.5], 36, { traffic: 0.9, valley: 1 }, [
      ...full,
      ...COMFORT,
    ]),
    air(
      ['air-old-bridge', 'Old Bridge Street kerbside', '老桥街路边站'],
      [0.24, 0.9],
      34,
      { traffic: 2.8, valley: 1 },
      [...full, 'nox'],
      { attributes: { kind: 'traffic' } },
    ),
    air(
      ['air-ring-west', 'Ring Road West', '西环路'],
      [-3.3, 1.5],
      35,
      { traffic: 1.9, valley: 0.98 },
      full,
      { attributes: { kind: 'traffic' } },
    ),
    air(
      ['air-jinghu-school', 'Jinghu Primary School', '镜湖小学'],
      [0.9, -3.5],
      35,
      { traffic: 0.7, valley: 0.97 },
      [...full, ...COMFORT],
    ),
    air(['air-north-gate', 'North Gate', '北门'], [-0.8, 3.3], 41, { traffic: 0.8, valley: 0.97 }, full),
    air(
      ['air-heyang-town', 'Heyang New Town', '河阳新城'],
      [9.9, 1.2],
      40,
      { traffic: 0.6, valley: 0.95, solvents: 0.15 },
      [...full, 'voc'],
    ),
    air(
      ['air-donggang-town', 'Donggang Town', '东港镇'],
      [11.2, -9.5],
      30,
      { traffic: 0.5, valley: 1.02 },
      full,
    ),
    air(['air-yunmen-town', 'Yunmen Town', '云门镇'], [-11, 5.7], 52, { traffic: 0.4, valley: 0.86 }, full),
    air(
      ['air-nanping-town', 'Nanping Town', '南坪镇'],
      [-9.5, -10.1],
      48,
      { traffic: 0.4, valley: 0.9 },
      full,
    ),
    air(['air-beiling-town', 'Beiling Town', '北岭镇'], [7.8, 12.5], 110, { traffic: 0.25, valley: 0.72 }, [
      ...PARTICULATES,
      'no2',
      'o3',
    ]),
    air(
      ['air-heyang-north', 'Heyang park, north fence', '河阳园区北界'],
      park(1.5, 2.05),
      38,
      { traffic: 0.5, valley: 1, solvents: 0.9 },
      ['pm25', 'pm10', 'so2', 'no2', 'o3', 'voc', 'nmhc'],
      { site: 'heyang-park', class: 'boundary' },
    ),
    air(
      ['air-heyang-south', 'Heyang park, south fence', '河阳园区南界'],
      park(1.8, -0.08),
      36,
      { traffic: 0.4, valley: 1, solvents: 0.8 },
      ['pm25', 'pm10', 'so2', 'no2', 'voc', 'nmhc', 'h2s'],
      { site: 'heyang-park', class: 'boundary' },
    ),
    air(
      ['air-donggang-north', 'Donggang park, north fence', '东港园区北界'],
      metals(1.9, 2.5),
      29,
      { traffic: 0.5, valley: 1.05 },
      full,
      { site: 'donggang-park', class: 'boundary' },
    ),
    air(
      ['air-donggang-west', 'Donggang park, west fence', '东港园区西界'],
      metals(-0.15, 0.6),
      30,
      { traffic: 0.7, valley: 1.05 },
      full,
      { site: 'donggang-park', class: 'boundary' },
    ),
    air(
      ['air-shiwan', 'Shiwan landfill, north fence', '石湾填埋场北界'],
      [-3.1, -10.35],
      58,
      { traffic: 0.1, valley: 0.9, landfill: 1 },
      ['pm10', 'h2s', 'nh3', ...COMFORT],
      { site: 'shiwan', class: 'boundary' },
    ),
    air(
      ['bg-yunmen-hills', 'Yunmen Hills background', '云门山背景站'],
      [-8.4, 13.8],
      486,
      { traffic: 0, valley: 0.55 },
      [...PARTICULATES, 'no2', 'o3', 'so2', ...COMFORT],
      { class: 'I', attributes: { kind: 'background' } },
    ),
    air(
      ['bg-west-hills', 'Western Hills background', '西山背景站'],
      [-18.9, 7.3],
      412,
      { traffic: 0, valley: 0.58 },
      [...PARTICULATES, 'o3', ...COMFORT],
      { class: 'I', silentAfterSeconds: 3600, attributes: { kind: 'background', power: 'solar' } },
    ),
  ]
}

/** Low-cost sensors on lamp posts, all behind one gateway. */
export function gridSensors(): SimulatedStation[] {
  const places: Point[] = [
    [-1.9, 2.2],
    [2.6, 2.6],
    [3.4, 0.9],
    [1.8, 0.2],
    [-0.9, 0.9],
    [0.6, -2.4],
    [-1.1, -3.2],
    [2.1, -3.9],
  ]
  return places.map((at, index) => {
    const number = String(index + 1).padStart(2, '0')
    const site: AirSite = { at, traffic: 0.6 + 0.25 * (index % 4), valley: 0.97 + 0.015 * (index % 3) }
    const names: Names = [`grid-${number}`, `Lamp post sensor ${number}`, `灯杆微站 ${number}`]
    return station(
      names,
      'air',
      at,
      34 + index,
      { model: 'air', site, weatherToo: true },
      [...PARTICULATES, ...COMFORT],
      {
        class: 'II',
        attributes: { kind: 'low-cost' },
      },
    )
  })
}
