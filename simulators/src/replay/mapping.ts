import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { identifier } from '@osprey/core/api/fields'
import { MEDIA, type ObservedProperty, propertyById } from '@osprey/core/properties'
import { conversion } from '@osprey/core/units'
import { z } from 'zod'
import { type TimeFormat, timeFormatOf } from './time-format.ts'
import { type Zone, zoneOf } from './time-zone.ts'

const column = z.string().min(1)

const station = z.strictObject({
  id: identifier,
  /** What the station column says for this station; the id unless given. */
  match: z.string().optional(),
  name: z.string().min(1).max(200).optional(),
  latitude: z.number().min(-90).max(90),
  longitude: z.number().min(-180).max(180),
  medium: z.enum(MEDIA).optional(),
  elevation: z.number().optional(),
})

const value = z.strictObject({
  column,
  property: z.string(),
  /** UCUM code of the numbers sent; that of the property unless given. */
  unit: z.string().optional(),
  /** sent = number in the file × scale + offset */
  scale: z.number().optional(),
  offset: z.number().optional(),
  /** What each word in the file means; for columns without numbers. */
  words: z.record(z.string(), z.union([z.number(), z.boolean(), z.string()])).optional(),
  note: z.string().optional(),
})

/** How the columns of a CSV file become observations. */
export const mappingSchema = z.strictObject({
  name: z.string().min(1),
  source: z.string().optional(),
  delimiter: z.string().length(1).default(','),
  time: z.strictObject({
    column,
    format: z.string(),
    zone: z.string().optional(),
    ambiguous: z.enum(['earlier', 'later', 'error']).default('error'),
  }),
  medium: z.enum(MEDIA),
  stations: z.strictObject({
    /** Absent: every row belongs to the one station listed. */
    column: column.optional(),
    list: z.array(station).default([]),
    /** A second CSV file, its path relative to the data file, from which stations are taken. */
    file: z
      .strictObject({
        path: z.string().min(1),
        match: column,
        latitude: column,
        longitude: column,
        name: column.optional(),
        idPrefix: z.string().default(''),
      })
      .optional(),
  }),
  /** One device speaking for all stations; without it each station has a device of its own. */
  gateway: identifier.optional(),
  missing: z.array(z.string()).default(['']),
  values: z.array(value).min(1),
})

type MappingFile = z.infer<typeof mappingSchema>
export type MappedStation = z.infer<typeof station>

export interface MappedValue {
  column: string
  property: ObservedProperty
  /** UCUM code of what is sent. */
  unit: string
  scale: number
  offset: number
  words: ReadonlyMap<string, number | boolean | string> | undefined
  /** stored = sent × factor + offset */
  stored: { factor: number; offset: number }
}

export interface Mapping extends Omit<MappingFile, 'values' | 'time'> {
  time: {
    column: string
    format: TimeFormat
    zone: Zone | undefined
    ambiguous: 'earlier' | 'later' | 'error'
  }
  values: MappedValue[]
}

/** What is wrong with a mapping, all of it, one line each. */
export class MappingError extends Error {
  constructor(
    readonly file: string,
    readonly problems: readonly string[],
  ) {
    super(`${file}:\n${problems.map((problem) => `  ${problem}`).join('\n')}`)
  }
}

/** Reads and checks a mapping file. Throws MappingError listing every problem. */
export function readMapping(path: string): Mapping {
  let json: unknown
  try {
    json = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new MappingError(basename(path), [(error as Error).message])
  }
  return parseMapping(json, basename(path))
}

export function parseMapping(json: unknown, file = 'mapping'): Mapping {
  const parsed = mappingSchema.safeParse(json, { reportInput: true })
  if (!parsed.success) {
    throw new MappingError(
      file,
      parsed.error.issues.map(
        (issue) => `${issue.path.join('.')}: ${JSON.stringify(issue.input)}: ${issue.message}`,
      ),
    )
  }
  const problems: string[] = []
  const mapping = interpret(parsed.data, problems)
  if (problems.length > 0) throw new MappingError(file, problems)
  return mapping
}

function interpret(file: MappingFile, problems: string[]): Mapping {
  checkStations(file, problems)
  return { ...file, time: interpretTime(file.time, problems), values: interpretValues(file.values, problems) }
}

function checkStations({ stations }: MappingFile, problems: string[]): void {
  const { list, file, column } = stations
  if (column === undefined && (list.length !== 1 || file !== undefined)) {
    problems.push('stations.column: missing, expected it unless exactly one station is listed')
  }
  if (list.length === 0 && file === undefined) {
    problems.push('stations.list: [], expected at least one station, or stations.file')
  }
  for (const key of ['id', 'match'] as const) {
    const twice = firstTwice(list.map((entry) => entry[key] ?? entry.id))
    if (twice !== undefined) problems.push(`stations.list: ${key} ${JSON.stringify(twice)} twice`)
  }
}

function interpretTime(time: MappingFile['time'], problems: string[]): Mapping['time'] {
  let format: TimeFormat | undefined
  try {
    format = timeFormatOf(time.format)
  } catch (error) {
    problems.push(`time.format: ${(error as Error).message}`)
  }
  const zone = time.zone === undefined ? undefined : zoneOf(time.zone)
  if (time.zone !== undefined && zone === undefined) {
    problems.push(
      `time.zone: ${JSON.stringify(time.zone)}, expected Z, ±hh:mm or a zone such as Australia/Brisbane`,
    )
  }
  if (format?.isAbsolute === true && time.zone !== undefined) {
    problems.push(
      `time.zone: ${JSON.stringify(time.zone)}, expected none: ${time.format} times carry their own`,
    )
  }
  if (format?.isAbsolute === false && time.zone === undefined) {
    problems.push(
      `time.zone: missing, expected the zone of the local times in ${JSON.stringify(time.column)}`,
    )
  }
  return { column: time.column, format: format ?? timeFormatOf('iso'), zone, ambiguous: time.ambiguous }
}

function interpretValues(values: MappingFile['values'], problems: string[]): MappedValue[] {
  const twice = firstTwice(values.map(({ property }) => property))
  if (twice !== undefined) problems.push(`values: property ${JSON.stringify(twice)} twice`)
  const result: MappedValue[] = []
  for (const [index, entry] of values.entries()) {
    const property = propertyById(entry.property)
    const at = `values.${index}`
    if (property === undefined) {
      problems.push(`${at}.property: ${JSON.stringify(entry.property)}, expected an id of the catalogue`)
      continue
    }
    const unit = entry.unit ?? property.unit
    const stored = conversion(unit, property)
    if (!stored.ok) problems.push(`${at}.unit: ${stored.detail}`)
    const words = entry.words === undefined ? undefined : new Map(Object.entries(entry.words))
    result.push({
      column: entry.column,
      property,
      unit,
      scale: entry.scale ?? 1,
      offset: entry.offset ?? 0,
      words,
      stored: stored.ok ? stored : { factor: 1, offset: 0 },
    })
  }
  return result
}

function firstTwice(list: readonly string[]): string | undefined {
  return list.find((entry, index) => list.indexOf(entry) !== index)
}
