import { MEDIA, type Medium } from '@osprey/core/properties'
import { type AlertSearch, alertParameters, parseAlertSearch } from '../alerts/alert-search.ts'
import { MAX_ZOOM } from '../map/cluster-index.ts'
import { NOTIFICATIONS_VIEWS, type NotificationsView } from '../notifications/notifications-views.ts'
import { CONDITIONS, type Condition } from '../stations/filter.ts'

/** What of the map page can be shared as a link. */
export interface MapState {
  station: string | null
  /** null: show the whole territory. */
  view: { latitude: number; longitude: number; zoom: number } | null
  property: string | null
  media: readonly Medium[]
  conditions: readonly Condition[]
}

/** What the audit log is searched for; empty where not asked. Times are instants, ISO 8601 with offset. */
export interface AuditSearch {
  from: string
  to: string
  actor: string
  action: string
  object: string
  text: string
}

/** The list of rules, the library, one rule, or a new one (from a rule of the library when `rule` names it). */
export interface RulesRoute {
  page: 'rules'
  view: RulesView
  rule: string | null
}
export const RULES_VIEWS = ['list', 'library', 'edit', 'new'] as const
export type RulesView = (typeof RULES_VIEWS)[number]

export type Route =
  | { page: 'map'; map: MapState }
  /** The inbox, or one alert; the search leads back to the inbox as it was. */
  | { page: 'alerts'; alert: string | null; search: AlertSearch }
  | { page: 'silences'; silence: string | null }
  | RulesRoute
  /** The log of deliveries may be restricted to those that tell of one alert. */
  | { page: 'notifications'; view: NotificationsView; alert: string | null }
  | { page: 'ledger'; device: string | null }
  | { page: 'devices'; device: string | null; search: string }
  | { page: 'audit'; search: AuditSearch }
  | { page: 'people'; person: string | null }
  | { page: 'jurisdictions'; jurisdiction: string | null }
  | { page: 'account' }
  /** Somebody came with a one-time link. The token is read from the address and never written to it. */
  | { page: 'link'; token: string | null }

export type Page = Route['page']

export const WHOLE_MAP: MapState = { station: null, view: null, property: null, media: [], conditions: [] }
export const WHOLE_AUDIT: AuditSearch = { from: '', to: '', actor: '', action: '', object: '', text: '' }

const IDENTIFIER = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/
const LONGEST_TEXT = 256
/** Made by the server: a hash in base64url may begin with a hyphen. */
const RECORD_ID = /^[A-Za-z0-9_-]{1,64}$/

/** Reads a location hash. Whatever cannot be right is left out rather than refused: links age. */
export function parseHash(hash: string): Route {
  const [path, parameters] = split(hash)
  switch (path) {
    case 'alerts':
      return {
        page: 'alerts',
        alert: recordId(parameters.get('alert')),
        search: parseAlertSearch(parameters),
      }
    case 'silences':
      return { page: 'silences', silence: recordId(parameters.get('silence')) }
    case 'rules':
      return parseRules(parameters)
    case 'notifications':
      return parseNotifications(parameters)
    case 'ledger':
      return { page: 'ledger', device: identifier(parameters.get('device')) }
    case 'devices':
      return {
        page: 'devices',
        device: identifier(parameters.get('device')),
        search: words(parameters.get('search')),
      }
    case 'audit':
      return { page: 'audit', search: parseAuditSearch(parameters) }
    case 'people':
      return { page: 'people', person: identifier(parameters.get('person')) }
    case 'jurisdictions':
      return { page: 'jurisdictions', jurisdiction: identifier(parameters.get('jurisdiction')) }
    case 'account':
      return { page: 'account' }
    case 'link':
      return { page: 'link', token: linkToken(parameters.get('token')) }
    default:
      return { page: 'map', map: parseMap(parameters) }
  }
}

/** Writes the hash that parseHash reads back (without the token of a one-time link, which is a secret). */
export function formatHash(route: Route): string {
  const parts = Object.entries(parametersOf(route))
    .filter(([, value]) => value !== null && value !== '')
    .map(([name, value]) => `${name}=${String(value).split(',').map(encodeURIComponent).join(',')}`)
  return `#/${route.page}${parts.length > 0 ? `?${parts.join('&')}` : ''}`
}

