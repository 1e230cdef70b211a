import type { Geometry } from '@osprey/core/geo'
import type { Device, Registry, Site, Station } from '../registry/registry.ts'
import { Area } from './area.ts'
import { AreaIndex } from './area-index.ts'
import { type Areas, Territories } from './territories.ts'

/** A rectangle as a GeoJSON polygon. */
export function box(west: number, south: number, east: number, north: number): Geometry {
  const ring = [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ]
  return { type: 'Polygon', coordinates: [ring] }
}

interface Outline {
  parent: string | null
  geometry: Geometry
}

/** Territories over stations, sites, devices and jurisdictions held in plain maps. */
export class TerritoryWorld {
  readonly stations = new Map<string, Station>()
  readonly sites = new Map<string, Site>()
  readonly devices = new Map<string, Device>()
  readonly jurisdictions = new Map<string, Outline>()
  readonly territories: Territories
  private readonly onRegistry: (() => void)[] = []
  private readonly onAreas: (() => void)[] = []
  private index = new AreaIndex([])

  constructor() {
    const world = this
    const registry = {
      stations: this.stations,
      sites: this.sites,
      devices: this.devices,
      properties: new Map(),
      onChange: (listener: () => void) => this.onRegistry.push(listener),
    } as unknown as Registry
    const areas: Areas = {
      get index() {
        return world.index
      },
      parentOf: (id) => this.jurisdictions.get(id)?.parent ?? null,
      withDescendants: (ids) => {
        const found = new Set(ids.filter((id) => this.jurisdictions.has(id)))
        for (let size = -1; size !== found.size; ) {
          size = found.size
          for (const [id, { parent }] of this.jurisdictions) {
            if (parent !== null && found.has(parent)) found.add(id)
          }
        }
        return found
      },
      onChange: (listener) => this.onAreas.push(listener),
    }
    this.territories = new Territories(registry, areas)
  }

  jurisdiction(id: string, parent: string | null, geometry: Geometry): this {
    this.jurisdictions.set(id, { parent, geometry })
    return this
  }

  /** To be called after jurisdictions were set. */
  redrawn(): this {
    this.index = new AreaIndex([...this.jurisdictions].map(([id, { geometry }]) => [id, new Area(geometry)]))
    for (const listener of this.onAreas) listener()
    return this
  }

  station(id: string, longitude: number, latitude: number, site: string | null = null): this {
    this.stations.set(id, { id, longitude, latitude, site } as Station)
    return this.changed()
  }

  site(id: string, longitude: number | null, latitude: number | null): this {
    this.sites.set(id, { id, longitude, latitude } as Site)
    return this.changed()
  }

  device(id: string, ...stations: string[]): this {
    this.devices.set(id, { id, stations } as unknown as Device)
    return this
  }

  changed(): this {
    for (const listener of this.onRegistry) listener()
    return this
  }
}
