import { describe, expect, test } from '@jest/globals'
import { OBSERVED_PROPERTIES, type ObservedProperty, propertyById } from './properties.ts'
import { SENML_UNITS, senmlUnitToUcum } from './senml-units.ts'
import { conversion, isUcum } from './units.ts'

function property(id: string): ObservedProperty {
  const found = propertyById(id)
  if (found === undefined) throw new Error(id)
  return found
}

describe('linear conversions', () => {
  test.each([
    ['ug/m3', 'pm25', 1, 0],
    ['mg/m3', 'pm25', 1000, 0],
    ['ng/m3', 'pm25', 0.001, 0],
    ['ug/m3', 'co', 0.001, 0],
    ['K', 'temperature', 1, -273.15],
    ['[degF]', 'temperature', 5 / 9, -160 / 9],
    ['kPa', 'pressure', 10, 0],
    ['Pa', 'pressure', 0.01, 0],
    ['mbar', 'pressure', 1, 0],
    ['km/h', 'wind_speed', 1 / 3.6, 0],
    ['[kn_i]', 'wind_speed', 1852 / 3600, 0],
    ['rad', 'wind_direction', 180 / Math.PI, 0],
    ['cm', 'rainfall', 10, 0],
    ['[in_i]', 'rainfall', 25.4, 0],
    ['1', 'humidity', 100, 0],
    ['m3/m3', 'soil_moisture', 100, 0],
    ['mS/cm', 'conductivity', 1000, 0],
    ['S/m', 'conductivity', 10_000, 0],
    ['g/L', 'cod', 1000, 0],
    ['g/m3', 'cod', 1, 0],
    ['L/s', 'effluent_flow', 3.6, 0],
    ['m3/h', 'flow', 1 / 3600, 0],
    ['W', 'treatment_power', 0.001, 0],
    ['mA', 'treatment_current', 0.001, 0],
    ['{FNU}', 'turbidity', 1, 0],
    ['dB', 'laeq', 1, 0],
    ['B[SPL]', 'laeq', 10, 0],
    ['[pH]', 'ph', 1, 0],
  ])('%s to that of %s', (unit, id, factor, offset) => {
    const found = conversion(unit, property(id))
    expect(found).toMatchObject({ ok: true })
    if (!found.ok) return
    expect(found.factor).toBeCloseTo(factor, 10)
    expect(found.offset).toBeCloseTo(offset, 9)
  })

  test('digits the library gets wrong are taken off', () => {
    expect(conversion('mS/cm', property('conductivity'))).toEqual({ ok: true, factor: 1000, offset: 0 })
  })
})

describe('gases', () => {
  // Factors at 25 °C and 101.325 kPa as printed by air quality agencies, to their digits.
  test.each([
    ['[ppb]', 'no2', 1.88],
    ['[ppb]', 'so2', 2.62],
    ['[ppb]', 'o3', 1.96],
    ['[ppm]', 'co', 1.15],
    ['[ppb]', 'nox', 1.88],
    ['[ppb]', 'no', 1.23],
    ['nmol/mol', 'no2', 1.88],
    ['umol/mol', 'co', 1.15],
  ])('%s of %s', (unit, id, factor) => {
    const found = conversion(unit, property(id))
    expect(found.ok && Math.abs(found.factor - factor)).toBeLessThan(0.006)
    expect(found.ok && found.offset).toBe(0)
  })

  test('stack gas is counted at 0 °C: 2.86 mg of sulphur dioxide are 1 ppm', () => {
    const found = conversion('[ppm]', property('emission_so2'))
    expect(found.ok && found.factor).toBeCloseTo(2.86, 2)
  })

  test('back to a mole fraction', () => {
    const ozone = { id: 'ozone', unit: '[ppb]', molarMass: 47.9982, media: ['air'] as const }
    const there = conversion('[ppb]', property('o3'))
    const back = conversion('ug/m3', ozone)
    expect(there.ok && back.ok && there.factor * back.factor).toBeCloseTo(1, 10)
  })

  test('moles per volume go by the molar mass', () => {
    expect(conversion('umol/m3', property('so2'))).toEqual({ ok: true, factor: 64.064, offset: 0 })
    expect(conversion('umol/L', property('ammonia_nitrogen'))).toEqual({
      ok: true,
      factor: 0.0140067,
      offset: 0,
    })
  })
})

describe('refusals name the unit and what was expected', () => {
  test.each([
    ['m', 'no2', 'unit of no2: "m", expected ug/m3'],
    ['', 'no2', 'unit of no2: "", expected a UCUM code'],
    ['garbage', 'no2', 'unit of no2: "garbage", expected a UCUM code'],
    ['µg/m³', 'no2', 'such as ug/m3'],
    ['ppb', 'no2', 'such as [ppb]'],
    ['°C', 'temperature', 'such as Cel'],
    ['dB(A)', 'laeq', 'such as dB[SPL]'],
    ['[ppb]', 'voc', 'no molar mass'],
    ['mmol/L', 'cod', 'expected mg/L'],
    ['[ppm]', 'cod', 'a part of water is no fixed mass'],
    ['{QSU}', 'turbidity', 'expected {NTU}'],
    ['1', 'turbidity', 'expected {NTU}'],
    ['mol/L', 'ph', 'expected [pH]'],
    ['Pa', 'laeq', 'expected dB[SPL]'],
    ['ug / m3', 'no2', 'expected a UCUM code'],
  ])('%j for %s', (unit, id, detail) => {
    const found = conversion(unit, property(id))
    expect(found.ok).toBe(false)
    expect(found.ok ? '' : found.detail).toContain(detail)
  })

  test('a unit that is no UCUM code does not convert to itself', () => {
    expect(conversion('garbage', { id: 'x', unit: 'garbage', media: ['air'] }).ok).toBe(false)
  })
})

test('every unit of the catalogue is a UCUM code and converts to itself', () => {
  for (const entry of OBSERVED_PROPERTIES) {
    expect([entry.unit, isUcum(entry.unit)]).toEqual([entry.unit, true])
    expect(conversion(entry.unit, entry)).toEqual({ ok: true, factor: 1, offset: 0 })
  }
})

test('every SenML unit has a UCUM code', () => {
  for (const name of SENML_UNITS) {
    const code = senmlUnitToUcum(name) ?? ''
    expect([name, code, isUcum(code)]).toEqual([name, code, true])
  }
})

test.each([
  ['%', '1'],
  ['%RH', '%'],
  ['/100', '%'],
  ['l', 'L'],
  ['ppm', '[ppm]'],
  ['kWh', 'kW.h'],
  ['NTU', '{NTU}'],
  ['constructor', undefined],
  ['dBm', undefined],
  ['', undefined],
])('the SenML unit %j is %s', (name, code) => {
  expect(senmlUnitToUcum(name)).toBe(code)
})

test.each(['', ' ', 'ug /m3', 'µg/m3', 'UG/M3', 'x'.repeat(65), 'mg/l^2'])('%j is no UCUM code', (code) => {
  expect(isUcum(code)).toBe(false)
})

test.each(['__proto__', 'constructor', 'm/__proto__', 'constructor2', '(toString).m', 'valueOf.s-1'])(
  '%s, which every object has, is no unit',
  (code) => {
    expect(isUcum(code)).toBe(false)
    const target = { id: 'pm25', unit: 'ug/m3', media: ['air'] } as const
    expect(conversion(code, { ...target, media: [...target.media] })).toMatchObject({ ok: false })
  },
)
