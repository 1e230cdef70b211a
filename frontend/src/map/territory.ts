import L from 'leaflet'
import type { LayerKind, TerritoryLayer } from '../layers/layer-store.ts'
import type { ThemeColours } from './theme-colours.ts'

/** Below the stations, areas under lines under points. */
const TERRITORY_PANES: Readonly<Record<LayerKind, number>> = {
  jurisdictions: 250,
  other: 255,
  rivers: 260,
  sites: 265,
}

/** Draws the territory's GeoJSON layers with Leaflet's canvas renderer, one pane per kind. */
export class Territory {
  private readonly shown = new Map<string, { source: TerritoryLayer; drawn: L.GeoJSON }>()
  private readonly renderers = new Map<LayerKind, L.Renderer>()

  constructor(
    private readonly map: L.Map,
    private colours: ThemeColours,
    /** With tiles underneath areas are outlined only. */
    private readonly overTiles: boolean,
  ) {
    for (const kind of Object.keys(TERRITORY_PANES) as LayerKind[]) {
      const pane = map.createPane(kind)
      pane.style.zIndex = String(TERRITORY_PANES[kind])
      pane.style.pointerEvents = 'none'
      this.renderers.set(kind, L.canvas({ pane: kind, padding: 0.3 }))
    }
  }

  show(layers: readonly TerritoryLayer[]): void {
    const wanted = new Map(layers.map((layer) => [layer.id, layer]))
    for (const [id, { source, drawn }] of this.shown) {
      if (wanted.get(id)?.data === source.data && wanted.get(id)?.kind === source.kind) continue
      drawn.remove()
      this.shown.delete(id)
    }
    for (const layer of layers) {
      if (!this.shown.has(layer.id)) this.shown.set(layer.id, { source: layer, drawn: this.draw(layer) })
    }
  }

  setColours(colours: ThemeColours): void {
    this.colours = colours
    for (const { source, drawn } of this.shown.values()) drawn.setStyle(this.styleOf(source.kind))
  }

  bounds(): L.LatLngBounds | undefined {
    const all = [...this.shown.values()].map(({ drawn }) => drawn.getBounds()).filter((box) => box.isValid())
    return all.length === 0 ? undefined : all.reduce((sum, box) => sum.extend(box), L.latLngBounds([]))
  }

  private draw(layer: TerritoryLayer): L.GeoJSON {
    const renderer = this.renderers.get(layer.kind) as L.Renderer
    const style = { ...this.styleOf(layer.kind), renderer, interactive: false }
    return L.geoJSON(layer.data, {
      style,
      interactive: false,
      pointToLayer: (_feature, position) => L.circleMarker(position, { ...style, radius: 4 }),
    }).addTo(this.map)
  }

  private styleOf(kind: LayerKind): L.PathOptions {
    const { colours } = this
    switch (kind) {
      case 'jurisdictions':
        return {
          color: colours['map-land-edge'],
          weight: 1.25,
          fill: true,
          fillColor: colours['map-land'],
          fillOpacity: this.overTiles ? 0 : 1,
        }
      case 'rivers':
        return {
          color: colours['map-water'],
          weight: 2.25,
          opacity: 1,
          fillColor: colours['map-water'],
          fillOpacity: 0.6,
          lineCap: 'round',
        }
      case 'sites':
        return {
          color: colours['map-site-edge'],
          weight: 1.25,
          fillColor: colours['map-site'],
          fillOpacity: 0.75,
        }
      case 'other':
        return {
          color: colours['map-other'],
          weight: 1.5,
          fillColor: colours['map-other'],
          fillOpacity: 0.15,
        }
    }
  }
}
