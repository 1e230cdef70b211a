import L from 'leaflet'
import 'leaflet/dist/leaflet.css'
import type { TerritoryLayer } from '../layers/layer-store.ts'
import type { StationStore } from '../stations/station-store.ts'
import type { StationDots } from './station-dots.ts'
import { Territory } from './territory.ts'
import { themeColours } from './theme-colours.ts'

/** A small map inside a page: the stations as dots over the territory's layers, and what the page is about. */
export abstract class SmallMap {
  protected readonly map: L.Map
  protected colours = themeColours()
  protected abstract readonly dots: StationDots
  private readonly territory: Territory
  private readonly unsubscribe: () => void
  private readonly sized: ResizeObserver

  constructor(
    container: HTMLElement,
    protected readonly stations: StationStore,
    { zoomControl }: { zoomControl: boolean },
  ) {
    this.map = L.map(container, { zoomControl, attributionControl: false, maxZoom: 18, zoomSnap: 0.25 })
    this.territory = new Territory(this.map, this.colours, false)
    this.unsubscribe = stations.subscribe(() => this.stationsChanged())
    this.map.setView([0, 0], 1)
    this.sized = new ResizeObserver(() => {
      this.map.invalidateSize()
      this.fit()
    })
    this.sized.observe(container)
  }

  setTerritory(layers: readonly TerritoryLayer[]): void {
    this.territory.show(layers)
  }

  refreshColours(): void {
    this.colours = themeColours()
    this.territory.setColours(this.colours)
    this.dots.setColours(this.colours)
  }

  destroy(): void {
    this.unsubscribe()
    this.sized.disconnect()
    this.map.remove()
  }

  /** Brings into sight what the page is about. */
  protected abstract fit(): void

  protected stationsChanged(): void {
    this.dots.request()
  }

  protected addPane(name: string, level: number): void {
    const pane = this.map.createPane(name)
    pane.style.zIndex = String(level)
    pane.style.pointerEvents = 'none'
  }
}
