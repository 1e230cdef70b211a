import type { ObservedProperty } from '../properties.ts'

export const SOIL_PROPERTIES: readonly ObservedProperty[] = [
  {
    // Volumetric; peat and swollen clay hold more water than their dry volume suggests.
    id: 'soil_moisture',
    name: { en: 'Soil moisture (by volume)', zh: '土壤体积含水率' },
    media: ['soil'],
    unit: '%',
    symbol: '%',
    kind: 'number',
    range: [0, 100],
    precision: 1,
  },
  {
    id: 'soil_temperature',
    name: { en: 'Soil temperature', zh: '土壤温度' },
    media: ['soil'],
    unit: 'Cel',
    symbol: '°C',
    kind: 'number',
    range: [-50, 80],
    precision: 1,
  },
  {
    id: 'soil_conductivity',
    name: { en: 'Soil electrical conductivity', zh: '土壤电导率' },
    media: ['soil'],
    unit: 'uS/cm',
    symbol: 'µS/cm',
    kind: 'number',
    range: [0, 50000],
    precision: 0,
  },
  {
    id: 'soil_ph',
    name: { en: 'Soil pH', zh: '土壤 pH 值' },
    media: ['soil'],
    unit: '[pH]',
    symbol: '',
    kind: 'number',
    range: [2, 12],
    precision: 2,
  },
]
