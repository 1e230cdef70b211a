import { boundingBox, type Geometry, inBoundingBox, type Position, type Ring } from '@osprey/core/geo'
import type { BoundingBox } from '@osprey/core/live'

/** Numbers per edge: x1, y1, x2, y2. */
const EDGE = 4
const MOST_BANDS = 256
/** An edge is written into every band it crosses; beyond this many copies on average the bands are made wider. */
const MOST_COPIES = 8

/**
 * A Polygon or MultiPolygon made ready to be asked about many points: the same answers as `pointInGeometry`, from
 * the few edges at the point's latitude instead of all of them.
 */
export class Area {
  readonly box: BoundingBox
  private readonly polygons: readonly (readonly BandedRing[])[]

  /** The geometry must be valid (`validateGeoJson`). */
  constructor({ type, coordinates }: Geometry) {
    const polygons = (type === 'MultiPolygon' ? coordinates : [coordinates]) as Ring[][]
    this.polygons = polygons.map((rings) => rings.map((ring) => new BandedRing(ring)))
    this.box = boundingBox(polygons.flat(2) as Position[]) ?? [0, 0, 0, 0]
  }

  /** Edges count as inside. */
  contains(longitude: number, latitude: number): boolean {
    if (!inBoundingBox(this.box, longitude, latitude)) return false
    for (const rings of this.polygons) if (inRings(rings, longitude, latitude)) return true
    return false
  }
}

/** The first ring is the outline, the others are holes; the edge of a hole is not part of the hole. */
function inRings(rings: readonly BandedRing[], x: number, y: number): boolean {
  for (let index = 0; index < rings.length; index++) {
    const place = (rings[index] as BandedRing).locate(x, y)
    if (place === 'edge') return true
    if ((place === 'inside') !== (index === 0)) return false
  }
  return true
}

/** The edges of a ring, by bands of latitude. */
class BandedRing {
  private readonly south: number
  private readonly north: number
  private readonly bands: readonly Float64Array[]

  constructor(ring: Ring) {
    let south = Infinity
    let north = -Infinity
    for (const [, latitude] of ring) {
      if (latitude < south) south = latitude
      if (latitude > north) north = latitude
    }
    this.south = south
    this.north = north
    let count = Math.min(MOST_BANDS, Math.max(1, Math.round(Math.sqrt(ring.length))))
    let sizes = this.sizes(ring, count)
    while (count > 1 && sizes.reduce((sum, size) => sum + size, 0) > MOST_COPIES * ring.length) {
      count = Math.ceil(count / 2)
      sizes = this.sizes(ring, count)
    }
    this.bands = this.fill(ring, sizes)
  }

  /** Ray casting over the edges whose latitudes span the point's: no other edge can matter. */
  locate(x: number, y: number): 'inside' | 'outside' | 'edge' {
    if (y < this.south || y > this.north) return 'outside'
    const edges = this.bands[this.bandOf(y, this.bands.length)] as Float64Array
    let inside = false
    for (let at = 0; at < edges.length; at += EDGE) {
      const x1 = edges[at] as number
      const y1 = edges[at + 1] as number
      const x2 = edges[at + 2] as number
      const y2 = edges[at + 3] as number
      const cross = (x - x1) * (y2 - y1) - (y - y1) * (x2 - x1)
      if (
        cross === 0 &&
        x >= Math.min(x1, x2) &&
        x <= Math.max(x1, x2) &&
        y >= Math.min(y1, y2) &&
        y <= Math.max(y1, y2)
      ) {
        return 'edge'
      }
      if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside
    }
    return inside ? 'inside' : 'outside'
  }

  /** Never falls as the latitude rises, so the bands of an edge are those from its south end to its north end. */
  private bandOf(latitude: number, count: number): number {
    const height = this.north - this.south
    if (height === 0) return 0
    return Math.min(count - 1, Math.floor(((latitude - this.south) / height) * count))
  }

  /** How many edges each of `count` bands holds. */
  private sizes(ring: Ring, count: number): number[] {
    const sizes = Array<number>(count).fill(0)
    this.eachEdge(ring, count, (band) => {
      sizes[band] = (sizes[band] as number) + 1
    })
    return sizes
  }

  private fill(ring: Ring, sizes: readonly number[]): Float64Array[] {
    const bands = sizes.map((size) => new Float64Array(size * EDGE))
    const filled = Array<number>(sizes.length).fill(0)
    this.eachEdge(ring, sizes.length, (band, [x1, y1], [x2, y2]) => {
      const at = filled[band] as number
      bands[band]?.set([x1, y1, x2, y2], at)
      filled[band] = at + EDGE
    })
    return bands
  }

  private eachEdge(ring: Ring, count: number, take: (band: number, one: Position, other: Position) => void) {
    for (let index = 0, before = ring.length - 1; index < ring.length; before = index++) {
      const one = ring[index] as Position
      const other = ring[before] as Position
      const last = this.bandOf(Math.max(one[1], other[1]), count)
      for (let band = this.bandOf(Math.min(one[1], other[1]), count); band <= last; band++) {
        take(band, one, other)
      }
    }
  }
}
