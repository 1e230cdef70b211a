import type {
  DeviceInput,
  DeviceSecret,
  LedgerView,
  ObservationsView,
  PropertyInput,
  QuarantineView,
  RefusedConnectionView,
  RejectionView,
  StationInput,
} from '@osprey/core/api'

/** The HTTP interface as a command-line tool on the same host uses it, with the operator token. */
export class Api {
  constructor(
    readonly url: string,
    private readonly token: () => string,
  ) {}

  async request<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.token()}`, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(60_000),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path} → ${response.status} ${text.slice(0, 500)}`)
    return (text === '' ? undefined : JSON.parse(text)) as T
  }

  get<T>(path: string): Promise<T> {
    return this.request<T>('GET', path)
  }

  createProperty(property: PropertyInput): Promise<unknown> {
    return this.request('POST', '/api/properties', property)
  }

  createStation(station: StationInput): Promise<unknown> {
    return this.request('POST', '/api/stations', station)
  }

  async createDevices(devices: DeviceInput[]): Promise<DeviceSecret[]> {
    return (await this.request<{ devices: DeviceSecret[] }>('POST', '/api/devices/bulk', { devices })).devices
  }

  /** All observations of one datastream in [from, to), page after page. */
  async series(
    station: string,
    property: string,
    from: number,
    to: number,
  ): Promise<ObservationsView['observations']> {
    const query = `station=${station}&property=${property}&from=${from}&to=${to}&limit=100000`
    const observations: ObservationsView['observations'] = []
    let after: string | null = ''
    while (after !== null) {
      const page: ObservationsView = await this.get(
        `/api/observations?${query}${after === '' ? '' : `&after=${encodeURIComponent(after)}`}`,
      )
      for (const observation of page.observations) observations.push(observation)
      after = page.next
    }
    return observations
  }

  aggregate(
    station: string,
    property: string,
    from: number,
    to: number,
    every: string,
    statistic: string,
  ): Promise<ObservationsView> {
    const range = `station=${station}&property=${property}&from=${from}&to=${to}`
    return this.get(`/api/observations?${range}&every=${every}&statistic=${statistic}`)
  }

  ledger(device?: string): Promise<LedgerView> {
    return this.get(device === undefined ? '/api/ledger' : `/api/ledger?device=${device}`)
  }

  async deviceLedgers(): Promise<(LedgerView & { device: string })[]> {
    type Page = { devices: (LedgerView & { device: string })[]; next: string | null }
    const all: Page['devices'] = []
    for (let after: string | null = ''; after !== null; ) {
      const page: Page = await this.get(
        `/api/ledger/devices?limit=1000${after === '' ? '' : `&after=${after}`}`,
      )
      all.push(...page.devices)
      after = page.next
    }
    return all
  }

  rejections(device: string): Promise<RejectionView[]> {
    return this.list('rejections', `/api/rejections?device=${device}&limit=1000`)
  }

  refusedConnections(): Promise<RefusedConnectionView[]> {
    return this.list('refusedConnections', '/api/refused-connections?limit=1000')
  }

  quarantine(): Promise<QuarantineView[]> {
    return this.list('quarantine', '/api/quarantine')
  }

  /** Lists come bare or as the one array of an object. */
  private async list<T>(name: string, path: string): Promise<T[]> {
    const answer = await this.get<T[] | Record<string, T[]>>(path)
    if (Array.isArray(answer)) return answer
    const list = Object.values(answer).find(Array.isArray)
    if (list === undefined) throw new Error(`${path} holds no list of ${name}`)
    return list
  }
}
