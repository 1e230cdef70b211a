import type { LayerView } from '@osprey/core/api'
import { validateGeoJson } from '@osprey/core/geo'
import { asc, eq } from 'drizzle-orm'
import type { Database } from '../database/database.ts'
import { layers } from '../database/schema.ts'
import { parseGeoJson } from '../http/parse-geojson.ts'
import { invalid, invalidFields, notFound, ProblemException } from '../http/problem.ts'

const MAX_LAYERS = 100
const MAX_FEATURES = 50_000

/** The territory's own GeoJSON: the base map where no tiles are configured. */
export class Layers {
  constructor(private readonly database: Database) {}

  async list(): Promise<LayerView[]> {
    const { id, name, kind, features } = layers
    const rows = await this.database.queries
      .select({ id, name, kind, features })
      .from(layers)
      .orderBy(asc(id))
    return rows as LayerView[]
  }

  /** The layer's GeoJSON text. */
  async get(id: string): Promise<string> {
    if (id.includes('\0')) throw notFound('layer', id)
    const [row] = await this.database.queries
      .select({ geojson: layers.geojson })
      .from(layers)
      .where(eq(layers.id, id))
    if (!row) throw notFound('layer', id)
    return row.geojson
  }

  /** Creates or replaces a layer from GeoJSON on WGS 84 (RFC 7946). */
  async put(id: string, { name, kind }: Pick<LayerView, 'name' | 'kind'>, text: string): Promise<LayerView> {
    const collection = parse(text)
    const view = { id, name, kind, features: collection.features.length }
    const geojson = withoutNul(JSON.stringify(collection))
    await this.database.queries.transaction(async (transaction) => {
      await transaction.execute('lock table layers in share row exclusive mode')
      const count = await transaction.$count(layers)
      const [existing] = await transaction.select({ id: layers.id }).from(layers).where(eq(layers.id, id))
      if (!existing && count >= MAX_LAYERS) {
        throw new ProblemException(409, `at most ${MAX_LAYERS} layers can be kept`)
      }
      const values = { ...view, geojson, updatedAt: new Date() }
      await transaction.insert(layers).values(values).onConflictDoUpdate({ target: layers.id, set: values })
    })
    return view
  }

  async remove(id: string): Promise<void> {
    const rows = id.includes('\0')
      ? []
      : await this.database.queries.delete(layers).where(eq(layers.id, id)).returning({ id: layers.id })
    if (rows.length === 0) throw notFound('layer', id)
  }
}

function parse(text: string) {
  const checked = validateGeoJson(parseGeoJson(text))
  if (!checked.ok) throw invalidFields(checked.problems.map(asFieldError))
  const { features } = checked.collection
  if (features.length > MAX_FEATURES) {
    throw invalid('features', features.length, `at most ${MAX_FEATURES} features`)
  }
  return checked.collection
}

/** A problem reads "place: value, expected what". */
function asFieldError(problem: string) {
  const expected = problem.lastIndexOf(', expected ')
  const colon = problem.indexOf(': ')
  return {
    field: problem.slice(0, colon),
    value: problem.slice(colon + 2, expected),
    expected: problem.slice(expected + ', expected '.length),
  }
}

/** The escape \u0000 is kept by `text` columns, but nothing that reads the layer expects it. */
function withoutNul(json: string): string {
  return json.replaceAll('\\u0000', '\\ufffd')
}
