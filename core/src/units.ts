import { UcumLhcUtils } from '@lhncbc/ucum-lhc'
import type { ObservedProperty } from './properties.ts'

/** value in the property's unit = value × factor + offset */
export type Conversion = { ok: true; factor: number; offset: number } | { ok: false; detail: string }

/** What a conversion needs to know of the property it leads to. */
export type UnitTarget = Pick<ObservedProperty, 'id' | 'unit' | 'molarMass' | 'media'>

/** m³/mol of an ideal gas at 101.325 kPa: R·T/p with R = 8.314462618 J/(mol·K) (CODATA 2018). */
const MOLAR_VOLUME_298 = (8.314462618 * 298.15) / 101_325
const MOLAR_VOLUME_273 = (8.314462618 * 273.15) / 101_325

/** Units that say the mole fraction of a gas. */
const MOLE_FRACTION = /^(\[ppth\]|\[ppm\]|\[ppb\]|\[pptr\]|%|[munp]?mol\/k?mol)$/
/** A unit that is nothing but an annotation: UCUM counts them all as 1, yet {NTU} is no {QSU}. */
const ANNOTATION = /^\{[^}]*\}$/
/**
 * Factors the library cannot know. Formazin calibrates FNU and NTU alike (ISO 7027-1); a plain decibel of a
 * sound level is one of sound pressure; between bel and decibel it would go by the ratio, not by the level.
 */
const BY_CONVENTION: ReadonlyMap<string, number> = new Map([
  ['{FNU} {NTU}', 1],
  ['dB dB[SPL]', 1],
  ['B[SPL] dB[SPL]', 10],
])

/** The library looks codes up in a plain object, where it finds these too: it takes __proto__ for a unit. */
const INHERITED = new RegExp(
  `(?<!\\w)(${Object.getOwnPropertyNames(Object.prototype).join('|')})(?![A-Za-z_])`,
)

const MAX_CACHED = 2000
const cache = new Map<string, Conversion>()

/**
 * How to convert a value in a UCUM unit into the unit of a property. Linear or refused with the reason.
 * Mole fractions of a gas (ppb, ppm, …) become mass concentrations by the property's molar mass: of ambient
 * air at 25 °C and 101.325 kPa (GB 3095, amendment of 2018), of stack gas at 0 °C and 101.325 kPa (HJ 76-2017).
 */
export function conversion(fromUcum: string, property: UnitTarget): Conversion {
  const key = `${fromUcum} ${property.unit} ${property.molarMass ?? ''} ${property.media[0] ?? ''} ${property.id}`
  let found = cache.get(key)
  if (found === undefined) {
    if (cache.size >= MAX_CACHED) cache.clear()
    found = findConversion(fromUcum, property)
    cache.set(key, found)
  }
  return found
}

/** Is this a UCUM code in the case-sensitive form? */
export function isUcum(code: string): boolean {
  if (code === '' || code.length > 64 || /\s/.test(code) || INHERITED.test(code)) return false
  const result = ucum().validateUnitString(code)
  return result.status === 'valid' && result.ucumCode === code
}

function findConversion(from: string, property: UnitTarget): Conversion {
  const to = property.unit
  if (!isUcum(from)) return refused(from, property, `a UCUM code${suggestion(from)}`)
  const known = from === to ? 1 : BY_CONVENTION.get(`${from} ${to}`)
  if (known !== undefined) return factorOnly(known)
  if (ANNOTATION.test(from) || ANNOTATION.test(to)) return refused(from, property, to)
  return gasConversion(from, property) ?? linear(from, property)
}

