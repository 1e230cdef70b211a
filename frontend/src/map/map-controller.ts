import L from 'leaflet'
import 'leaflet/dist/leaflet.css'
import type { ConfigView } from '@osprey/core/api'
import type { BoundingBox } from '@osprey/core/live'
import type { TerritoryLayer } from '../layers/layer-store.ts'
import { dependsOnState, EVERYTHING, matchingRows, type StationFilter } from '../stations/filter.ts'
import type { StationStore } from '../stations/station-store.ts'
import { prefersReducedMotion } from '../ui/use-media.ts'
import { attributionHtml } from './attribution.ts'
import { BackdropLayer } from './backdrop-layer.ts'
import { ClusterIndex, MAX_ZOOM, type Mark } from './cluster-index.ts'
import { type ClusterState, clusterState } from './cluster-state.ts'
import { latitudeOf, longitudeOf, mercatorX, mercatorY } from './mercator.ts'
import { placeNames } from './place-names.ts'
import { StationLayer } from './station-layer.ts'
import { Territory } from './territory.ts'
import { type ThemeColours, themeColours } from './theme-colours.ts'
import { Tooltip, type TooltipText } from './tooltip.ts'

/** Membership by state is looked at again this often at most: rebuilding the index takes some milliseconds. */
const REFILTER_INTERVAL = 1000
const STATION_ZOOM = 14

export interface Place {
  latitude: number
  longitude: number
  zoom: number
}

export interface MapView extends Place {
  bounds: BoundingBox
}

/** Stations at one place that no zoom takes apart, and where on the page the list of them belongs. */
export interface StationPile {
  rows: readonly number[]
  x: number
  y: number
}

export interface MapCallbacks {
  viewChanged(view: MapView): void
  selected(station: string | null): void
  piled(pile: StationPile | null): void
  describeStation(row: number): TooltipText
  describeCluster(state: ClusterState): TooltipText
  labelStation(row: number): string | null
}

/** Owns the Leaflet map and everything drawn on it. React hands it state and receives the callbacks. */
export class MapController {
  readonly stations: StationLayer
  private readonly map: L.Map
  private readonly index = new ClusterIndex()
  private readonly territory: Territory
  private readonly backdrop: BackdropLayer
  private readonly tooltip: Tooltip
  private readonly unsubscribe: () => void
  private filter: StationFilter = EVERYTHING
  private rows: Int32Array = new Int32Array(0)
  private registryVersion = -1
  private refilterTimer: ReturnType<typeof setTimeout> | undefined
  private selectedId: string | null = null
  private hovered: { mark: Mark; x: number; y: number } | undefined

  constructor(
    container: HTMLElement,
    private readonly store: StationStore,
    private readonly callbacks: MapCallbacks,
    private readonly tiles: ConfigView['tiles'],
  ) {
    const colours = themeColours()
    this.map = createMap(container)
    this.territory = new Territory(this.map, colours, tiles !== null)
    this.backdrop = new BackdropLayer(colours, tiles === null)
    this.stations = new StationLayer(store, this.index, colours)
    this.stations.label = callbacks.labelStation
    this.tooltip = new Tooltip(container)
    this.unsubscribe = store.subscribe(this.storeChanged)
  }

  /** Begins at `view`, or with everything in sight. */
  start(view: Place | null, filter: StationFilter, selected: string | null): void {
    if (this.tiles !== null) addTiles(this.map, this.tiles)
    this.filter = filter
    this.storeChanged()
    this.begin(view, selected)
    this.backdrop.addTo(this.map)
    this.stations.addTo(this.map)
    this.map.on('moveend', this.tellView)
    this.map.on('movestart', () => this.callbacks.piled(null))
    this.map.on('click', this.click)
    this.map.on('mousemove', this.hover)
    this.map.on('mouseout', this.leave)
    this.tellView()
  }

  /** At the view of the link, else at its station, else with everything in sight. */
  private begin(view: Place | null, selected: string | null): void {
    const record = selected === null ? undefined : this.store.recordOf(selected)
    if (view !== null) this.show(view)
    else if (record !== undefined) this.show({ ...record, zoom: STATION_ZOOM })
    else this.showAll(false)
  }

