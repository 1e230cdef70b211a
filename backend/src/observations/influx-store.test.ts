import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { InfluxStore, type InfluxStoreOptions } from './influx-store.ts'
import { FaultyProxy, findInfluxd, Influxd } from './influxd.fixture.ts'
import { describeObservationStore } from './store.contract.ts'
import { batchOf, DAY, describeNasty, nastyDatastreamOf, type Row, T0 } from './store.fixture.ts'
import { StoreUnavailableError } from './store.ts'

const influxd = findInfluxd()
const proxyOrigin = 'InfluxDB at http://127.0.0.1'

function storeAt(url: string, options: Partial<InfluxStoreOptions> = {}): InfluxStore {
  return new InfluxStore({
    url,
    database: 'osprey "test"',
    describe: describeNasty,
    datastreamOf: (station) => nastyDatastreamOf(station),
    ...options,
  })
}

if (influxd === undefined && !process.env['CI']) {
  console.warn('SKIPPED: influxd is not on the PATH, InfluxStore was not tested against a real InfluxDB')
  test.skip('InfluxStore against a real InfluxDB (influxd is not on the PATH)', () => {})
} else if (influxd === undefined) {
  test('InfluxStore against a real InfluxDB', () => {
    throw new Error('influxd is not on the PATH; continuous integration has to install it')
  })
} else {
  describeObservationStore('InfluxStore', async () => {
    const server = await Influxd.create(influxd)
    const store = storeAt(server.url)
    await store.start()
    return {
      store,
      async restart() {
        await store.stop()
        await server.stop()
        await server.start()
        await store.start()
      },
      async interrupt() {
        await server.stop()
        return () => server.start()
      },
      async dispose() {
        await store.stop()
        await server.dispose()
      },
    }
  })
  describe('InfluxStore', () => describeInflux(influxd))
}

