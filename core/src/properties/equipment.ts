import type { ObservedProperty } from '../properties.ts'

const SWITCH = { media: ['equipment'], unit: '1', symbol: '', kind: 'boolean', precision: 0 } as const

/** Running state of production and treatment equipment: what shows whether treatment ran while production did. */
export const EQUIPMENT_PROPERTIES: readonly ObservedProperty[] = [
  {
    id: 'production_power',
    name: { en: 'Production power', zh: '生产设施功率' },
    media: ['equipment'],
    unit: 'kW',
    symbol: 'kW',
    kind: 'number',
    range: [0, 500000],
    precision: 1,
  },
  {
    id: 'treatment_power',
    name: { en: 'Treatment power', zh: '治理设施功率' },
    media: ['equipment'],
    unit: 'kW',
    symbol: 'kW',
    kind: 'number',
    range: [0, 100000],
    precision: 1,
  },
  {
    id: 'treatment_current',
    name: { en: 'Treatment motor current', zh: '治理设施电流' },
    media: ['equipment'],
    unit: 'A',
    symbol: 'A',
    kind: 'number',
    range: [0, 10000],
    precision: 1,
  },
  {
    id: 'treatment_flow',
    name: { en: 'Flow through treatment', zh: '治理设施处理流量' },
    media: ['equipment'],
    unit: 'm3/h',
    symbol: 'm³/h',
    kind: 'number',
    range: [0, 200000],
    precision: 1,
  },
  { ...SWITCH, id: 'valve_open', name: { en: 'Valve open', zh: '阀门开启' } },
  { ...SWITCH, id: 'door_open', name: { en: 'Door open', zh: '门开启' } },
  { ...SWITCH, id: 'pump_running', name: { en: 'Pump running', zh: '水泵运行' } },
  { ...SWITCH, id: 'fan_running', name: { en: 'Fan running', zh: '风机运行' } },
  {
    // The states of field SBxxx-RS of HJ 212-2017, values 0 to 5.
    id: 'run_state',
    name: { en: 'Running state', zh: '运行状态' },
    media: ['equipment'],
    unit: '1',
    symbol: '',
    kind: 'category',
    precision: 0,
    categories: ['off', 'running', 'calibration', 'maintenance', 'alarm', 'blowback'],
  },
]