  destroy(): void {
    clearTimeout(this.refilterTimer)
    this.unsubscribe()
    this.map.remove()
  }

  setFilter(filter: StationFilter): void {
    if (filter === this.filter) return
    this.filter = filter
    this.reindex()
  }

  setTerritory(layers: readonly TerritoryLayer[], language: string): void {
    this.territory.show(layers)
    this.backdrop.setNames(placeNames(layers, language))
  }

  refreshColours(): void {
    const colours: ThemeColours = themeColours()
    this.territory.setColours(colours)
    this.backdrop.setColours(colours)
    this.stations.setColours(colours)
  }

  select(station: string | null): void {
    this.selectedId = station
    this.stations.selected = station === null ? null : (this.store.row(station) ?? null)
    this.stations.request()
  }

  highlight(row: number | null): void {
    if (this.stations.highlighted === row) return
    this.stations.highlighted = row
    this.stations.request()
  }

  /** Brings a station into the middle, close enough to stand on its own. */
  flyTo(station: string): void {
    const record = this.store.recordOf(station)
    if (record === undefined) return
    const zoom = Math.max(this.map.getZoom(), STATION_ZOOM)
    this.move([record.latitude, record.longitude], zoom)
  }

  /** Moves just enough that a station is in sight; so many pixels are covered by a panel. */
  reveal(station: string, covered: { right: number; bottom: number }): void {
    const record = this.store.recordOf(station)
    if (record === undefined) return
    this.resized()
    this.map.panInside([record.latitude, record.longitude], {
      paddingTopLeft: [48, 48],
      paddingBottomRight: [48 + covered.right, 48 + covered.bottom],
      animate: !prefersReducedMotion(),
    })
  }

  show(view: Place): void {
    this.map.setView([view.latitude, view.longitude], view.zoom, { animate: false })
  }

  zoomBy(steps: number): void {
    this.map.zoomIn(steps, { animate: !prefersReducedMotion() })
  }

  /** Shows every station, and the territory when there is no station. */
  showAll(animate = !prefersReducedMotion()): void {
    const bounds = this.boundsOf(this.rows.length > 0 ? this.rows : null) ?? this.territory.bounds()
    if (bounds === undefined) this.map.setView([30, 105], 4, { animate })
    else this.map.fitBounds(bounds, { padding: [36, 36], maxZoom: STATION_ZOOM, animate })
  }

  resized(): void {
    this.map.invalidateSize({ animate: false, pan: true })
  }

  /** Rows that pass the filter and lie within the bounds. */
  rowsWithin([west, south, east, north]: BoundingBox): number[] {
    const { x, y } = this.store
    const [left, right] = [mercatorX(west), mercatorX(east)]
    const [top, bottom] = [mercatorY(north), mercatorY(south)]
    const inside: number[] = []
    for (const row of this.rows) {
      const [atX, atY] = [x[row] as number, y[row] as number]
      if (atX >= left && atX <= right && atY >= top && atY <= bottom) inside.push(row)
    }
    return inside
  }

  private move(center: L.LatLngTuple, zoom: number): void {
    if (prefersReducedMotion()) this.map.setView(center, zoom, { animate: false })
    else this.map.flyTo(center, zoom, { duration: 0.9 })
  }

  private readonly storeChanged = (): void => {
    if (this.store.registryVersion !== this.registryVersion) {
      const first = this.registryVersion === -1 || this.rows.length === 0
      this.registryVersion = this.store.registryVersion
      this.reindex()
      this.select(this.selectedId)
      if (first && this.map.hasLayer(this.stations) && this.rows.length > 0) this.showAll(false)
    } else if (dependsOnState(this.filter)) {
      this.refilterTimer ??= setTimeout(this.refilter, REFILTER_INTERVAL)
    }
    this.stations.request()
  }

  private readonly refilter = (): void => {
    this.refilterTimer = undefined
    const rows = matchingRows(this.store, this.filter)
    const same = rows.length === this.rows.length && rows.every((row, at) => row === this.rows[at])
    if (!same) this.load(rows)
  }

  private reindex(): void {
    this.load(matchingRows(this.store, this.filter))
  }

