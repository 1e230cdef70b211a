import type { ObservedProperty } from '../properties.ts'

/**
 * Sound pressure levels with frequency weighting A. UCUM knows the decibel of sound pressure, dB[SPL]
 * (re 20 µPa), and has no weighting: the weighting is part of the property. The range is that of class 1
 * sound level meters.
 */
const LEVEL = {
  media: ['noise'],
  unit: 'dB[SPL]',
  symbol: 'dB(A)',
  kind: 'number',
  range: [15, 145],
  precision: 1,
} as const

export const NOISE_PROPERTIES: readonly ObservedProperty[] = [
  { ...LEVEL, id: 'laeq', name: { en: 'Equivalent sound level LAeq', zh: '等效声级 LAeq' }, hj212: 'Leq' },
  { ...LEVEL, id: 'la', name: { en: 'A-weighted sound level', zh: 'A 声级' }, hj212: 'LA' },
  {
    ...LEVEL,
    id: 'l10',
    name: { en: 'Level exceeded 10 % of the time', zh: '累积百分声级 L10' },
    hj212: 'L10',
  },
  {
    ...LEVEL,
    id: 'l50',
    name: { en: 'Level exceeded 50 % of the time', zh: '累积百分声级 L50' },
    hj212: 'L50',
  },
  {
    ...LEVEL,
    id: 'l90',
    name: { en: 'Level exceeded 90 % of the time', zh: '累积百分声级 L90' },
    hj212: 'L90',
  },
  { ...LEVEL, id: 'lmax', name: { en: 'Maximum sound level', zh: '最大声级' }, hj212: 'LMx' },
]
