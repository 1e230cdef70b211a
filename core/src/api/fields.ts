import { z } from 'zod'
import { ID_PATTERN } from '../topics.ts'

/** Fields that the bodies and parameters of the HTTP interface share. */

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const CONTROL = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\uFFFE\uFFFF]/
const LINE_BREAK = /[\t\r\n\u2028\u2029]/

/** Well-formed Unicode without control characters other than tab and line breaks. */
export function isCleanText(text: string): boolean {
  return text.isWellFormed() && !CONTROL.test(text)
}

/** One line of well-formed Unicode, not blank, at most `max` characters. */
export const line = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .refine(
      (text) => text.trim() !== '' && isCleanText(text) && !LINE_BREAK.test(text),
      'one line of text, not blank, without control characters',
    )

/** Free text over several lines. */
export const prose = (max: number) =>
  z.string().max(max).refine(isCleanText, 'text without control characters')

/** Whether every text in a JSON document, names included, is one the database can keep. */
export function isCleanJson(value: unknown): boolean {
  if (typeof value === 'string') return isCleanText(value)
  if (typeof value !== 'object' || value === null) return true
  return Object.entries(value).every(([name, member]) => isCleanText(name) && isCleanJson(member))
}

export const identifier = z
  .string()
  .regex(
    ID_PATTERN,
    '1 to 64 letters, digits, dots, underscores or hyphens, beginning with a letter or digit',
  )

export const attributes = z
  .record(line(64), z.union([prose(1000), z.number(), z.boolean()]))
  .refine((record) => Object.keys(record).length <= 50, 'at most 50 attributes')

export const latitude = z.number().min(-90).max(90).describe('WGS 84, degrees north')
export const longitude = z.number().min(-180).max(180).describe('WGS 84, degrees east')
export const instant = z.iso.datetime({ offset: true }).describe('ISO 8601 with offset')

/** A whole number in a query string. */
export const wholeNumber = (max: number, otherwise: number) =>
  z
    .string()
    .regex(/^[0-9]{1,9}$/, `a whole number from 1 to ${max}`)
    .refine((text) => Number(text) >= 1 && Number(text) <= max, `a whole number from 1 to ${max}`)
    .default(String(otherwise))
    .describe(`1 to ${max}, ${otherwise} unless given`)
