import { createHash } from 'node:crypto'
import { copyFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { EmbeddedPostgres } from '@osprey/backend/database/embedded-postgres'
import type { StationCollection } from '@osprey/core/api'
import type { AuditEntry } from '@osprey/core/api/audit'
import type { AccountCreated, AccountView } from '@osprey/core/api/people'
import canonicalize from 'canonicalize'
import pg from 'pg'
import pino from 'pino'
import { BackgroundLoad } from './harness/background-load.ts'
import { connectDevice, publishReport } from './harness/device.ts'
import {
  drained,
  expectBalancedLedger,
  expectNothingLost,
  type Fleet,
  registerFleet,
  SEQUENCE,
} from './harness/fleet.ts'
import { InfluxDb } from './harness/influxdb.ts'
import { describeWith, INFLUXD } from './harness/requirements.ts'
import { ServiceProcess } from './harness/service-process.ts'
import { System, withSystem } from './harness/system.ts'

const PASSWORD = 'a password for this test'
const MINUTE = 60_000
const folder = mkdtempSync(join(tmpdir(), 'osprey-backups-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Runs `npm run backup` or `restore` as a person does, and answers what it printed. */
async function tool(script: 'backup' | 'restore', system: System, ...args: string[]) {
  const program = new ServiceProcess(script, `backend/dist/backup/run-${script}.js`, system.env, args)
  program.start()
  const { code } = await program.exited()
  return { code, text: program.lines.join('\n') }
}

async function succeeds(script: 'backup' | 'restore', system: System, ...args: string[]): Promise<string> {
  const { code, text } = await tool(script, system, ...args)
  expect({ code, text }).toMatchObject({ code: 0 })
  return text
}

/** Runs the test on a machine where nothing has been started yet. */
async function withEmptyMachine(env: Record<string, string>, body: (system: System) => Promise<void>) {
  const system = await System.create({ env })
  try {
    await body(system)
  } catch (error) {
    if (error instanceof Error) error.message += `\n${system.logs()}`
    throw error
  } finally {
    await system.dispose()
  }
}

/** Values of every kind: numbers good, suspect and failed, texts, a missing result. */
async function publishEveryKind(system: System, fleet: Fleet): Promise<void> {
  await system.api.createProperty({
    id: 'pump_state',
    name: { en: 'Pump state', zh: '水泵状态' },
    media: ['air'],
    unit: '1',
    symbol: '',
    kind: 'category',
    precision: 0,
    categories: ['running', '停机'],
  })
  const [device] = fleet.devices
  if (!device) throw new Error('the fleet is empty')
  const client = await connectDevice(system, device)
  for (let step = 0; step < 20; step++) {
    const time = fleet.baseTime - (20 - step) * MINUTE
    await publishReport(client, {
      time,
      values: { pm25: step * 37.5 - 20, pump_state: step % 2 ? 'running' : '停机' },
    })
  }
  await client.endAsync()
}

/** What a person would compare: people, stations, devices, the series of one station, the audit log. */
async function record(system: System, fleet: Fleet) {
  const [device] = fleet.devices
  const series: Record<string, unknown> = {}
  for (const property of ['pm25', 'pump_state', SEQUENCE]) {
    // Of the load, which may go on, only the sequence numbers are compared.
    const to = fleet.baseTime + (property === SEQUENCE ? 1000 * MINUTE : 0)
    series[property] = await system.api.series(device?.id ?? '', property, fleet.baseTime - 60 * MINUTE, to)
  }
  const accounts = await system.api.get<AccountView[]>('/api/accounts')
  const { features } = await system.api.get<StationCollection>('/api/stations')
  const devices = await system.api.get<{ id: string }[]>('/api/devices')
  return {
    series,
    accounts: accounts.map(({ sessions: _sessions, lastLoginAt: _last, ...account }) => account),
    // Without their latest values, which go on changing.
    stations: features.map(({ id, geometry, properties: { name, medium } }) => ({
      id,
      geometry,
      name,
      medium,
    })),
    devices: devices.map(({ id }) => id),
    properties: await system.api.get('/api/properties'),
  }
}

/** Walks the audit log's chain by the rule it is documented with; answers its entries. */
async function auditChain(system: System): Promise<AuditEntry[]> {
  const response = await fetch(`${system.url}/api/audit/export`, { headers: system.authorization() })
  const lines = (await response.text()).trim().split('\n')
  let previous = '0'.repeat(64)
  return lines.map((line, index) => {
    const { hash, ...rest } = JSON.parse(line) as AuditEntry
    expect(rest.sequence).toBe(index + 1)
    expect(rest.previous).toBe(previous)
    expect(
      createHash('sha256')
        .update(canonicalize(rest) ?? '')
        .digest('hex'),
    ).toBe(hash)
    previous = hash
    return { ...rest, hash }
  })
}

async function createPerson(system: System): Promise<void> {
  const input = {
    username: 'wei',
    displayName: 'Wei 伟',
    email: null,
    role: 'officer',
    jurisdictions: null,
  }
  const { link } = await system.api.request<AccountCreated>('POST', '/api/accounts', input)
  const token = new URL(link.url.replace('/#', ''), 'http://x').searchParams.get('token')
  const answer = await fetch(`${system.url}/api/session/link/redeem`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token, password: PASSWORD }),
  })
  expect(answer.status).toBe(204)
}

