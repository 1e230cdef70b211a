import type { Area } from './area.ts'

/** Cells per side of the grid. */
const SIDE = 32

interface Entry {
  id: string
  area: Area
}

/** Finds the areas around a point: a grid says which of them to ask. */
export class AreaIndex {
  private readonly cells = new Map<number, Entry[]>()
  private west = Infinity
  private south = Infinity
  private east = -Infinity
  private north = -Infinity

  constructor(areas: Iterable<readonly [id: string, area: Area]>) {
    const entries = [...areas].map(([id, area]) => ({ id, area }))
    for (const { area } of entries) {
      const [west, south, east, north] = area.box
      this.west = Math.min(this.west, west)
      this.south = Math.min(this.south, south)
      this.east = Math.max(this.east, east)
      this.north = Math.max(this.north, north)
    }
    for (const entry of entries) this.insert(entry)
  }

  /** The ids of the areas that contain the point. */
  at(longitude: number, latitude: number): string[] {
    if (!(longitude >= this.west && longitude <= this.east)) return []
    if (!(latitude >= this.south && latitude <= this.north)) return []
    const found: string[] = []
    for (const { id, area } of this.cells.get(this.row(latitude) * SIDE + this.column(longitude)) ?? []) {
      if (area.contains(longitude, latitude)) found.push(id)
    }
    return found
  }

  private insert(entry: Entry): void {
    const [west, south, east, north] = entry.area.box
    const lastRow = this.row(north)
    const lastColumn = this.column(east)
    for (let row = this.row(south); row <= lastRow; row++) {
      for (let column = this.column(west); column <= lastColumn; column++) {
        const cell = this.cells.get(row * SIDE + column)
        if (cell) cell.push(entry)
        else this.cells.set(row * SIDE + column, [entry])
      }
    }
  }

  private column(longitude: number): number {
    return position(longitude, this.west, this.east)
  }

  private row(latitude: number): number {
    return position(latitude, this.south, this.north)
  }
}

function position(value: number, first: number, last: number): number {
  return last === first ? 0 : Math.min(SIDE - 1, Math.floor(((value - first) / (last - first)) * SIDE))
}