function describeInflux(path: string): void {
  let server: Influxd
  let proxy: FaultyProxy
  let datastream = 0

  beforeAll(async () => {
    server = await Influxd.create(path)
    proxy = await FaultyProxy.create(server.url)
  })
  beforeEach(() => {
    proxy.fault = 'none'
    proxy.requests.length = 0
    datastream++
  })
  afterAll(async () => {
    await proxy?.close()
    await server?.dispose()
  })

  const started = async (options: Partial<InfluxStoreOptions> = {}) => {
    const store = storeAt(proxy.url, { database: 'osprey', ...options })
    await store.start()
    return store
  }
  const rows = (count: number): Row[] =>
    Array.from({ length: count }, (_, index) => ({ datastream, time: T0 + index, value: index }))
  const read = async (store: InfluxStore) =>
    (await store.series({ datastream, from: T0 - DAY, to: T0 + 60 * DAY, limit: 1_000_000 })).map(
      ({ value }) => value,
    )

  test.each([
    ['unavailable', '503', 7000],
    ['too-many', '429', 3000],
    ['unauthorized', '401', undefined],
    ['foreign-400', '400', undefined],
    ['reset', proxyOrigin, undefined],
  ] as const)('%s: the batch is kept and nothing is refused', async (fault, message, retryAfter) => {
    const store = await started()
    proxy.fault = fault
    const batch = batchOf(1, rows(100))
    const failure = await store.append(batch).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(StoreUnavailableError)
    expect((failure as StoreUnavailableError).message).toContain(message)
    expect((failure as StoreUnavailableError).retryAfter).toBe(retryAfter)
    proxy.fault = 'none'
    expect(await read(store)).toEqual([])
    expect(await store.append(batch)).toEqual({ stored: 100, refused: [] })
    expect(await read(store)).toHaveLength(100)
  })

  test('a server that does not answer in time is unavailable', async () => {
    const store = await started({ timeout: 100 })
    proxy.fault = 'silence'
    await expect(store.append(batchOf(1, rows(10)))).rejects.toThrow(StoreUnavailableError)
    await expect(store.latest()).rejects.toThrow(/timeout/)
  })

  test('stopping ends a request that waits', async () => {
    const store = await started()
    proxy.fault = 'silence'
    const arrived = proxy.nextRequest()
    const appending = store.append(batchOf(1, rows(10)))
    await Promise.all([
      expect(appending).rejects.toThrow(StoreUnavailableError),
      arrived.then(() => store.stop()),
    ])
  })

  test('a write whose answer was lost is repeated without doubling', async () => {
    const store = await started()
    proxy.fault = 'answer-lost'
    await expect(store.append(batchOf(1, rows(50)))).rejects.toThrow(StoreUnavailableError)
    proxy.fault = 'none'
    expect(await store.append(batchOf(1, rows(50)))).toEqual({ stored: 50, refused: [] })
    expect(await read(store)).toEqual(rows(50).map(({ value }) => value))
  })

  test('starts while the server is down and creates the database when it is back', async () => {
    proxy.fault = 'reset'
    const store = await started({ database: 'late' })
    await expect(store.append(batchOf(1, rows(1)))).rejects.toThrow(StoreUnavailableError)
    proxy.fault = 'none'
    expect(await store.append(batchOf(1, rows(1)))).toEqual({ stored: 1, refused: [] })
    await server.query('', 'DROP DATABASE late')
    expect(await store.latest()).toEqual([])
    await expect(store.append(batchOf(2, rows(1)))).rejects.toThrow('404')
    expect(await store.append(batchOf(2, rows(1)))).toEqual({ stored: 1, refused: [] })
  })

  test('of one bad line in a thousand 999 are stored and one is refused with the reason', async () => {
    const store = await started({ database: 'conflict' })
    // In the shard of that week `value` is a string already: InfluxDB refuses numbers there.
    const week = T0 + 30 * DAY
    await server.write('conflict', `observation,station=x,property=y value="text" ${week}`)
    const all = rows(1000)
    const bad = all[637] as Row
    bad.time = week + 1
    const result = await store.append(batchOf(1, all))
    expect(result.stored).toBe(999)
    expect(result.refused).toHaveLength(1)
    expect(result.refused[0]?.row).toBe(637)
    expect(result.refused[0]?.reason).toContain('field type conflict')
    const expected = all.map(({ value }) => value).filter((value) => value !== 637)
    expect(await read(store)).toEqual(expected)
    expect(store.stats()).toMatchObject({ appendedRows: 999, refusedRows: 1, unavailable: 0 })
  })

  test('a batch of bad lines only is refused without a request for each', async () => {
    const store = await started({ database: 'conflict2' })
    await server.write('conflict2', `observation,station=x,property=y value="text" ${T0}`)
    proxy.requests.length = 0
    const result = await store.append(batchOf(1, rows(1000)))
    expect(result.stored).toBe(0)
    expect(result.refused.map(({ row }) => row)).toEqual(Array.from({ length: 1000 }, (_, row) => row))
    expect(proxy.requests.length).toBeLessThan(20)
  })

  test('a server that is set up wrongly costs no readings', async () => {
    const store = await started()
    proxy.fault = 'misconfigured'
    for (const count of [1, 500]) {
      await expect(store.append(batchOf(1, rows(count)))).rejects.toThrow(
        'refuses every line: please provide',
      )
    }
    expect(proxy.requests.length).toBeLessThan(60)
  })

  test('rows of a datastream nobody knows are refused, the others stored', async () => {
    const store = await started()
    const result = await store.append(
      batchOf(1, [
        ...rows(2),
        { datastream: 5_000_000, time: T0, value: 1 },
        { datastream, time: T0 + 2, value: 2 },
      ]),
    )
    expect(result).toEqual({
      stored: 3,
      refused: [{ row: 2, reason: 'datastream 5000000 is not registered' }],
    })
    expect(await read(store)).toEqual([0, 1, 2])
  })

  test('large batches are written in several requests', async () => {
    const store = await started()
    proxy.requests.length = 0
    expect(await store.append(batchOf(1, rows(25_000)))).toEqual({ stored: 25_000, refused: [] })
    expect(proxy.requests.filter(({ path }) => path.startsWith('/write'))).toHaveLength(3)
    expect(await read(store)).toHaveLength(25_000)
  })

  test('an organization selects the API of InfluxDB 2', async () => {
    const store = await started({ organization: 'town & county', database: 'bucket', token: 'secret-token' })
    expect(proxy.requests).toEqual([])
    // 1.6 does not have this endpoint and answers 404, which keeps the batch.
    await expect(store.append(batchOf(1, rows(1)))).rejects.toThrow('404')
    const [request] = proxy.requests
    expect(request?.path).toBe('/api/v2/write?org=town+%26+county&bucket=bucket&precision=ms')
    expect(request?.headers.authorization).toBe('Token secret-token')
  })

  test('user name and password are taken from the URL or a token with a colon, and never shown', async () => {
    const secured = await Influxd.create(path, { authentication: true })
    try {
      await secured.query('', `CREATE USER admin WITH PASSWORD 'p@ss:word' WITH ALL PRIVILEGES`)
      const { host } = new URL(secured.url)
      const correct = [
        storeAt(`http://admin:${encodeURIComponent('p@ss:word')}@${host}`),
        storeAt(secured.url, { token: 'admin:p@ss:word' }),
      ]
      for (const store of correct) {
        await store.start()
        expect(await store.append(batchOf(1, rows(3)))).toEqual({ stored: 3, refused: [] })
      }
      const wrong = storeAt(`http://admin:geheim@${host}`)
      await wrong.start()
      const failure = await wrong.append(batchOf(1, rows(3))).catch((error: Error) => error)
      expect(failure).toBeInstanceOf(StoreUnavailableError)
      expect(String(failure)).toContain('401')
      expect(String(failure)).not.toContain('geheim')
    } finally {
      await secured.dispose()
    }
  })
}