async function logIn(system: System): Promise<number> {
  const answer = await fetch(`${system.url}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'wei', password: PASSWORD }),
  })
  return answer.status
}

test('a backup made while messages flow restores everything acknowledged before it, on an empty machine', async () => {
  await withSystem({ env: { OSPREY_PUBLIC_URL: 'http://osprey.example.org' } }, async (source) => {
    const fleet = await registerFleet(source, 30)
    await publishEveryKind(source, fleet)
    await createPerson(source)
    const load = new BackgroundLoad(source, fleet, 600)
    await load.more(2000)
    const acknowledged = join(folder, 'acknowledged.log')
    copyFileSync(load.acknowledgementLog, acknowledged)
    const chain = await auditChain(source)
    const archive = join(folder, 'flowing')
    console.info(await succeeds('backup', source, '--to', archive))
    await load.more(500)
    await load.finish()
    await drained(source)
    const expected = await record(source, fleet)
    expect((await auditChain(source)).map(({ action }) => action)).toContain('backup.made')
    // Exists already; and nothing of the failed attempt remains.
    expect(await tool('backup', source, '--to', archive)).toMatchObject({
      code: 1,
      text: expect.stringContaining('exists already'),
    })

    await withEmptyMachine({}, async (target) => {
      await refusesDamaged(target, archive)
      expect(await tool('restore', source, '--from', archive)).toMatchObject({
        code: 1,
        text: expect.stringContaining('is not empty'),
      })
      const text = await succeeds('restore', target, '--from', archive)
      console.info(text.slice(text.indexOf('archive ')))
      await target.start()
      await expectNothingLost(target, fleet, acknowledged)
      const restored = await record(target, fleet)
      const { series, ...rest } = restored
      expect(rest).toEqual({ ...expected, series: undefined })
      for (const property of ['pm25', 'pump_state'])
        expect(series[property]).toEqual(expected.series[property])
      const after = await auditChain(target)
      expect(after.slice(0, chain.length)).toEqual(chain)
      expect(after.map(({ action }) => action)).toContain('platform.restored')
      expect(after.map(({ action }) => action)).not.toContain('audit.head_mismatch')
      expect(await logIn(target)).toBe(200)
      await devicesGoOn(target, fleet)
    })
  })
})

/** The devices log in with the secrets they had, and what they send is stored. */
async function devicesGoOn(system: System, fleet: Fleet): Promise<void> {
  const before = await drained(system)
  for (const device of fleet.devices.slice(0, 3)) {
    const client = await connectDevice(system, device)
    await publishReport(client, { values: { pm25: 11 } })
    await client.endAsync()
  }
  const after = await drained(system)
  expect(after.stored).toBe(before.stored + 3)
  await expectBalancedLedger(system)
}

/** A flipped byte, a missing, an additional and a truncated file: each is refused, and nothing is written. */
async function refusesDamaged(target: System, archive: string): Promise<void> {
  const day = readdirSync(join(archive, 'observations'))[0] ?? ''
  const part = join('observations', day, readdirSync(join(archive, 'observations', day))[0] ?? '')
  const damages: Record<string, (copy: string) => void> = {
    [part]: (copy) => {
      const bytes = readFileSync(join(copy, part))
      const middle = bytes.length >> 1
      bytes[middle] = (bytes[middle] ?? 0) ^ 1
      writeFileSync(join(copy, part), bytes)
    },
    'tables/devices.copy.gz': (copy) => rmSync(join(copy, 'tables/devices.copy.gz')),
    'manifest.json': (copy) => {
      const file = join(copy, 'manifest.json')
      writeFileSync(file, readFileSync(file, 'utf8').replace(/"count": \d/, '"count": 9'))
    },
    SHA256SUMS: (copy) => {
      const file = join(copy, 'SHA256SUMS')
      writeFileSync(file, readFileSync(file).subarray(0, -40))
    },
    'tables/extra.copy.gz': (copy) => writeFileSync(join(copy, 'tables/extra.copy.gz'), 'x'),
    'journal/data.mdb': (copy) => {
      const file = join(copy, 'journal/data.mdb')
      writeFileSync(file, readFileSync(file).subarray(0, -4096))
    },
  }
  for (const [file, damage] of Object.entries(damages)) {
    const copy = join(folder, 'damaged')
    cpSync(archive, copy, { recursive: true })
    damage(copy)
    const { code, text } = await tool('restore', target, '--from', copy)
    expect({ file, code, text }).toMatchObject({
      code: 1,
      text: expect.stringMatching(/is damaged|is no archive/),
    })
    expect(readdirSync(target.dataDir)).toEqual([])
    rmSync(copy, { recursive: true })
  }
}

describeWith({ influxd: INFLUXD }, 'backup and restore between stores', () => {
  let influx: InfluxDb
  let postgres: EmbeddedPostgres
  let postgresDir: string
  let connection: pg.PoolConfig
  beforeAll(async () => {
    influx = await InfluxDb.start()
    postgresDir = mkdtempSync(join(tmpdir(), 'osprey-server-'))
    postgres = new EmbeddedPostgres(postgresDir, pino({ level: 'silent' }))
    connection = await postgres.start()
  })
  afterAll(async () => {
    await postgres?.stop()
    await influx?.stop()
    rmSync(postgresDir, { recursive: true, force: true })
  })

  /** Servers with an empty database of that name. */
  async function servers(name: string): Promise<Record<string, string>> {
    const client = new pg.Client(connection)
    await client.connect()
    await client.query(`create database ${name}`)
    await client.end()
    const { user, password, port } = connection
    return {
      DATABASE_URL: `postgres://${user}:${password}@127.0.0.1:${port}/${name}`,
      OSPREY_INFLUX_URL: influx.url,
      OSPREY_INFLUX_DATABASE: name,
    }
  }

  test('InfluxDB and a PostgreSQL server restore into the embedded stores, and those into servers again', async () => {
    const env = { OSPREY_PUBLIC_URL: 'http://osprey.example.org' }
    const [first, second] = [await servers('first'), await servers('second')]
    await withSystem({ env: { ...first, ...env } }, async (source) => {
      const fleet = await registerFleet(source, 10)
      await publishEveryKind(source, fleet)
      await createPerson(source)
      const load = new BackgroundLoad(source, fleet, 1000, { messages: 2000 })
      await load.completed()
      await drained(source)
      const expected = await record(source, fleet)
      const fromServers = join(folder, 'servers')
      await succeeds('backup', source, '--to', fromServers)

      await withEmptyMachine(env, async (embedded) => {
        await succeeds('restore', embedded, '--from', fromServers)
        await embedded.start()
        await expectNothingLost(embedded, fleet, load.acknowledgementLog)
        expect(await record(embedded, fleet)).toEqual(expected)
        expect(await logIn(embedded)).toBe(200)
        await embedded.broker.kill('SIGTERM')
        await embedded.backend.kill('SIGTERM')
        const stopped = join(folder, 'stopped')
        await succeeds('backup', embedded, '--to', stopped)

        await withEmptyMachine({ ...second, ...env }, async (back) => {
          await succeeds('restore', back, '--from', stopped)
          await back.start()
          expect(await record(back, fleet)).toEqual(expected)
          await auditChain(back)
          await devicesGoOn(back, fleet)
          await withEmptyMachine({ ...second, ...env }, async (third) => {
            const { code, text } = await tool('restore', third, '--from', stopped)
            expect({ code, text }).toMatchObject({
              code: 1,
              text: expect.stringContaining('holds data already'),
            })
            expect(readdirSync(third.dataDir)).toEqual([])
          })
        })
      })
    })
  })
})
