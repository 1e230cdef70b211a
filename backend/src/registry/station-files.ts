import { setImmediate as breathe } from 'node:timers/promises'
import {
  type FieldError,
  type ImportResult,
  MAX_IMPORT_ROWS,
  type StationInput,
  stationInput,
} from '@osprey/core/api'
import { writeCsv } from '@osprey/core/csv'
import { parseGeoJson } from '../http/parse-geojson.ts'
import { invalid, ProblemException, quote, shorten } from '../http/problem.ts'
import { fieldErrors } from '../http/validation.ts'
import type { Territory } from '../territory/territory.ts'
import { readCsv } from './csv.ts'
import type { Registry, Station } from './registry.ts'
import {
  ATTRIBUTE_PREFIX,
  attributeOf,
  attributeValue,
  fieldOf,
  fieldValue,
  REQUIRED_FIELDS,
  STATION_FIELDS,
  type StationField,
} from './station-columns.ts'
import { registered } from './station-json.ts'
import { outside, type Stations } from './stations.ts'

/** Beyond these only their number is told. */
const MAX_LISTED_ERRORS = 1000
/** Rows checked between two turns of the event loop: readings keep flowing during an import. */
const ROWS_PER_TURN = 500
/** Members of our own list of stations that say how a station is, not what it is. */
const STATE_FIELDS = new Set(['status', 'level', 'alert', 'latest', 'datastreams'])

type Candidate = Record<string, unknown>

/** Stations as CSV and GeoJSON files, in and out. */
export class StationFiles {
  constructor(
    private readonly registry: Registry,
    private readonly stations: Stations,
  ) {}

  /**
   * Creates or replaces every station of the file, or none when anything in it is wrong. `row` of an error
   * counts from 1, the first after the header or the first feature.
   */
  async import(
    body: unknown,
    contentType = '',
    dryRun: boolean,
    territory: Territory,
  ): Promise<ImportResult> {
    if (typeof body !== 'string') {
      throw new ProblemException(415, 'expected a file as text/csv or application/geo+json')
    }
    const isCsv = contentType.startsWith('text/')
    const candidates = isCsv ? csvCandidates(body) : geoJsonCandidates(body)
    const { inputs, errors, omitted } = await this.check(candidates, territory)
    if (errors.length > 0 && !dryRun) throw new ProblemException(422, summary(errors, omitted), errors)
    if (dryRun) {
      const updated = inputs.filter(({ id }) => this.registry.stations.has(id)).length
      return { created: inputs.length - updated, updated, dryRun, errors, omitted }
    }
    return { ...(await this.stations.putAll(inputs, territory)), dryRun, errors, omitted }
  }

  csv(stations: readonly Station[]): string {
    const attributes = [...new Set(stations.flatMap((station) => Object.keys(station.attributes ?? {})))]
    const rows = stations.map((station) => [
      ...STATION_FIELDS.map((field) => station[field]),
      ...attributes.map((name) => station.attributes?.[name]),
    ])
    return writeCsv([[...STATION_FIELDS, ...attributes.map((name) => ATTRIBUTE_PREFIX + name)], ...rows])
  }

  geoJson(stations: readonly Station[]): string {
    const features = stations.map((station) => ({
      type: 'Feature',
      id: station.id,
      geometry: { type: 'Point', coordinates: [station.longitude, station.latitude] },
      properties: registered(station),
    }))
    return JSON.stringify({ type: 'FeatureCollection', features })
  }

  private async check(candidates: readonly Candidate[], territory: Territory) {
    const inputs: StationInput[] = []
    const errors: FieldError[] = []
    const rowById = new Map<string, number>()
    let found = 0
    for (const [index, candidate] of candidates.entries()) {
      if (index % ROWS_PER_TURN === ROWS_PER_TURN - 1) await breathe()
      const row = index + 1
      const wrong = this.checkOne(candidate, row, rowById, inputs, territory)
      found += wrong.length
      for (const error of wrong) if (errors.length < MAX_LISTED_ERRORS) errors.push({ row, ...error })
    }
    return { inputs, errors, omitted: found - errors.length }
  }

