import type { Answer, TestBackend } from '../../testing.ts'
import type { MatrixActor } from './actors.ts'
import { PLACES, type Place, reaches } from './cells.ts'
import { watch } from './live.fixture.ts'
import { CODES, headersOf, numbers, POSITIONS, READINGS, TRIED } from './world.fixture.ts'

/** What an actor finds in every list, count, export and live frame; null for what the actor may not ask. */
export async function contentsOf(actor: MatrixActor, backend: TestBackend) {
  const headers = headersOf(actor, backend)
  const get = (path: string) => backend.request('GET', path, { headers })
  const ids = async (path: string, pick: (body: Answer['body']) => string[]) => {
    const { status, body } = await get(path)
    return status === 200 ? pick(body).sort() : null
  }
  const every = (name: string) => (list: Record<string, string>[]) => list.map((one) => one[name] as string)
  const sites = await get('/api/sites')
  const ledger = await get('/api/ledger')
  const alerts = await get('/api/alerts?limit=500')
  const details = PLACES.map((place) => `st-${CODES[place]}`)
  return {
    stations: await ids('/api/stations', ({ features }) => every('id')(features)),
    csv: [...((await get('/api/stations/export')).text.match(/^st-[\w-]+/gm) ?? [])].sort(),
    geojson: await ids('/api/stations/export?format=geojson', ({ features }) => every('id')(features)),
    live: await watch(actor, backend, details),
    sites: every('id')(sites.body).sort(),
    membersOfShared: sites.body.find(({ id }: { id: string }) => id === 'si-shared')?.stations.sort(),
    jurisdictions: await ids('/api/jurisdictions', every('id')),
    stationsOfNested: (await get('/api/jurisdictions/nested')).body.stations,
    layers: (await get('/api/layers')).body.find(({ id }: { id: string }) => id === 'places').features,
    features: await ids('/api/layers/places', ({ features }) => every('id')(features)),
    many: await ids('/api/layers/places', ({ features }) => manyOf(features)),
    alerts: alerts.status === 200 ? every('id')(alerts.body.alerts).sort() : null,
    firing: alerts.body.counts?.firing ?? null,
    devices: await ids('/api/devices', every('id')),
    rules: await ids('/api/rules', every('id')),
    silences: await ids('/api/silences', every('reason')),
    ledger: ledger.status === 200 ? [ledger.body.received, ledger.body.messages !== undefined] : null,
    ledgerDevices: ledger.status === 200 ? await accounts(get) : null,
    rejections: await ids('/api/rejections', every('device')),
    rejectionsOfB: await ids('/api/rejections?device=dv-b', every('device')),
    refused: await ids('/api/refused-connections', every('device')),
    quarantine: await ids('/api/quarantine', (list) =>
      list.map(({ station, device }: { station: string; device: string }) => `${station} ${device}`),
    ),
  }
}

/** The positions left of the layer's one feature of several points. */
function manyOf(features: { id: string; geometry: { coordinates: number[][] } }[]): string[] {
  return features.flatMap(({ id, geometry }) => (id === 'many' ? geometry.coordinates.map(String) : []))
}

/** All pages of two. */
async function accounts(get: (path: string) => Promise<Answer>): Promise<string[]> {
  const found: string[] = []
  for (let after: string | null = ''; after !== null; ) {
    const { body } = await get(`/api/ledger/devices?limit=2&after=${after}`)
    for (const { device } of body.devices) found.push(device)
    after = body.next
  }
  return found
}

type Contents = Awaited<ReturnType<typeof contentsOf>>

export function expectedContents(actor: MatrixActor): Contents {
  const inside = PLACES.filter((place) => reaches(actor, place))
  const whole = actor.territory === 'whole'
  const withDevices = actor.permissions.has('devices:read')
  const withAlerts = actor.permissions.has('alerts:read')
  const withLedger = actor.permissions.has('ledger:read')
  const base = (prefix: string, places: readonly Place[]) =>
    places.map((place) => `${prefix}-${CODES[place]}`)
  const all = (prefix: string) =>
    [...base(prefix, inside), ...inside.flatMap((place) => own(prefix, place))].sort()
  const both = reaches(actor, 'A') && reaches(actor, 'B')
  const devices = [...all('dv'), ...(both ? ['dv-both'] : []), ...(whole ? ['dv-idle'] : [])].sort()
  const reported = base('dv', inside).sort()
  const received = inside.reduce((sum, place) => sum + READINGS[place] + 1, 0)
  const refused = [...reported, ...(both ? ['dv-both'] : []), ...(whole ? ['dv-unknown'] : [])].sort()
  const stations = all('st')
  const pair = reaches(actor, 'A') || reaches(actor, 'B') ? ['al-pair'] : []
  const alerts = [...all('al'), ...pair, 'al-site'].sort()
  return {
    stations,
    csv: stations,
    geojson: stations,
    live: stations,
    sites: [...all('si'), 'si-shared'].sort(),
    membersOfShared: base('st', inside)
      .filter((id) => id !== 'st-n')
      .sort(),
    jurisdictions: [...areasOf(actor), ...inside.flatMap((place) => own('ju', place))].sort(),
    stationsOfNested: reaches(actor, 'nested') ? 1 + numbers.length : undefined,
    layers: inside.length + 2,
    features: [...inside.map((place) => CODES[place]), 'many', 'river'].sort(),
    many: inside.map((place) => String(POSITIONS[place])).sort(),
    alerts: withAlerts ? alerts : null,
    firing: withAlerts ? alerts.length : null,
    devices: withDevices ? devices : null,
    silences: withAlerts ? inside.flatMap((place) => own('sl', place)).sort() : null,
    rules: actor.permissions.has('rules:read')
      ? [...inside.flatMap((place) => own('ru', place)), 'ru-whole'].sort()
      : null,
    ledger: withLedger ? [received, whole] : null,
    ledgerDevices: withLedger ? reported : null,
    rejections: withLedger ? reported : null,
    rejectionsOfB: withLedger ? reported.filter((id) => id === 'dv-b') : null,
    refused: withLedger ? refused : null,
    quarantine: withLedger
      ? base('st', inside)
          .map((id) => `${id} ${both ? 'dv-both' : ''}`)
          .sort()
      : null,
  }
}

function own(prefix: string, place: Place): string[] {
  return TRIED.includes(place) ? numbers.map((number) => `${prefix}-${CODES[place]}-${number}`) : []
}

function areasOf({ territory }: MatrixActor): string[] {
  if (territory === 'A') return ['A', 'nested']
  return territory === 'B' ? ['B'] : ['parent', 'A', 'B', 'nested']
}