  private load(rows: Int32Array): void {
    this.rows = rows
    this.index.load(this.store, rows)
    // Not every browser tells when it is idle; then the index is built when it is needed.
    window.requestIdleCallback?.(() => this.index.prepare())
    this.leave()
    this.stations.request()
  }

  private readonly tellView = (): void => {
    const center = this.map.getCenter().wrap()
    const box = this.map.getBounds()
    this.callbacks.viewChanged({
      latitude: center.lat,
      longitude: center.lng,
      zoom: this.map.getZoom(),
      bounds: [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()],
    })
  }

  private readonly click = (event: L.LeafletMouseEvent): void => {
    const { x, y } = event.containerPoint
    const mark = this.stations.markAt(x, y)
    if (mark === undefined) this.callbacks.selected(null)
    else if (mark.row >= 0) this.callbacks.selected(this.store.ids[mark.row] ?? null)
    else this.openCluster(mark, x, y)
  }

  /** Zooms to the members; when they stand at one place, lists them instead. */
  private openCluster(mark: Mark, x: number, y: number): void {
    const rows = this.index.membersOf(mark.cluster)
    const bounds = this.boundsOf(rows)
    const inseparable = this.index.expansionZoom(mark.cluster) > MAX_ZOOM
    if (inseparable || bounds === undefined) {
      this.tooltip.hide()
      this.callbacks.piled({ rows: Array.from(rows), x, y })
      return
    }
    const { lat, lng } = bounds.getCenter()
    const closer = Math.max(this.map.getZoom() + 1, this.map.getBoundsZoom(bounds))
    this.move([lat, lng], Math.min(MAX_ZOOM, closer))
  }

  private readonly hover = (event: L.LeafletMouseEvent): void => {
    const { x, y } = event.containerPoint
    const mark = this.stations.markAt(x, y)
    this.map.getContainer().classList.toggle('over-mark', mark !== undefined)
    if (mark === undefined) {
      this.leave()
      return
    }
    const same = this.hovered?.mark.row === mark.row && this.hovered.mark.cluster === mark.cluster
    this.hovered = { mark, x, y }
    if (!same) this.highlight(mark.row >= 0 ? mark.row : null)
    this.tooltip.show(this.describe(mark), x, y)
  }

  private readonly leave = (): void => {
    if (this.hovered === undefined) return
    this.hovered = undefined
    this.tooltip.hide()
    this.highlight(null)
  }

  private describe(mark: Mark): TooltipText {
    if (mark.row >= 0) return this.callbacks.describeStation(mark.row)
    return this.callbacks.describeCluster(clusterState(this.store, this.index.membersOf(mark.cluster)))
  }

  private boundsOf(rows: Int32Array | null): L.LatLngBounds | undefined {
    if (rows === null || rows.length === 0) return undefined
    const bounds = L.latLngBounds([])
    for (const row of rows) {
      bounds.extend([latitudeOf(this.store.y[row] as number), longitudeOf(this.store.x[row] as number)])
    }
    return bounds
  }
}

function createMap(container: HTMLElement): L.Map {
  const still = prefersReducedMotion()
  const map = L.map(container, {
    zoomControl: false,
    attributionControl: false,
    minZoom: 2,
    maxZoom: MAX_ZOOM,
    maxBounds: [
      [-90, -540],
      [90, 540],
    ],
    worldCopyJump: true,
    zoomAnimation: !still,
    fadeAnimation: !still,
    inertia: !still,
    keyboardPanDelta: 120,
  })
  for (const [name, zIndex] of [
    ['backdrop', 350],
    ['stations', 450],
  ] as const) {
    const pane = map.createPane(name)
    pane.style.zIndex = String(zIndex)
    pane.style.pointerEvents = 'none'
  }
  L.control.scale({ imperial: false, position: 'bottomright', maxWidth: 120 }).addTo(map)
  return map
}

function addTiles(map: L.Map, { url, attribution }: NonNullable<ConfigView['tiles']>): void {
  L.tileLayer(url, { maxZoom: MAX_ZOOM, attribution: attributionHtml(attribution) }).addTo(map)
  L.control.attribution({ prefix: false, position: 'bottomright' }).addTo(map)
}
