import { DONGGANG_PARK, HEYANG_PARK, inFrame } from './frames.ts'
import type { Point } from './plane.ts'
import { plantById } from './plants.ts'
import { type Names, type SimulatedStation, station } from './station.ts'

const FLUE = ['emission_o2', 'flue_temperature', 'flue_velocity', 'flue_humidity', 'flue_flow']
const RUNNING = [
  'production_power',
  'treatment_power',
  'treatment_current',
  'fan_running',
  'door_open',
  'run_state',
]
const HYDRAULIC = [
  'treatment_power',
  'treatment_flow',
  'pump_running',
  'valve_open',
  'door_open',
  'run_state',
]

export function stackStations(): SimulatedStation[] {
  const stack = (names: Names, plantId: string) => {
    const { stack: source, site } = plantById(plantId)
    if (source === undefined) throw new Error(`plant ${plantId} has no stack`)
    const reference = source.referenceOxygen
    return station(
      names,
      'emission',
      source.at,
      34,
      { model: 'stack', plant: plantId },
      [...Object.keys(source.treated), ...FLUE],
      {
        site,
        attributes: {
          stack_height_m: source.height,
          ...(reference === undefined ? {} : { reference_oxygen_percent: reference }),
        },
      },
    )
  }
  return [
    stack(['stack-power-1', 'Donggang Power, unit 1', '东港热电 1 号'], 'power-1'),
    stack(['stack-power-2', 'Donggang Power, unit 2', '东港热电 2 号'], 'power-2'),
    stack(['stack-sinter', 'Xinyuan Steel, sinter plant', '鑫源钢铁烧结'], 'sinter'),
    stack(['stack-kiln', 'Hongda Cement, kiln', '宏达水泥窑尾'], 'kiln'),
    stack(['stack-incinerator', 'Chengtai, line 1', '诚泰焚烧 1 号线'], 'incinerator'),
    stack(['stack-boiler', 'Ruihe, gas boiler', '瑞禾燃气锅炉'], 'boiler'),
    stack(['stack-fermenters', 'Lantian, fermenters', '蓝天发酵废气'], 'fermenters'),
    stack(['stack-coating', 'Jinmao, coating line', '金茂涂装废气'], 'coating-line'),
  ]
}

export function equipmentStations(): SimulatedStation[] {
  const equipment = (names: Names, plantId: string, at: Point, properties: readonly string[] = RUNNING) =>
    station(names, 'equipment', at, 34, { model: 'equipment', plant: plantId }, properties, {
      site: plantById(plantId).site,
    })
  const heyang = (x: number, y: number) => inFrame(HEYANG_PARK, [x, y])
  const donggang = (x: number, y: number) => inFrame(DONGGANG_PARK, [x, y])
  return [
    equipment(['eq-power-1', 'Unit 1 and its scrubber', '1 号机组与脱硫'], 'power-1', donggang(0.55, 0.5)),
    equipment(['eq-power-2', 'Unit 2 and its catalyst', '2 号机组与脱硝'], 'power-2', donggang(1.02, 0.46)),
    equipment(['eq-sinter', 'Sinter plant and scrubber', '烧结机与脱硫'], 'sinter', donggang(2.6, 0.5)),
    equipment(['eq-kiln', 'Kiln and bag filter', '回转窑与布袋除尘'], 'kiln', donggang(1.25, 1.6)),
    equipment(
      ['eq-incinerator', 'Line 1 and its scrubber', '焚烧线与急冷塔'],
      'incinerator',
      donggang(2.15, 1.6),
    ),
    equipment(['eq-boiler', 'Gas boiler', '燃气锅炉'], 'boiler', heyang(0.5, 0.38)),
    equipment(
      ['eq-fermenters', 'Fermenters and oxidiser', '发酵罐与焚烧炉'],
      'fermenters',
      heyang(0.86, 1.38),
    ),
    equipment(
      ['eq-coating', 'Coating line and oxidiser', '涂装线与焚烧炉'],
      'coating-line',
      heyang(1.95, 1.36),
    ),
    equipment(['eq-dyehouse', 'Dyehouse and pretreatment', '染整与预处理'], 'dyehouse', heyang(1.6, 0.55), [
      ...RUNNING,
      'treatment_flow',
      'pump_running',
      'valve_open',
    ]),
    equipment(
      ['eq-heyang-works', 'Heyang works, aeration', '河阳污水厂曝气'],
      'heyang-works',
      heyang(2.8, 0.6),
      HYDRAULIC,
    ),
    equipment(
      ['eq-donggang-works', 'Donggang works, aeration', '东港污水厂曝气'],
      'donggang-works',
      donggang(3.2, 1.6),
      HYDRAULIC,
    ),
    equipment(
      ['eq-echeng-works', 'Echeng works, aeration', '鹗城污水厂曝气'],
      'echeng-works',
      [5.05, -3.25],
      HYDRAULIC,
    ),
    equipment(
      ['eq-digester', 'Caoxi farm, digester', '草溪养殖场沼气池'],
      'digester',
      [-7.4, -9.05],
      HYDRAULIC,
    ),
  ]
}
