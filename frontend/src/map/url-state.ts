import { MEDIA, type Medium } from '@osprey/core/properties'
import { CONDITIONS, type Condition } from '../stations/filter.ts'
import { MAX_ZOOM } from './cluster-index.ts'

/** What of the map page can be shared as a link. */
export interface MapState {
  station: string | null
  /** null: show the whole territory. */
  view: { latitude: number; longitude: number; zoom: number } | null
  property: string | null
  media: readonly Medium[]
  conditions: readonly Condition[]
}

export type Route = { page: 'map'; map: MapState } | { page: 'ledger'; device: string | null }

export const WHOLE_MAP: MapState = { station: null, view: null, property: null, media: [], conditions: [] }

const IDENTIFIER = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

/** Reads a location hash. Whatever cannot be right is left out rather than refused: links age. */
export function parseHash(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2)
  const parameters = new URLSearchParams(query)
  if (path === 'ledger') return { page: 'ledger', device: identifier(parameters.get('device')) }
  return {
    page: 'map',
    map: {
      station: identifier(parameters.get('station')),
      view: parseView(parameters),
      property: identifier(parameters.get('property')),
      media: chosen(parameters.get('media'), MEDIA),
      conditions: chosen(parameters.get('status'), CONDITIONS),
    },
  }
}

/** Writes the hash that parseHash reads back. */
export function formatHash(route: Route): string {
  const parts: string[] = []
  const add = (name: string, value: string | null): void => {
    if (value) parts.push(`${name}=${value.split(',').map(encodeURIComponent).join(',')}`)
  }
  if (route.page === 'ledger') {
    add('device', route.device)
  } else {
    const { station, view, property, media, conditions } = route.map
    add('station', station)
    add('property', property)
    add('media', media.join(','))
    add('status', conditions.join(','))
    if (view !== null) {
      add('lat', view.latitude.toFixed(5))
      add('lng', view.longitude.toFixed(5))
      add('z', String(Math.round(view.zoom * 100) / 100))
    }
  }
  return `#/${route.page}${parts.length > 0 ? `?${parts.join('&')}` : ''}`
}

function parseView(parameters: URLSearchParams): MapState['view'] {
  const latitude = number(parameters.get('lat'), -90, 90)
  const longitude = number(parameters.get('lng'), -180, 180)
  const zoom = number(parameters.get('z'), 0, MAX_ZOOM)
  if (latitude === null || longitude === null) return null
  return { latitude, longitude, zoom: zoom ?? 12 }
}

function number(text: string | null, low: number, high: number): number | null {
  if (text === null || text.trim() === '') return null
  const value = Number(text)
  return value >= low && value <= high ? value : null
}

function identifier(text: string | null): string | null {
  return text !== null && IDENTIFIER.test(text) ? text : null
}

function chosen<T extends string>(text: string | null, all: readonly T[]): T[] {
  const named = new Set(text?.split(','))
  return all.filter((item) => named.has(item))
}
