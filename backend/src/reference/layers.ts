import { createHash } from 'node:crypto'
import type { LayerView } from '@osprey/core/api'
import { validateGeoJson } from '@osprey/core/geo'
import { asc, eq, sql } from 'drizzle-orm'
import type { Audit } from '../audit/audit.ts'
import type { Database } from '../database/database.ts'
import { layers } from '../database/schema.ts'
import { geoJsonErrors, parseGeoJson } from '../http/parse-geojson.ts'
import { invalid, invalidFields, notFound, ProblemException } from '../http/problem.ts'
import { Body } from '../http/send-text.ts'
import type { Territory } from '../territory/territory.ts'
import { Kept } from './kept.ts'
import { LayerOutlook } from './layer-outlook.ts'

const MAX_LAYERS = 100
const MAX_FEATURES = 50_000
/** What is kept made: in bytes, once as read and once as sent; and counts, of 100 territories at most. */
const KEPT_BYTES = 64 * 1024 * 1024
const MAX_COUNTS = 10_000
const NO_FEATURES = '{"type":"FeatureCollection","features":[]}'

/** What the audit log keeps of a layer: its GeoJSON may have megabytes. */
const AUDITED = {
  id: layers.id,
  name: layers.name,
  kind: layers.kind,
  features: layers.features,
  sha256: sql<string>`encode(sha256(convert_to(${layers.geojson}, 'UTF8')), 'hex')`,
}

/** The territory's own GeoJSON: the base map where no tiles are configured. */
export class Layers {
  /** By layer and version, and by territory where they differ by that. */
  private readonly outlooks = new Kept<LayerOutlook>(MAX_LAYERS, KEPT_BYTES, ({ bytes }) => bytes)
  private readonly counts = new Kept<number>(MAX_COUNTS, Number.POSITIVE_INFINITY, () => 0)
  private readonly bodies = new Kept<Body>(MAX_LAYERS, KEPT_BYTES, ({ bytes }) => bytes.length)

  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
  ) {}

  /** To be called when jurisdictions change: territories keep their key and hold something else. */
  forget(): void {
    this.counts.clear()
    this.bodies.clear()
  }

  /** `features` counts what of each layer the territory shows. */
  async list(territory: Territory): Promise<LayerView[]> {
    const { id, name, kind, features, updatedAt } = layers
    const rows = await this.database.queries
      .select({ id, name, kind, features, updatedAt })
      .from(layers)
      .orderBy(asc(id))
    const views: LayerView[] = []
    for (const { updatedAt: version, ...row } of rows) {
      const features = territory.whole ? row.features : await this.count(row.id, version, territory)
      views.push({ ...(row as LayerView), features })
    }
    return views
  }

  /** The layer's GeoJSON text, without the points outside the territory. */
  async get(id: string, territory: Territory): Promise<Body> {
    if (id.includes('\0')) throw notFound('layer', id)
    const [row] = await this.database.queries
      .select({ version: layers.updatedAt })
      .from(layers)
      .where(eq(layers.id, id))
    if (!row) throw notFound('layer', id)
    return this.bodies.get(keyOf(id, row.version, territory), async () => {
      if (territory.whole) return new Body(await this.text(id))
      return new Body((await this.outlookOf(id, row.version)).text(territory))
    })
  }

  private count(id: string, version: Date, territory: Territory): Promise<number> {
    return this.counts.get(keyOf(id, version, territory), async () =>
      (await this.outlookOf(id, version)).count(territory),
    )
  }

  private outlookOf(id: string, version: Date): Promise<LayerOutlook> {
    return this.outlooks.get(
      keyOf(id, version),
      async () => new LayerOutlook(JSON.parse(await this.text(id))),
    )
  }

  /** Without features when the layer was removed meanwhile. */
  private async text(id: string): Promise<string> {
    const [row] = await this.database.queries
      .select({ geojson: layers.geojson })
      .from(layers)
      .where(eq(layers.id, id))
    return row?.geojson ?? NO_FEATURES
  }

  /** Creates or replaces a layer from GeoJSON on WGS 84 (RFC 7946). */
  async put(id: string, { name, kind }: Pick<LayerView, 'name' | 'kind'>, text: string): Promise<LayerView> {
    const collection = parse(text)
    const view = { id, name, kind, features: collection.features.length }
    const geojson = withoutNul(JSON.stringify(collection))
    await this.database.queries.transaction(async (transaction) => {
      await transaction.execute('lock table layers in share row exclusive mode')
      const count = await transaction.$count(layers)
      const [existing] = await transaction.select(AUDITED).from(layers).where(eq(layers.id, id))
      if (!existing && count >= MAX_LAYERS) {
        throw new ProblemException(409, `at most ${MAX_LAYERS} layers can be kept`)
      }
      const values = { ...view, geojson, updatedAt: new Date() }
      await transaction.insert(layers).values(values).onConflictDoUpdate({ target: layers.id, set: values })
      await this.audit.record(transaction, {
        action: 'layer.saved',
        object: { kind: 'layer', id },
        before: existing,
        after: { ...view, sha256: createHash('sha256').update(geojson).digest('hex') },
      })
    })
    return view
  }

  async remove(id: string): Promise<void> {
    if (id.includes('\0')) throw notFound('layer', id)
    await this.database.queries.transaction(async (transaction) => {
      const [before] = await transaction.delete(layers).where(eq(layers.id, id)).returning(AUDITED)
      if (!before) throw notFound('layer', id)
      await this.audit.record(transaction, {
        action: 'layer.removed',
        object: { kind: 'layer', id },
        before,
      })
    })
  }
}

function keyOf(id: string, version: Date, territory?: Territory): string {
  return JSON.stringify([id, version.getTime(), territory?.key])
}

function parse(text: string) {
  const checked = validateGeoJson(parseGeoJson(text))
  if (!checked.ok) throw invalidFields(geoJsonErrors(checked.problems))
  const { features } = checked.collection
  if (features.length > MAX_FEATURES) {
    throw invalid('features', features.length, `at most ${MAX_FEATURES} features`)
  }
  return checked.collection
}

/** The escape \u0000 is kept by `text` columns, but nothing that reads the layer expects it. */
function withoutNul(json: string): string {
  return json.replaceAll('\\u0000', '\\ufffd')
}
