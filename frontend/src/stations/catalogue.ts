import type { PropertyView } from '@osprey/core/api'
import { levelOf } from '@osprey/core/levels'
import type { Medium } from '@osprey/core/properties'

/** The observed properties the platform knows, built-in and custom, by id. */
export class Catalogue {
  private readonly byId: ReadonlyMap<string, PropertyView>
  private readonly position: ReadonlyMap<string, number>

  constructor(readonly properties: readonly PropertyView[]) {
    this.byId = new Map(properties.map((property) => [property.id, property]))
    this.position = new Map(properties.map((property, index) => [property.id, index]))
  }

  get(id: string): PropertyView | undefined {
    return this.byId.get(id)
  }

  /** Property ids in the order of the catalogue, unknown ones last. */
  sorted(ids: Iterable<string>): string[] {
    const place = (id: string): number => this.position.get(id) ?? Number.MAX_SAFE_INTEGER
    return [...ids].sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1))
  }
}

/** Level 0..5 of one reading at a station of that medium, null when none applies. */
export function readingLevel(property: string, value: number | string | null, medium: Medium): number | null {
  return typeof value === 'number' ? levelOf(property, value, medium) : null
}