/** From mole fraction to mass concentration or back; undefined when it is neither. */
function gasConversion(from: string, property: UnitTarget): Conversion | undefined {
  const to = property.unit
  if (MOLE_FRACTION.test(from) && isConvertible(to, 'g/m3')) {
    if (!isGas(property)) return refused(from, property, `${to}, since a part of water is no fixed mass`)
    if (property.molarMass === undefined) return refused(from, property, `${to}, since it has no molar mass`)
    const gram = property.molarMass / molarVolume(property)
    return factorOnly(scale(from, '1') * gram * scale('g/m3', to))
  }
  if (MOLE_FRACTION.test(to) && isConvertible(from, 'g/m3')) {
    if (property.molarMass === undefined) return refused(from, property, `${to}, since it has no molar mass`)
    const fraction = molarVolume(property) / property.molarMass
    return factorOnly(scale(from, 'g/m3') * fraction * scale('1', to))
  }
  return undefined
}

function linear(from: string, property: UnitTarget): Conversion {
  const options = property.molarMass === undefined ? {} : { molecularWeight: property.molarMass }
  const at = (value: number) => ucum().convertUnitTo(from, value, property.unit, options)
  const zero = at(0)
  const one = at(1)
  const far = at(1024)
  if (zero.toVal === null || one.toVal === null || far.toVal === null) {
    return refused(from, property, property.unit)
  }
  const factor = (far.toVal - zero.toVal) / 1024
  const isLinear =
    Math.abs(zero.toVal + factor - one.toVal) <= 1e-9 * (Math.abs(factor) + Math.abs(zero.toVal))
  if (!isLinear || !Number.isFinite(factor)) {
    return refused(from, property, `${property.unit}: the conversion is not linear`)
  }
  return { ok: true, factor: tidy(factor), offset: tidy(zero.toVal) }
}

function isGas(property: UnitTarget): boolean {
  return property.media[0] === 'air' || property.media[0] === 'emission'
}

function molarVolume(property: UnitTarget): number {
  return property.media[0] === 'emission' ? MOLAR_VOLUME_273 : MOLAR_VOLUME_298
}

function isConvertible(from: string, to: string): boolean {
  return ucum().convertUnitTo(from, 1, to).toVal !== null
}

/** How many of one unit make one of the other; both are known to be commensurable. */
function scale(from: string, to: string): number {
  return ucum().convertUnitTo(from, 1, to).toVal ?? Number.NaN
}

function factorOnly(factor: number): Conversion {
  return { ok: true, factor: tidy(factor), offset: 0 }
}

/** Takes off the last digits, which are rounding errors of the library: 999.9999999999998 is 1000. */
function tidy(value: number): number {
  return Number(value.toPrecision(13)) + 0
}

function refused(from: string, property: UnitTarget, expected: string): Conversion {
  return { ok: false, detail: `unit of ${property.id}: ${JSON.stringify(from)}, expected ${expected}` }
}

/** The UCUM code for how a unit is often written. */
const OFTEN_WRITTEN: ReadonlyMap<string, string> = new Map([
  ['°C', 'Cel'],
  ['℃', 'Cel'],
  ['°F', '[degF]'],
  ['°', 'deg'],
  ['ppm', '[ppm]'],
  ['ppb', '[ppb]'],
  ['ppt', '[pptr]'],
  ['dB(A)', 'dB[SPL]'],
  ['dBA', 'dB[SPL]'],
  ['NTU', '{NTU}'],
  ['FNU', '{FNU}'],
  ['pH', '[pH]'],
  ['mbar', 'hPa'],
  ['kWh', 'kW.h'],
  ['knot', '[kn_i]'],
  ['kn', '[kn_i]'],
])

function suggestion(written: string): string {
  const plain = written
    .trim()
    .replaceAll(/[µμ]/g, 'u')
    .replaceAll('²', '2')
    .replaceAll('³', '3')
    .replaceAll('^', '')
    .replaceAll('·', '.')
  const code = OFTEN_WRITTEN.get(written.trim()) ?? plain
  return code !== written && isUcum(code) ? `, such as ${code}` : ''
}

/** The library builds its tables on first use, about 50 ms. */
function ucum(): UcumLhcUtils {
  return UcumLhcUtils.getInstance()
}
