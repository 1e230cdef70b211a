import { ACCESS_TABLE, LIVE, type Rule } from '../access-table.ts'
import { ACTORS, type ActorTerritory, type MatrixActor } from './actors.ts'

/**
 * What every actor may expect of every route and object. It is worked out from the access table and from who
 * reaches which place, not by asking the code that decides.
 */

/** Where the objects of the matrix lie; `elsewhere` is outside every jurisdiction. */
export const PLACES = ['A', 'B', 'nested', 'elsewhere'] as const
export type Place = (typeof PLACES)[number]

const REACHED: Record<ActorTerritory, readonly Place[]> = {
  whole: PLACES,
  parent: ['A', 'B', 'nested'],
  A: ['A', 'nested'],
  B: ['B'],
}

/**
 * `done`: the route's own success. `in`: let in; what comes of it is the own business of the account. `refused`: the
 * content is not accepted (400 or 422).
 */
export type Outcome = 'done' | 'in' | 'refused' | 401 | 403 | 404

/** What a cell's request is about. */
export type MatrixObject =
  | { kind: 'none' }
  | { kind: 'placed'; place: Place }
  | { kind: 'new'; place: Place }
  | { kind: 'common' }
  | { kind: 'own' | 'foreign' }
  | { kind: 'missing' }

export interface Cell {
  /** Method and path as in the access table. */
  route: string
  object: MatrixObject
  actor: MatrixActor
  expected: Outcome
}

export interface Row {
  route: string
  object: MatrixObject
  cells: readonly Cell[]
}

const placed = (place: Place): MatrixObject => ({ kind: 'placed', place })
const PLACED = [placed('A'), placed('B'), placed('nested'), { kind: 'missing' }] as const
const NEW = PLACES.map((place): MatrixObject => ({ kind: 'new', place }))

/** Routes that name an object, by the beginning of their path, and the objects they are tried with. */
const NAMED: readonly [path: string, objects: readonly MatrixObject[]][] = [
  ['/api/stations/:id', PLACED],
  ['/api/sites/:id', PLACED],
  ['/api/devices/:id', PLACED],
  ['/api/jurisdictions/:id', PLACED],
  ['/api/rules/:id', PLACED],
  ['/api/silences/:id', PLACED],
  ['/api/alerts/:id', PLACED],
  ['/api/accounts/:username', [{ kind: 'common' }, { kind: 'missing' }]],
  ['/api/layers/:id', [{ kind: 'common' }, { kind: 'missing' }]],
  ['/api/notifications/channels/:id', [{ kind: 'common' }, { kind: 'missing' }]],
  ['/api/notifications/routes/:id', [{ kind: 'common' }, { kind: 'missing' }]],
  ['/cap/alerts/:id', [{ kind: 'missing' }]],
  ['/api/docs/:file', [{ kind: 'common' }, { kind: 'missing' }]],
  ['/api/session/sessions/:id', [{ kind: 'own' }, { kind: 'foreign' }, { kind: 'missing' }]],
  ['/api/session/tokens/:id', [{ kind: 'own' }, { kind: 'foreign' }, { kind: 'missing' }]],
  ['/api/session/alert-views/:id', [{ kind: 'own' }, { kind: 'foreign' }, { kind: 'missing' }]],
]

/** Routes that name an object in the query or make one somewhere. */
const SPECIAL: Readonly<Record<string, readonly MatrixObject[]>> = {
  'GET /api/observations': PLACED,
  'GET /api/ledger': [{ kind: 'none' }, ...PLACED],
  'POST /api/stations': NEW,
  'POST /api/stations/import': NEW,
  'POST /api/sites': NEW,
  'POST /api/devices': NEW,
  'POST /api/rules': NEW,
  'POST /api/silences': NEW,
  'POST /api/devices/bulk': NEW,
  'PUT /api/layers/:id': [{ kind: 'common' }],
}

/** @throws Error for a path with a parameter that no objects are known for. */
export function objectsOf(route: string): readonly MatrixObject[] {
  const special = SPECIAL[route]
  if (special) return special
  const path = route.slice(route.indexOf(' ') + 1)
  const named = NAMED.find(([beginning]) => path === beginning || path.startsWith(`${beginning}/`))
  if (named) return named[1]
  if (path.includes('/:')) throw new Error(`${route}: the matrix does not know what it names`)
  return [{ kind: 'none' }]
}

export function reaches(actor: MatrixActor, place: Place): boolean {
  return REACHED[actor.territory].includes(place)
}

/** Every route of the table with every object it is tried with and every actor. */
export function matrix(): Row[] {
  return Object.entries(ACCESS_TABLE).flatMap(([route, rule]) =>
    objectsOf(route).map((object) => ({
      route,
      object,
      cells: ACTORS.map((actor) => ({
        route,
        object,
        actor,
        expected: expectation(route, rule, object, actor),
      })),
    })),
  )
}

function expectation(route: string, rule: Rule, object: MatrixObject, actor: MatrixActor): Outcome {
  if (rule.reach === 'public') return 'in'
  if (actor.via === 'nothing' || actor.ended !== null) return 401
  const reads = route.startsWith('GET ') || route === LIVE
  if (rule.reach === 'own') return ownExpectation(rule.settled === true, reads, object, actor)
  // A socket is opened or not: there is nothing more to tell whoever may not.
  const closed = route === LIVE ? 401 : 403
  if (actor.secondFactorDue || !actor.permissions.has(rule.permission)) return closed
  if (rule.reach === 'whole' && actor.territory !== 'whole') return 403
  if (object.kind === 'missing') return 404
  if (object.kind === 'placed') return reaches(actor, object.place) ? 'done' : 404
  if (object.kind === 'new') return reaches(actor, object.place) ? 'done' : 'refused'
  return 'done'
}

function ownExpectation(settled: boolean, reads: boolean, object: MatrixObject, actor: MatrixActor): Outcome {
  if (actor.via === 'metrics' || actor.via === 'token') return 403
  if (actor.visitor && !reads) return 403
  if (actor.secondFactorDue && settled) return 403
  if (object.kind === 'none') return 'in'
  // The operator of the machine has no account, and so no sessions or tokens of its own.
  return object.kind === 'own' && actor.via === 'session' ? 'done' : 404
}
