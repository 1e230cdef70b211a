import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { sql } from 'drizzle-orm'
import pg from 'pg'
import pino from 'pino'
import { StartError } from '../config.ts'
import { Database } from './database.ts'
import { EmbeddedPostgres } from './embedded-postgres.ts'
import { openPathFor, serverAccount } from './server-account.ts'
import { storable } from './storable.ts'

const log = pino({ level: 'silent' })
let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'osprey-database-'))
})
afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

const pidOf = () => Number(readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n')[0])

test('what is written survives a stop', async () => {
  const database = new Database(dataDir, undefined, log)
  await database.start()
  await database.queries.execute(sql`insert into sites (id, name) values ('a', 'A')`)
  await database.stop()
  expect(existsSync(join(dataDir, 'postgres/postmaster.pid'))).toBe(false)
  await database.start()
  const { rows } = await database.queries.execute(sql`select name from sites`)
  expect(rows).toEqual([{ name: 'A' }])
  await database.stop()
})

test('the server a killed backend left behind is adopted', async () => {
  const left = new EmbeddedPostgres(dataDir, log)
  await left.start()
  const pid = pidOf()
  left.detach()
  const database = new Database(dataDir, undefined, log)
  await database.start()
  expect(pidOf()).toBe(pid)
  await database.ping()
  await database.stop()
  expect(() => process.kill(pid, 0)).toThrow()
})

test('a server left behind that does not answer is replaced', async () => {
  const left = new EmbeddedPostgres(dataDir, log)
  await left.start()
  const pid = pidOf()
  left.detach()
  // A password it does not know stands for a server that cannot be talked to.
  writeFileSync(join(dataDir, 'postgres-password'), 'another\n')
  const next = new EmbeddedPostgres(dataDir, log, { adoptWithinMs: 100, readyWithinMs: 500 })
  await expect(next.start()).rejects.toThrow(StartError)
  expect(() => process.kill(pid, 0)).toThrow()
})

test('a pid file that names another program is not believed', async () => {
  const first = new EmbeddedPostgres(dataDir, log)
  await first.start()
  await first.stop()
  const bystander = spawn('sleep', ['60'])
  writeFileSync(join(dataDir, 'postgres/postmaster.pid'), `${bystander.pid}\n${dataDir}/postgres\n0\n5432\n`)
  const database = new Database(dataDir, undefined, log)
  await database.start()
  await database.ping()
  await database.stop()
  expect(bystander.exitCode).toBeNull()
  bystander.kill()
})

test('an initialisation that was cut off is begun again', async () => {
  mkdirSync(join(dataDir, 'postgres-initialising/cluster'), { recursive: true })
  writeFileSync(join(dataDir, 'postgres-initialising/cluster/PG_VERSION'), '18')
  const database = new Database(dataDir, undefined, log)
  await database.start()
  expect(existsSync(join(dataDir, 'postgres-initialising'))).toBe(false)
  await database.stop()
})

test('a second backend on the same directory is told, and the first lives on', async () => {
  const first = new Database(dataDir, undefined, log)
  await first.start()
  const second = new Database(dataDir, undefined, log, { ownWithinMs: 200 })
  await expect(second.start()).rejects.toThrow(
    `another Osprey backend is running on the data directory ${dataDir}`,
  )
  await first.ping()
  await first.stop()
})

test('a server that ends by itself is started again', async () => {
  const database = new Database(dataDir, undefined, log)
  await database.start()
  const pid = pidOf()
  process.kill(pid, 'SIGKILL')
  for (;;) {
    try {
      await database.ping()
      break
    } catch {
      // Until it answers again; the test's own time limit ends it.
      await new Promise((settle) => setImmediate(settle))
    }
  }
  expect(pidOf()).not.toBe(pid)
  await database.stop()
})

test('the lock on the data directory is taken again after the server restarted', async () => {
  const lines: string[] = []
  const held = Promise.withResolvers<void>()
  const told = pino(
    { level: 'info' },
    {
      write: (line: string) => {
        lines.push(line)
        if (line.includes('held again')) held.resolve()
      },
    },
  )
  const first = new Database(dataDir, undefined, told)
  await first.start()
  process.kill(pidOf(), 'SIGKILL')
  await held.promise
  const second = new Database(dataDir, undefined, log, { ownWithinMs: 200 })
  await expect(second.start()).rejects.toThrow('another Osprey backend is running')
  await first.stop()
})

test('a backend that finds its data directory taken after a restart of the server says so', async () => {
  const server = new EmbeddedPostgres(dataDir, log)
  const { host, port, user, password, database } = await server.start()
  const url = `postgres://${user}:${password}@${host}:${port}/${database}`
  const own = mkdtempSync(join(tmpdir(), 'osprey-database-'))
  const first = new Database(own, url, log, { ownWithinMs: 200 })
  await first.start()
  const rival = new pg.Client(url)
  await rival.connect()
  const { rows } = await rival.query("select pid, objid, classid from pg_locks where locktype = 'advisory'")
  // What a second backend does while the first is without its lock.
  const key = (BigInt(rows[0].classid) << 32n) | BigInt(rows[0].objid)
  const waiting = rival.query('select pg_advisory_lock($1)', [key.toString()])
  await first.queries.execute(sql`select pg_terminate_backend(${rows[0].pid})`)
  await waiting
  expect((await first.lostTo).message).toContain('another Osprey backend is running')
  await rival.end()
  await first.stop()
  await server.stop()
  rmSync(own, { recursive: true })
})

test('a lost password and an unreachable server are one clear line', async () => {
  const database = new Database(dataDir, undefined, log)
  await database.start()
  await database.stop()
  rmSync(join(dataDir, 'postgres-password'))
  await expect(database.start()).rejects.toThrow(/postgres-password is missing.*restore it/)
  const remote = new Database(dataDir, 'postgres://user:hidden@127.0.0.1:1/x', log)
  const error: Error = await remote.start().then(
    () => new Error('started'),
    (reason) => reason,
  )
  expect(error).toBeInstanceOf(StartError)
  expect(error.message).toMatch(/^cannot connect to PostgreSQL at DATABASE_URL: .*ECONNREFUSED/)
  expect(error.message).not.toContain('hidden')
})

test('DATABASE_URL: any server, migrated once', async () => {
  const server = new EmbeddedPostgres(dataDir, log)
  const { host, port, user, password, database } = await server.start()
  const url = `postgres://${user}:${password}@${host}:${port}/${database}`
  const own = mkdtempSync(join(tmpdir(), 'osprey-database-'))
  for (let round = 0; round < 2; round++) {
    const remote = new Database(own, url, log)
    await remote.start()
    const { rows } = await remote.queries.execute(
      sql`select count(*)::int as n from drizzle.__drizzle_migrations`,
    )
    expect(rows).toEqual([{ n: 3 }])
    await remote.stop()
  }
  await server.stop()
  rmSync(own, { recursive: true })
})

test('the account of the server: postgres under root, else ourselves', () => {
  const passwd = join(dataDir, 'passwd')
  writeFileSync(passwd, 'root:x:0:0:root:/root:/bin/sh\npostgres:x:26:27::/:/bin/false\n')
  expect(serverAccount(0, passwd)).toEqual({ name: 'postgres', uid: 26, gid: 27 })
  expect(serverAccount(1000, passwd)).toBeUndefined()
  writeFileSync(passwd, 'root:x:0:0:root:/root:/bin/sh\n')
  expect(() => serverAccount(0, passwd)).toThrow(/there is no user "postgres".*useradd/)
})

const asRoot = process.getuid?.() === 0 ? test : test.skip
asRoot('a directory the server cannot reach is named with the ways out', () => {
  const closed = join(dataDir, 'closed')
  const inside = join(closed, 'data')
  mkdirSync(inside, { recursive: true })
  chmodSync(dataDir, 0o755)
  chmodSync(closed, 0o700)
  const account = { name: 'postgres', uid: 4_000_001, gid: 4_000_001 }
  expect(() => openPathFor(account, inside)).toThrow(
    new RegExp(`cannot enter ${closed} \\(mode 700\\).*OSPREY_DATA_DIR.*DATABASE_URL`),
  )
  chmodSync(closed, 0o711)
  openPathFor(account, inside)
})

test('text that PostgreSQL cannot keep is mended', () => {
  expect(storable('a\0b\ud800c', 100)).toBe('a\ufffdb\ufffdc')
  expect(storable('\u{1F600}\u{1F600}', 3)).toBe('\u{1F600}\ufffd')
})
