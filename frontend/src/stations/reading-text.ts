import type { PropertyView } from '@osprey/core/api'
import type { Text } from '../i18n/use-text.ts'

export const NO_VALUE = '—'

/** A result in words and numbers, without its unit: decimals of the catalogue, on/off for switches. */
export function resultText(
  property: PropertyView | undefined,
  value: number | string | null,
  { t, format }: Pick<Text, 't' | 'format'>,
): string {
  if (value === null) return NO_VALUE
  if (typeof value === 'string') return value
  if (property?.kind === 'boolean') return t(value === 0 ? 'reading.off' : 'reading.on')
  return format.number(value, property?.precision ?? 2)
}

/** A result with its unit. */
export function readingText(
  property: PropertyView | undefined,
  value: number | string | null,
  text: Pick<Text, 't' | 'format'>,
): string {
  const result = resultText(property, value, text)
  const symbol = property?.symbol ?? ''
  if (symbol === '' || typeof value !== 'number') return result
  return symbol.startsWith('°') || symbol === '%'
    ? `${result}${symbol === '%' ? '' : ' '}${symbol}`
    : `${result} ${symbol}`
}
