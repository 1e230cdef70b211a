/**
 * The unit names of SenML and their UCUM codes: RFC 8428 clause 12.1, RFC 8798 clauses 2 and 3, and what
 * the IANA registry added since. Missing is `dBm`, for which UCUM has no code.
 */
const UCUM_OF_SENML: ReadonlyMap<string, string> = new Map([
  // RFC 8428. Units spelt alike in both.
  ...['m', 'kg', 'g', 's', 'A', 'K', 'cd', 'mol', 'Hz', 'rad', 'sr', 'N', 'Pa', 'J', 'W', 'C', 'V', 'F'].map(
    same,
  ),
  ...['Ohm', 'S', 'Wb', 'T', 'H', 'Cel', 'lm', 'lx', 'Bq', 'Gy', 'Sv', 'kat', 'm2', 'm3', 'm/s', 'm/s2'].map(
    same,
  ),
  ...['m3/s', 'W/m2', 'cd/m2', 'bit', 'bit/s', 'dB', 'S/m'].map(same),
  ['l', 'L'],
  ['l/s', 'L/s'],
  ['lat', 'deg'],
  ['lon', 'deg'],
  ['pH', '[pH]'],
  ['dBW', 'dB[W]'],
  ['Bspl', 'B[SPL]'],
  ['count', '{count}'],
  ['/', '1'],
  // The name of a ratio from 0 to 1, for historical reasons; not a percentage (RFC 8428 clause 12.1, note 1).
  ['%', '1'],
  ['%RH', '%'],
  ['%EL', '%'],
  ['EL', 's'],
  ['1/s', '/s'],
  ['1/min', '/min'],
  ['beat/min', '/min'],
  ['beats', '{beats}'],
  // RFC 8798 clause 2. Reactive and apparent power differ by what they measure, not by unit.
  ['B', 'By'],
  ['VA', 'V.A'],
  ['VAs', 'V.A.s'],
  ['var', 'V.A'],
  ['vars', 'V.A.s'],
  ...['J/m', 'kg/m3', 'deg'].map(same),
  ['NTU', '{NTU}'],
  // RFC 8798 clause 3: secondary units.
  ...['ms', 'min', 'h', 'MHz', 'kW', 'Mbit/s', 'mV', 'mA', 'ug/m3', 'mm/h', 'm/h', 'hPa'].map(same),
  ...['mm', 'cm', 'km', 'km/h'].map(same),
  ['kVA', 'kV.A'],
  ['kvar', 'kV.A'],
  ['Ah', 'A.h'],
  ['Wh', 'W.h'],
  ['kWh', 'kW.h'],
  ['varh', 'V.A.h'],
  ['kvarh', 'kV.A.h'],
  ['kVAh', 'kV.A.h'],
  ['Wh/km', 'W.h/km'],
  ['KiB', 'KiBy'],
  ['GB', 'GBy'],
  ['B/s', 'By/s'],
  ['MB/s', 'MBy/s'],
  ['ppm', '[ppm]'],
  ['/100', '%'],
  ['/1000', '[ppth]'],
  ['ppb', '[ppb]'],
  ['ppt', '[pptr]'],
  ['VAh', 'V.A.h'],
  ['mg/l', 'mg/L'],
  ['ug/l', 'ug/L'],
  ['g/l', 'g/L'],
])

/** Every SenML unit name with a UCUM code. */
export const SENML_UNITS: readonly string[] = [...UCUM_OF_SENML.keys()]

/** UCUM code of a registered SenML unit, or undefined. */
export function senmlUnitToUcum(unit: string): string | undefined {
  return UCUM_OF_SENML.get(unit)
}

function same(unit: string): [string, string] {
  return [unit, unit]
}
