import Supercluster, { type ClusterProperties, type PointFeature } from 'supercluster'
import type { StationStore } from '../stations/station-store.ts'
import { latitudeOf, longitudeOf, mercatorX, mercatorY } from './mercator.ts'

/** The closest the map zooms in. */
export const MAX_ZOOM = 18
/** From here on only glyphs that would overlap are drawn together. */
export const SEPARATE_ZOOM = 13
const CLUSTER_RADIUS = 58
const OVERLAP_RADIUS = 24
const TILE = 256

/** Something to draw: one station (`row` ≥ 0) or a cluster (`row` −1) at a place in the unit square. */
export interface Mark {
  x: number
  y: number
  row: number
  /** 0 for a single station. */
  cluster: number
  count: number
}

interface Leaf {
  row: number
}

/**
 * Which stations are drawn together at which zoom. Positions and membership change rarely, states all the time, so
 * the index holds positions only; the state of a cluster is read from its members when it is drawn
 * (cluster-state.ts). Two bands: clusters by neighbourhood when zoomed out, by overlap when zoomed in.
 */
export class ClusterIndex {
  private wide: Supercluster<Leaf> | undefined
  private close: Supercluster<Leaf> | undefined
  private points: PointFeature<Leaf>[] = []
  private members = new Map<number, Int32Array>()

  load(store: StationStore, rows: Int32Array): void {
    this.points = Array.from(rows, (row) => ({
      type: 'Feature',
      geometry: {
        type: 'Point',
        coordinates: [longitudeOf(store.x[row] as number), latitudeOf(store.y[row] as number)],
      },
      properties: { row },
    }))
    this.wide = undefined
    this.close = undefined
    this.members.clear()
  }

  /** Builds the band for close zooms ahead of time, so that zooming in does not wait for it. */
  prepare(): void {
    this.band(SEPARATE_ZOOM)
  }

  /** Marks within west, south, east, north (degrees) at a zoom, which may be fractional. */
  marks(bounds: [number, number, number, number], zoom: number): Mark[] {
    const level = Math.floor(zoom)
    const features = this.band(level).getClusters(bounds, level)
    return features.map((feature) => {
      const [longitude, latitude] = feature.geometry.coordinates as [number, number]
      return { x: mercatorX(longitude), y: mercatorY(latitude), ...this.identify(feature.properties, level) }
    })
  }

  /** Rows of a cluster's members. */
  membersOf(cluster: number): Int32Array {
    const known = this.members.get(cluster)
    if (known !== undefined) return known
    const [band, id] = this.locate(cluster)
    const rows = Int32Array.from(band.getLeaves(id, Number.POSITIVE_INFINITY), (leaf) => leaf.properties.row)
    this.members.set(cluster, rows)
    return rows
  }

  /** The zoom at which the cluster falls apart; beyond MAX_ZOOM when it never does. */
  expansionZoom(cluster: number): number {
    const [band, id] = this.locate(cluster)
    const zoom = band.getClusterExpansionZoom(id)
    if (band === this.close || zoom < SEPARATE_ZOOM) return zoom
    return SEPARATE_ZOOM
  }

  private band(level: number): Supercluster<Leaf> {
    if (level < SEPARATE_ZOOM) {
      this.wide ??= new Supercluster<Leaf>({
        radius: CLUSTER_RADIUS,
        extent: TILE,
        maxZoom: SEPARATE_ZOOM - 1,
      }).load(this.points)
      return this.wide
    }
    this.close ??= new Supercluster<Leaf>({
      radius: OVERLAP_RADIUS,
      extent: TILE,
      minZoom: SEPARATE_ZOOM,
      maxZoom: MAX_ZOOM,
    }).load(this.points)
    return this.close
  }

  /** Both bands number their clusters alike; those of the close band carry a minus. */
  private identify(
    properties: Leaf | ClusterProperties,
    level: number,
  ): Pick<Mark, 'row' | 'cluster' | 'count'> {
    if (!('cluster' in properties)) return { row: properties.row, cluster: 0, count: 1 }
    const id = properties.cluster_id
    return { row: -1, cluster: level < SEPARATE_ZOOM ? id : -id, count: properties.point_count }
  }

  private locate(cluster: number): [Supercluster<Leaf>, number] {
    return [this.band(cluster > 0 ? 0 : SEPARATE_ZOOM), Math.abs(cluster)]
  }
}
