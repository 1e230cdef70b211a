import type { Feature, FeatureCollection, Position } from '@osprey/core/geo'
import type { Territory } from '../territory/territory.ts'

/** A feature as it is sent, and where its points are; without points it is background. */
interface Item {
  text: string
  /** Longitudes and latitudes. */
  points: Float64Array | undefined
}

/**
 * What of a layer each territory shows. Points say that something is there, so those outside are left out; lines and
 * polygons, such as rivers and boundaries, are the background everyone sees.
 */
export class LayerOutlook {
  private readonly items: readonly Item[]
  /** About the memory it takes. */
  readonly bytes: number

  constructor({ features }: FeatureCollection) {
    this.items = features.map(itemOf)
    this.bytes = this.items.reduce(
      (sum, { text, points }) => sum + 2 * text.length + (points?.byteLength ?? 0) + 100,
      0,
    )
  }

  /** Number of features that `text` holds. */
  count(territory: Territory): number {
    return this.items.filter(({ points }) => !points || positionsInside(points, territory, 1).length > 0)
      .length
  }

  /** The GeoJSON text. */
  text(territory: Territory): string {
    const inside = this.items.flatMap((item) => textWithin(item, territory) ?? [])
    return `{"type":"FeatureCollection","features":[${inside.join(',')}]}`
  }
}

function itemOf(feature: Feature): Item {
  const positions = pointsOf(feature)
  return {
    text: JSON.stringify(feature),
    points: positions && Float64Array.from(positions.flatMap((position) => position.slice(0, 2))),
  }
}

/** Undefined when all of its points are outside; those left over are a MultiPoint. */
function textWithin({ text, points }: Item, territory: Territory): string | undefined {
  if (!points) return text
  const inside = positionsInside(points, territory)
  if (inside.length === 0) return undefined
  if (inside.length === points.length / 2) return text
  const feature: Feature = JSON.parse(text)
  const all = pointsOf(feature) as Position[]
  const coordinates = inside.map((at) => all[at])
  return JSON.stringify({ ...feature, geometry: { type: 'MultiPoint', coordinates } })
}

/** Indexes of the positions inside, the first `most` of them. */
function positionsInside(points: Float64Array, { contains }: Territory, most = Infinity): number[] {
  const inside: number[] = []
  for (let at = 0; at < points.length && inside.length < most; at += 2) {
    if (contains(points[at] as number, points[at + 1] as number)) inside.push(at / 2)
  }
  return inside
}

/** The positions of a Point or MultiPoint; undefined for what is shown to everyone. */
function pointsOf({ geometry }: Feature): Position[] | undefined {
  if (geometry?.type === 'Point') return [geometry.coordinates as Position]
  return geometry?.type === 'MultiPoint' ? (geometry.coordinates as Position[]) : undefined
}
