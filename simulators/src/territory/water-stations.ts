import { DONGGANG_PARK, HEYANG_PARK, inFrame } from './frames.ts'
import { onRiver } from './layers.ts'
import type { RiverId } from './outlets.ts'
import type { Point } from './plane.ts'
import { type Names, type SimulatedStation, station } from './station.ts'

const SONDE = ['water_temperature', 'ph', 'conductivity', 'dissolved_oxygen', 'turbidity']
const ANALYSERS = ['codmn', 'ammonia_nitrogen', 'total_phosphorus', 'total_nitrogen']
const GAUGE = ['water_level', 'flow', 'flow_velocity']
const DISCHARGE = [
  'ph',
  'cod',
  'ammonia_nitrogen',
  'total_phosphorus',
  'total_nitrogen',
  'conductivity',
  'effluent_flow',
]

export function waterStations(): SimulatedStation[] {
  const river = (names: Names, id: RiverId, km: number, properties: readonly string[], grade = 'III') =>
    station(
      names,
      'surface-water',
      onRiver(id, km),
      Math.round(48 - 0.4 * km),
      { model: 'water', site: { river: id, km } },
      properties,
      { class: grade },
    )
  const still = (names: Names, at: Point, elevation: number, body: 'lake' | 'reservoir', grade: string) =>
    station(
      names,
      'surface-water',
      at,
      elevation,
      { model: 'water', site: { river: body, km: 0 } },
      [...SONDE, ...ANALYSERS, 'chlorophyll', 'water_level'],
      { class: grade },
    )
  const all = [...SONDE, ...ANALYSERS]
  return [
    still(['yunmen-intake', 'Yunmen water intake', '云门取水口'], [-14.4, 9.6], 86, 'reservoir', 'II'),
    river(['lan-dam', 'Lan River below the dam', '岚江坝下'], 'lan', 0.5, [...SONDE, ...GAUGE], 'II'),
    river(['lan-yunmen', 'Lan River at Yunmen', '岚江云门'], 'lan', 5, all, 'II'),
    river(['lan-west-bridge', 'Lan River at West Bridge', '岚江西桥'], 'lan', 13, all),
    river(['lan-old-bridge', 'Lan River at Old Bridge', '岚江老桥'], 'lan', 18, [...SONDE, ...GAUGE]),
    river(['lan-east-quay', 'Lan River at East Quay', '岚江东码头'], 'lan', 21.6, all),
    river(['lan-below-echeng', 'Lan River below Echeng works', '岚江鹗城污水厂下游'], 'lan', 26.8, all),
    river(['lan-heyang', 'Lan River above Heyang park', '岚江河阳园区上游'], 'lan', 28.9, all),
    river(['lan-heyang-lower', 'Lan River below Heyang park', '岚江河阳园区下游'], 'lan', 30.9, [
      ...all,
      ...GAUGE,
    ]),
    river(['lan-xiatan', 'Lan River at Xiatan', '岚江下滩'], 'lan', 38.5, all),
    river(['lan-border', 'Lan River at the border', '岚江出境断面'], 'lan', 46.5, [...all, ...GAUGE]),
    river(['shuang-beiling', 'Shuang Creek at Beiling', '霜溪北岭'], 'shuang', 7.2, SONDE, 'II'),
    river(['shuang-mouth', 'Shuang Creek at its mouth', '霜溪入江口'], 'shuang', 22.3, [...all, ...GAUGE]),
    river(['cao-nanping', 'Cao Creek at Nanping', '草溪南坪'], 'cao', 14.6, SONDE),
    river(['cao-below-farm', 'Cao Creek below Caoxi farm', '草溪养殖场下游'], 'cao', 19.4, all),
    river(['cao-mouth', 'Cao Creek at its mouth', '草溪入江口'], 'cao', 36.2, [...all, ...GAUGE]),
    still(['mirror-lake-centre', 'Mirror Lake, centre', '镜湖湖心'], [-5.3, -2.7], 43, 'lake', 'IV'),
    still(['mirror-lake-west', 'Mirror Lake, west bay', '镜湖西湾'], [-6.8, -2.5], 43, 'lake', 'IV'),
  ]
}

export function outletStations(): SimulatedStation[] {
  const outlet = (
    names: Names,
    at: Point,
    site: string,
    id: string,
    properties: readonly string[] = DISCHARGE,
  ) => station(names, 'waste-water', at, 33, { model: 'outlet', outlet: id }, properties, { site })
  return [
    outlet(
      ['out-echeng', 'Echeng works, outfall', '鹗城污水厂排口'],
      [5.35, -2.95],
      'echeng-wwtp',
      'echeng-works',
    ),
    outlet(
      ['out-heyang', 'Heyang works, outfall', '河阳污水厂排口'],
      inFrame(HEYANG_PARK, [2.5, 0.2]),
      'heyang-wwtp',
      'heyang-works',
    ),
    outlet(
      ['out-donggang', 'Donggang works, outfall', '东港污水厂排口'],
      inFrame(DONGGANG_PARK, [3.4, 2.05]),
      'donggang-wwtp',
      'donggang-works',
    ),
    outlet(
      ['out-huasheng', 'Huasheng storm drain', '华盛雨水排口'],
      inFrame(HEYANG_PARK, [1.3, 0.18]),
      'huasheng',
      'huasheng-storm-drain',
      ['ph', 'cod', 'conductivity', 'effluent_flow'],
    ),
    outlet(['out-caoxi', 'Caoxi farm, outfall', '草溪养殖场排口'], [-7.35, -8.8], 'caoxi', 'digester'),
  ]
}
