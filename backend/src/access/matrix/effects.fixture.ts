import type { TestBackend } from '../../testing.ts'
import { type Cell, reaches } from './cells.ts'
import type { MatrixRequest } from './requests.fixture.ts'
import { CODES, numberOf, TRIED } from './world.fixture.ts'

export type Effect = { kind: 'created' | 'changed' | 'removed' | 'added'; thing: string }

/** What a cell that is done changes. `added`: something that hangs on a thing, such as a command. */
export function effectsIn({ route, actor }: Cell, { id, method, options }: MatrixRequest): Effect[] {
  const path = route.slice(route.indexOf(' ') + 1)
  const kind = path.split('/')[path.startsWith('/api/notifications/') ? 3 : 2]
  const thing = `${kind} ${id}`
  switch (route) {
    case 'POST /api/rules/preview':
    case 'POST /api/rules/backtest':
    case 'POST /api/backups':
    case 'POST /api/notifications/channels/:id/test':
      return []
    case 'POST /api/alerts/bulk':
      return TRIED.filter((place) => reaches(actor, place)).map((place) => ({
        kind: 'changed',
        thing: `alerts al-${CODES[place]}-${numberOf(actor)}`,
      }))
    case 'DELETE /api/silences/:id':
      return [{ kind: 'changed', thing }]
    case 'PUT /api/holidays':
      return [{ kind: 'changed', thing: 'holidays all' }]
    case 'POST /api/properties':
      return [{ kind: 'created', thing: `properties ${(options.body as { id: string }).id}` }]
    case 'POST /api/devices/:id/commands':
    case 'POST /api/devices/:id/rotate':
    case 'POST /api/accounts/:username/link':
    case 'DELETE /api/accounts/:username/sessions':
    case 'DELETE /api/accounts/:username/second-factor':
      return [{ kind: 'added', thing: `${path.split('/')[4]} ${id}` }]
    case 'DELETE /api/session/sessions/:id':
    case 'DELETE /api/session/tokens/:id':
    case 'DELETE /api/session/alert-views/:id':
      return [{ kind: 'removed', thing: `${path.split('/')[3]} ${id}` }]
  }
  if (method === 'POST') return [{ kind: 'created', thing }]
  if (method === 'DELETE') return [{ kind: 'removed', thing }]
  return method === 'GET' ? [] : [{ kind: 'changed', thing }]
}

/** Everything a cell may change and how it is, by name of the thing. */
type State = Map<string, string>

/** Keeps the account of what cells that are done change, to be compared with what did change. */
export class EffectBook {
  private readonly effects: Effect[] = []

  private constructor(private readonly before: State) {}

  static async open(backend: TestBackend): Promise<EffectBook> {
    return new EffectBook(await stateOf(backend))
  }

  done(effects: readonly Effect[]): void {
    this.effects.push(...effects)
  }

  /** What is not as the effects leave it, thing by thing. */
  async differences(backend: TestBackend): Promise<string[]> {
    const now = await stateOf(backend)
    const last = new Map<string, Effect['kind']>()
    for (const { kind, thing } of this.effects) last.set(thing, kind)
    const removed = new Set([...last].filter(([, kind]) => kind === 'removed').map(([thing]) => thing))
    const things = new Set([...this.before.keys(), ...now.keys(), ...last.keys()])
    return [...things].flatMap((thing) => {
      const [kind, before, after] = [last.get(thing), this.before.get(thing), now.get(thing)]
      // What hangs on a thing goes with it; what is foreign to an actor is its victim's.
      const owner = thing.split(' ')[1]?.replace(/^foreign-/, 'victim-')
      if (removed.has(`devices ${owner}`) || removed.has(`accounts ${owner}`)) {
        return after === undefined ? [] : [`${thing} is still there`]
      }
      const sound =
        kind === undefined
          ? before === after
          : kind === 'removed'
            ? after === undefined
            : after !== undefined && before !== after
      return sound ? [] : [`${thing}: ${kind ?? 'nothing done'}, before ${before}, after ${after}`]
    })
  }
}

async function stateOf(backend: TestBackend): Promise<State> {
  const state: State = new Map()
  const take = async (kind: string, query: string) => {
    for (const { id, value } of await backend.sql(query)) state.set(`${kind} ${id}`, String(value))
  }
  await take('stations', 'select id, row(name, latitude, longitude, site)::text as value from stations')
  await take('sites', 'select id, row(name, latitude, longitude)::text as value from sites')
  await take('devices', 'select id, row(disabled, units)::text as value from devices')
  await take('rotate', "select id, secret_hash as value from devices where id like 'dv-%'")
  await take('commands', 'select device as id, count(*)::text as value from commands group by 1')
  await take('jurisdictions', 'select id, row(name, parent, geometry)::text as value from jurisdictions')
  await take('channels', 'select id, name as value from channels')
  await take('routes', 'select id, settings::text as value from routes')
  await take('rules', 'select id, row(active, version)::text as value from rules where removed_at is null')
  await take('silences', 'select reason as id, ends_at::text as value from silences')
  await take('holidays', "select 'all' as id, string_agg(name, ',') as value from holidays")
  await take('layers', 'select id, row(name, geojson)::text as value from layers')
  await take('properties', 'select id, definition::text as value from properties')
  await take(
    'accounts',
    `select username as id, row(display_name, role, disabled, password_hash)::text as value from users
     where username not like 'actor-%'`,
  )
  await take(
    'second-factor',
    "select username as id, coalesce(totp_secret, 'off') as value from users where username like 'victim-%'",
  )
  await take(
    'link',
    `select username as id, count(token_hash)::text as value from users
     left join account_links on user_id = users.id where username like 'victim-%' group by 1`,
  )
  await take(
    'sessions',
    `select username as id, count(token_hash)::text as value from users
     left join sessions on user_id = users.id where username like 'victim-%' group by 1`,
  )
  await take(
    'tokens',
    `select username as id, count(token_hash)::text as value from users
     left join api_tokens on user_id = users.id where username like 'victim-%' group by 1`,
  )
  await take(
    'alerts',
    // What the platform itself notes, such as that a new route told of an alert, is nobody's act.
    `select alerts.id, row(state, acknowledged_by, assignee, muted, comments, count(alert_events.id))::text as value
     from alerts left join alert_events on alert = alerts.id and actor <> '' group by alerts.id`,
  )
  await take(
    'alert-views',
    `select saved_views.id, name as value from saved_views join users on users.id = user_id
     where saved_views.id like 'own-%' or saved_views.id like 'foreign-%'`,
  )
  return state
}