/** Why single sign-on sent the person back without signing them in: `#/?problem=sso_…`. */
export function parseProblem(hash: string): string | null {
  const problem = split(hash)[1].get('problem')
  return problem !== null && /^[a-z0-9_]{1,64}$/.test(problem) ? problem : null
}

function split(hash: string): [path: string, parameters: URLSearchParams] {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2)
  return [path, new URLSearchParams(query)]
}

function parametersOf(route: Route): Record<string, string | null> {
  switch (route.page) {
    case 'alerts':
      return { alert: route.alert, ...alertParameters(route.search) }
    case 'silences':
      return { silence: route.silence }
    case 'rules':
      return { view: route.view === 'list' || route.view === 'edit' ? null : route.view, rule: route.rule }
    case 'notifications':
      return { view: route.view === 'channels' ? null : route.view, alert: route.alert }
    case 'ledger':
      return { device: route.device }
    case 'devices':
      return { device: route.device, search: route.search }
    case 'audit':
      return { ...route.search }
    case 'people':
      return { person: route.person }
    case 'jurisdictions':
      return { jurisdiction: route.jurisdiction }
    case 'map':
      return mapParameters(route.map)
    case 'account':
    case 'link':
      return {}
  }
}

function mapParameters({
  station,
  property,
  media,
  conditions,
  view,
}: MapState): Record<string, string | null> {
  return {
    station,
    property,
    media: media.join(','),
    status: conditions.join(','),
    lat: view?.latitude.toFixed(5) ?? null,
    lng: view?.longitude.toFixed(5) ?? null,
    z: view && String(Math.round(view.zoom * 100) / 100),
  }
}

function parseMap(parameters: URLSearchParams): MapState {
  return {
    station: identifier(parameters.get('station')),
    view: parseView(parameters),
    property: identifier(parameters.get('property')),
    media: chosen(parameters.get('media'), MEDIA),
    conditions: chosen(parameters.get('status'), CONDITIONS),
  }
}

function parseView(parameters: URLSearchParams): MapState['view'] {
  const latitude = number(parameters.get('lat'), -90, 90)
  const longitude = number(parameters.get('lng'), -180, 180)
  const zoom = number(parameters.get('z'), 0, MAX_ZOOM)
  if (latitude === null || longitude === null) return null
  return { latitude, longitude, zoom: zoom ?? 12 }
}

function parseRules(parameters: URLSearchParams): RulesRoute {
  const rule = identifier(parameters.get('rule'))
  const view = parameters.get('view')
  if (view === 'library') return { page: 'rules', view, rule: null }
  if (view === 'new') return { page: 'rules', view, rule }
  return { page: 'rules', view: rule === null ? 'list' : 'edit', rule }
}

function parseNotifications(parameters: URLSearchParams): Extract<Route, { page: 'notifications' }> {
  const [view = 'channels'] = chosen(parameters.get('view'), NOTIFICATIONS_VIEWS)
  const alert = view === 'deliveries' ? recordId(parameters.get('alert')) : null
  return { page: 'notifications', view, alert }
}

function parseAuditSearch(parameters: URLSearchParams): AuditSearch {
  return {
    from: instant(parameters.get('from')),
    to: instant(parameters.get('to')),
    actor: words(parameters.get('actor')),
    action: words(parameters.get('action')),
    object: words(parameters.get('object')),
    text: words(parameters.get('text')),
  }
}

function number(text: string | null, low: number, high: number): number | null {
  if (text === null || text.trim() === '') return null
  const value = Number(text)
  return value >= low && value <= high ? value : null
}

function identifier(text: string | null): string | null {
  return text !== null && IDENTIFIER.test(text) ? text : null
}

function recordId(text: string | null): string | null {
  return text !== null && RECORD_ID.test(text) ? text : null
}

function words(text: string | null): string {
  return text !== null && text.length <= LONGEST_TEXT ? text : ''
}

function instant(text: string | null): string {
  return text !== null && /^\d{4}-\d\d-\d\dT/.test(text) && !Number.isNaN(Date.parse(text)) ? text : ''
}

function linkToken(text: string | null): string | null {
  return text !== null && /^[A-Za-z0-9_.~-]{20,200}$/.test(text) ? text : null
}

function chosen<T extends string>(text: string | null, all: readonly T[]): T[] {
  const named = new Set(text?.split(','))
  return all.filter((item) => named.has(item))
}
