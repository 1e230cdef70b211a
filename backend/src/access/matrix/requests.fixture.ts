import { box } from '../../territory/territory.fixture.ts'
import type { RequestOptions } from '../../testing.ts'
import type { MatrixActor } from './actors.ts'
import { type Cell, PLACES, type Place } from './cells.ts'
import { RULE } from './rule.fixture.ts'
import { CHANNEL, CODES, numberOf, POSITIONS, TRIED } from './world.fixture.ts'

export interface MatrixRequest {
  method: string
  url: string
  /** The object it names or makes. */
  id: string
  options: RequestOptions
}

const PREFIXES: readonly [path: string, prefix: string][] = [
  ['/api/stations', 'st'],
  ['/api/observations', 'st'],
  ['/api/sites', 'si'],
  ['/api/devices', 'dv'],
  ['/api/ledger', 'dv'],
  ['/api/jurisdictions', 'ju'],
  ['/api/rules', 'ru'],
  ['/api/silences', 'sl'],
  ['/api/alerts', 'al'],
]
const RANGE = 'property=pm25&from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z'

/** The request of a cell. One that is done does what its route is for; one of the account's own is let in and no more. */
export function requestOf(cell: Cell): MatrixRequest {
  const space = cell.route.indexOf(' ')
  const method = cell.route.slice(0, space)
  const path = cell.route.slice(space + 1)
  const id = idOf(cell, path)
  const named = path.replace(/:\w+/, id)
  const url = `${named}${queryOf(cell, id)}`
  return { method, url, id, options: method === 'GET' ? {} : bodyOf(cell, id) }
}

function idOf({ object, actor }: Cell, path: string): string {
  const number = numberOf(actor)
  const prefix = PREFIXES.find(([beginning]) => path.startsWith(beginning))?.[1] ?? 'ob'
  switch (object.kind) {
    case 'placed':
      return `${prefix}-${CODES[object.place]}-${number}`
    case 'missing':
      return `${prefix}-z-${number}`
    case 'new':
      return newId(path, `${CODES[object.place]}-${number}`)
    case 'own':
    case 'foreign':
      return `${object.kind}-${number}`
    case 'common':
      if (path.startsWith('/api/accounts')) return `victim-${number}`
      if (path.startsWith('/api/notifications/channels')) return `ch-${number}`
      if (path.startsWith('/api/notifications/routes')) return `rt-${number}`
      return path.startsWith('/api/layers') ? `ly-${number}` : 'swagger-ui.css'
    case 'none':
      return newId(path, number)
  }
}

/** Different for different ways to make the same kind of thing. */
function newId(path: string, rest: string): string {
  const way = /import$|bulk$/.exec(path)?.[0] ?? 'one'
  return `new-${way}-${rest}`
}

function queryOf({ route, object }: Cell, id: string): string {
  if (route === 'GET /api/observations') return `?station=${id}&${RANGE}`
  if (route === 'GET /api/ledger') return object.kind === 'none' ? '' : `?device=${id}`
  return route === 'PUT /api/layers/:id' ? '?name=changed' : ''
}

const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString()

/** Its reason stands for its id, which the platform makes. It covers no alert of the matrix. */
function silenceOf(reason: string, place: Place) {
  const jurisdiction = place === 'elsewhere' ? null : place
  return { jurisdiction, reason, scope: { media: ['noise'] }, startsAt: inHours(0), endsAt: inHours(1) }
}

/** One in each place: those outside are listed as not done. */
export function bulkAlerts(actor: MatrixActor): string[] {
  return TRIED.map((place) => `al-${CODES[place]}-${numberOf(actor)}`)
}

const file = (type: string, body: unknown): RequestOptions => ({
  headers: { 'content-type': type },
  body: typeof body === 'string' ? body : JSON.stringify(body),
})
const json = (body: object): RequestOptions => ({ body })

function bodyOf({ route, object, actor }: Cell, id: string): RequestOptions {
  const place: Place = object.kind === 'new' ? object.place : 'elsewhere'
  const [longitude, latitude] = POSITIONS[place]
  const device = { id, stations: [`st-${CODES[place]}`] }
  const far = PLACES.length * 40
  const area = box(-far, -80, -far + 1, -79)
  switch (route) {
    case 'POST /api/stations':
      return json({ id, name: id, latitude, longitude, medium: 'air' })
    case 'POST /api/stations/import':
      return file('text/csv', `id,name,latitude,longitude,medium\n${id},${id},${latitude},${longitude},air\n`)
    case 'POST /api/sites':
      return json({ id, name: id, latitude, longitude })
    case 'POST /api/devices':
      return json(device)
    case 'POST /api/devices/bulk':
      return json({ devices: [device] })
    case 'POST /api/devices/:id/commands':
      return json({ name: 'ping' })
    case 'POST /api/jurisdictions':
      return json({ id, name: id, parent: null, geometry: area })
    case 'POST /api/jurisdictions/import': {
      const feature = { type: 'Feature', id, properties: { name: id }, geometry: area }
      return file('application/geo+json', { type: 'FeatureCollection', features: [feature] })
    }
    case 'POST /api/rules':
      return json({ id, jurisdiction: place === 'elsewhere' ? null : place, definition: RULE })
    case 'POST /api/silences':
      return json(silenceOf(id, place))
    case 'PATCH /api/silences/:id':
      return json({ endsAt: inHours(2) })
    case 'POST /api/rules/preview':
      return json({ definition: RULE })
    case 'PATCH /api/rules/:id':
      return json({ active: true })
    case 'PUT /api/holidays':
      return json({ holidays: [{ date: '2026-10-01', name: `day ${numberOf(actor)}` }] })
    case 'POST /api/accounts':
      return json({ username: id, displayName: id, email: null, role: 'viewer', jurisdictions: ['A'] })
    case 'POST /api/properties':
      return json({
        id: `new_property_${numberOf(actor)}`,
        name: { en: 'new', zh: '新' },
        media: ['air'],
        unit: '1',
        symbol: '',
        kind: 'number',
        precision: 0,
      })
    case 'POST /api/alerts/bulk':
      return json({ alerts: bulkAlerts(actor), action: 'comment', input: { text: 'many' } })
    case 'POST /api/alerts/:id/assign':
      return json({ assignee: 'admin' })
    case 'POST /api/alerts/:id/comment':
      return json({ text: 'seen' })
    case 'POST /api/alerts/:id/snooze':
      return json({ until: new Date(Date.now() + 3_600_000).toISOString() })
    case 'POST /api/alerts/:id/mute':
      return json({ muted: true })
    case 'POST /api/alerts/:id/false-alarm':
      return json({ falseAlarm: true, reason: 'a test' })
    case 'POST /api/session/alert-views':
      return json({ name: id, query: 'state=firing' })
    case 'POST /api/notifications/channels':
      return json({ id, name: id, settings: { kind: 'in_app' } })
    case 'POST /api/notifications/routes':
      return json({ id, name: id, channels: [CHANNEL] })
    case 'PUT /api/layers/:id':
      return file('application/geo+json', { type: 'FeatureCollection', features: [] })
    case 'PATCH /api/devices/:id':
      return json({ disabled: true })
    case 'PATCH /api/accounts/:username':
      return json({ displayName: 'changed' })
    case 'PATCH /api/stations/:id':
    case 'PATCH /api/sites/:id':
    case 'PATCH /api/jurisdictions/:id':
    case 'PATCH /api/notifications/channels/:id':
    case 'PATCH /api/notifications/routes/:id':
      return json({ name: 'changed' })
    default:
      return json({})
  }
}