  private checkOne(
    candidate: Candidate,
    row: number,
    rowById: Map<string, number>,
    inputs: StationInput[],
    territory: Territory,
  ): FieldError[] {
    const parsed = stationInput.safeParse(candidate)
    if (!parsed.success) return fieldErrors(parsed.error.issues, candidate)
    const { id, site, latitude, longitude } = parsed.data
    const earlier = rowById.get(id)
    if (earlier !== undefined) {
      return [{ field: 'id', value: id, expected: `an id named once; row ${earlier} has it already` }]
    }
    rowById.set(id, row)
    if (this.stations.isTaken(id, territory)) {
      return [{ field: 'id', value: id, expected: 'an id that no other station has' }]
    }
    if (!territory.contains(longitude, latitude)) return outside(latitude, longitude)
    if (site && !(this.registry.sites.has(site) && territory.hasSite(site))) {
      return [{ field: 'site', value: site, expected: 'the id of an existing site' }]
    }
    inputs.push(parsed.data)
    return []
  }
}

function csvCandidates(text: string): Candidate[] {
  const [header, ...rows] = readCsv(text, MAX_IMPORT_ROWS + 2)
  if (!header) throw invalid('', null, 'a header row and one row per station')
  checkCount(rows.length)
  const columns = header.map((title) => ({ title, field: fieldOf(title) }))
  checkColumns(columns)
  return rows.map((cells) => {
    const candidate: Candidate = {}
    const attributes: Record<string, unknown> = {}
    for (const [index, text] of cells.entries()) {
      const column = columns[index]
      if (column?.field) candidate[column.field] = fieldValue(column.field, text)
      else if (text.trim() !== '') attributes[attributeName(column?.title, index)] = attributeValue(text)
    }
    if (Object.keys(attributes).length > 0) candidate['attributes'] = attributes
    return candidate
  })
}

function attributeName(title: string | undefined, index: number): string {
  return title?.trim() ? attributeOf(title) : `column ${index + 1}`
}

function checkColumns(columns: readonly { title: string; field: StationField | undefined }[]): void {
  for (const field of REQUIRED_FIELDS) {
    if (!columns.some((column) => column.field === field)) {
      throw invalid(field, columns.map(({ title }) => title).join(', '), `a column named ${field}`)
    }
  }
  const fields = columns.flatMap(({ field }) => field ?? [])
  const twice = fields.find((field, index) => fields.indexOf(field) !== index)
  if (twice) throw invalid(twice, columns.map(({ title }) => title).join(', '), `one column for ${twice}`)
}

function geoJsonCandidates(text: string): Candidate[] {
  const { features } = parseCollection(text)
  checkCount(features.length)
  return features.map((feature) => (isObject(feature) ? candidateOf(feature) : { id: feature }))
}

function parseCollection(text: string): { features: unknown[] } {
  const document = parseGeoJson(text)
  const features = isObject(document) && document['type'] === 'FeatureCollection' && document['features']
  if (!Array.isArray(features)) throw invalid('type', null, 'a FeatureCollection with an array of features')
  return { features }
}

/** A Point feature; its own id or the property `id` names the station. */
function candidateOf(feature: Record<string, unknown>): Candidate {
  const { geometry } = feature
  const properties = isObject(feature['properties']) ? feature['properties'] : {}
  const candidate: Candidate = {}
  const attributes: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(properties)) {
    const field = fieldOf(name)
    if (field) candidate[field] = fieldValue(field, value)
    else if (name === 'attributes' && isObject(value)) Object.assign(attributes, value)
    else if (!STATE_FIELDS.has(name) && value !== null) attributes[attributeOf(name)] = value
  }
  if (feature['id'] !== undefined) candidate['id'] = fieldValue('id', feature['id'])
  if (!isObject(geometry) || geometry['type'] !== 'Point' || !Array.isArray(geometry['coordinates'])) {
    return { ...candidate, latitude: undefined, longitude: undefined }
  }
  const [longitude, latitude, elevation] = geometry['coordinates'] as unknown[]
  Object.assign(candidate, { longitude, latitude })
  if (elevation !== undefined) candidate['elevation'] ??= elevation
  if (Object.keys(attributes).length > 0) candidate['attributes'] = attributes
  return candidate
}

function checkCount(rows: number): void {
  if (rows === 0) throw invalid('', null, 'at least one station')
  if (rows > MAX_IMPORT_ROWS) throw invalid('', rows, `at most ${MAX_IMPORT_ROWS} stations in one file`)
}

function summary(errors: readonly FieldError[], omitted: number): string {
  const first = errors[0] as FieldError
  const total = errors.length + omitted
  return (
    `nothing was imported: ${total} ${total === 1 ? 'error' : 'errors'}, the first in row ${first.row}, ` +
    `field ${quote(first.field)}: ${JSON.stringify(shorten(first.value))}, expected ${first.expected}`
  )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
