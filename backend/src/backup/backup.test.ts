import { createHash } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Journal } from '@osprey/journal/journal'
import { RESTORE_MARK } from '@osprey/journal/restore-mark'
import pg from 'pg'
import { insertAlerts } from '../alerts/acts.fixture.ts'
import { loadConfig, StartError } from '../config.ts'
import { EmbeddedPostgres } from '../database/embedded-postgres.ts'
import { createLog } from '../operations/log.ts'
import { cookiesOf, TestBackend } from '../testing.ts'
import { openArchive, UnfinishedArchive } from './archive-folder.ts'
import { makeBackup } from './backup.ts'
import { restore } from './restore.ts'

const folder = mkdtempSync(join(tmpdir(), 'osprey-archives-'))
const place = (name: string) => join(folder, name)
const STEPS = { signal: new AbortController().signal, progress: () => {} }
const log = createLog('silent')
/** The configuration of a platform whose data directory was just made. */
const emptyMachine = () => {
  const { dataDir } = TestBackend.prepare()
  rmSync(dataDir, { recursive: true })
  return loadConfig({ OSPREY_DATA_DIR: dataDir }).config
}
let backend: TestBackend

beforeAll(async () => {
  backend = await TestBackend.start()
})
afterAll(async () => {
  await TestBackend.stopAll()
  rmSync(folder, { recursive: true, force: true })
})

/** The lines of an answer of POST /api/backups. */
async function backup(to: string): Promise<Record<string, unknown>[]> {
  const answer = await backend.operator('POST', '/api/backups', { to })
  expect(answer.status).toBe(200)
  return answer.text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

test('only the operator of the machine may name a folder, an absolute one that does not exist', async () => {
  const cookie = cookiesOf(
    await backend.request('POST', '/api/session', {
      body: { username: 'admin', password: 'correct horse battery' },
    }),
  )
  const asked = await backend.request('POST', '/api/backups', {
    headers: { cookie, origin: backend.url },
    body: { to: place('by-administrator') },
  })
  expect(asked.status).toBe(403)
  expect(asked.body.detail).toContain('on this machine itself')
  expect((await backend.request('POST', '/api/backups', { body: { to: place('by-nobody') } })).status).toBe(
    401,
  )
  for (const [to, expected] of [
    ['relative', 'an absolute path'],
    [folder, 'exists already'],
    [place('missing/archive'), 'does not exist: make it first'],
  ]) {
    const answer = await backend.operator('POST', '/api/backups', { to })
    expect(answer.status).toBe(400)
    expect(answer.body.detail).toContain(expected)
  }
  expect(readdirSync(folder)).toEqual([])
})

test('everything in an archive is for its owner alone, and listed with its checksum', async () => {
  const lines = await backup(place('private'))
  expect(lines.at(-1)).toHaveProperty('made.manifest.audit.sequence')
  expect(lines.slice(0, -1).every((line) => typeof line['progress'] === 'string')).toBe(true)
  const names = readdirSync(place('private'), { recursive: true, encoding: 'utf8' })
  for (const name of ['.', ...names]) {
    const { mode } = statSync(join(place('private'), name))
    expect({ name, forOthers: mode & 0o077 }).toEqual({ name, forOthers: 0 })
  }
  expect(names).toEqual(
    expect.arrayContaining(['manifest.json', 'SHA256SUMS', 'tables/users.copy.gz', 'secrets/audit-key.pem']),
  )
  const manifest = await openArchive(place('private'), () => {})
  for (const table of ['sessions', 'account_links', 'api_tokens', 'known_browsers']) {
    expect(manifest.tables).not.toHaveProperty(table)
  }
  expect(readdirSync(folder)).toEqual(['private'])
})

test('one backup at a time; one that is given up leaves nothing, and the journal is trimmed again', async () => {
  let held = 0
  const stopping = new AbortController()
  const dataDir = backend.dataDir
  const journal = Journal.open(join(dataDir, 'journal'), { maxBytes: 1e9 })
  const sources = {
    config: { dataDir, databaseUrl: undefined, influx: null, audit: { directory: undefined } } as never,
    database: { withConnection: async () => 0 as never },
    store: {
      stats: () => ({}),
      archive: async () => {
        expect(held).toBe(1)
        expect(existsSync(`${place('given-up')}.unfinished`)).toBe(true)
        stopping.abort(new Error('stopped by hand'))
        throw stopping.signal.reason
      },
    } as never,
    outbox: {
      backup: async () => {},
      stats: () => ({ bytes: 0, heldBytes: 0 }) as never,
    },
    journal,
    holdTrimming: () => {
      held++
      return () => {
        held--
      }
    },
    now: Date.now,
  }
  await expect(makeBackup(sources, place('given-up'), { ...STEPS, signal: stopping.signal })).rejects.toThrow(
    'stopped by hand',
  )
  expect(held).toBe(0)
  expect(readdirSync(folder)).toEqual(['private'])
  await journal.close()
  const [first, second] = await Promise.all([
    backend.operator('POST', '/api/backups', { to: place('one') }),
    backend.operator('POST', '/api/backups', { to: place('two') }),
  ])
  expect([first.status, second.status].sort()).toEqual([200, 409])
})

test('an archive that was not finished, or is of a newer format or schema, is refused', async () => {
  const unfinished = await UnfinishedArchive.begin(place('half'))
  writeFileSync(join(unfinished.folder, 'SHA256SUMS'), '')
  await expect(openArchive(unfinished.folder, () => {})).rejects.toThrow('was not finished')
  await unfinished.discard()
  await expect(openArchive(folder, () => {})).rejects.toThrow('is no archive of Osprey')

  const manifest = await openArchive(place('private'), () => {})
  const newer = await UnfinishedArchive.begin(place('newer'))
  await newer.finish({ ...manifest, version: '9.0.0', schemaSteps: 99 })
  const { config } = loadConfig({ OSPREY_DATA_DIR: place('data') })
  await expect(restore(config, place('newer'), STEPS, log)).rejects.toThrow(
    'made by Osprey 9.0.0, which is newer',
  )
  expect(readdirSync(config.dataDir)).toEqual([])
})

test('an archive of a newer version is not called damaged, one of which nothing can be told is', async () => {
  const manifest = await openArchive(place('private'), () => {})
  const changed = async (name: string, content: object) => {
    const folder = place(name)
    const archive = await UnfinishedArchive.begin(folder)
    await archive.finish(manifest)
    const file = join(folder, 'manifest.json')
    writeFileSync(file, JSON.stringify({ ...manifest, ...content }))
    const sum = createHash('sha256').update(readFileSync(file)).digest('hex')
    writeFileSync(join(folder, 'SHA256SUMS'), `${sum}  manifest.json\n`)
    return openArchive(folder, () => {})
  }
  const unknown = { version: '9.10.0', more: 'than this version knows' }
  await expect(changed('newer-schema', { ...unknown, schemaSteps: 99 })).rejects.toThrow(
    'Osprey 9.10.0, which',
  )
  await expect(changed('newer-format', { ...unknown, format: 2 })).rejects.toThrow('Osprey 9.10.0, which')
  await expect(changed('newer-version', unknown)).rejects.toThrow('Osprey 9.10.0, which')
  await expect(changed('same-version', { more: 1 })).rejects.toThrow('is damaged')
  await expect(changed('no-format', { format: undefined })).rejects.toThrow('is damaged')
})

test('a restored platform has the accounts, and lets nobody back into a session of before', async () => {
  const cookie = await backend.logIn()
  expect((await backend.request('GET', '/api/session', { headers: { cookie } })).status).toBe(200)
  await backup(place('sessions'))
  const target = TestBackend.prepare()
  const { config } = loadConfig({ OSPREY_DATA_DIR: target.dataDir })
  const { comparisons } = await restore(config, place('sessions'), STEPS, log)
  expect(comparisons.filter(({ equal }) => !equal)).toEqual([])
  await target.start()
  expect((await target.request('GET', '/api/session', { headers: { cookie } })).status).toBe(401)
  await target.logIn()
  const key = (path: string) => readFileSync(join(path, 'audit-key.pem'), 'utf8')
  expect(key(target.dataDir)).toBe(key(backend.dataDir))
})

test('rules, alerts and their history come back, and history goes on after its last number', async () => {
  await insertAlerts(backend, [
    { id: 'kept', station: 'gate' },
    { id: 'also-kept', site: 'mill' },
  ])
  const comment = (of: TestBackend) => of.operator('POST', '/api/alerts/kept/comment', { text: 'seen' })
  expect((await comment(backend)).status).toBe(200)
  await backup(place('alerts'))
  const target = TestBackend.prepare()
  const { config } = loadConfig({ OSPREY_DATA_DIR: target.dataDir })
  const { comparisons } = await restore(config, place('alerts'), STEPS, log)
  expect(comparisons.filter(({ equal }) => !equal)).toEqual([])
  await target.start()
  const numbers = async (of: TestBackend) =>
    (await of.sql("select id from alert_events where kind = 'commented' order by id")).map(({ id }) =>
      Number(id),
    )
  const [before] = await numbers(backend)
  expect(await numbers(target)).toEqual([before])
  expect((await comment(target)).status).toBe(200)
  expect((await numbers(target)).at(-1)).toBeGreaterThan(before as number)
  const { ruleName, comments, rule } = (await target.operator('GET', '/api/alerts/kept')).body
  expect([ruleName, comments, rule]).toEqual(['Fixture', 2, 'fixture'])
})

test('what is restored is for its owner alone, whatever rights the archive has', async () => {
  const archive = place('open')
  cpSync(place('private'), archive, { recursive: true })
  for (const name of readdirSync(archive, { recursive: true, encoding: 'utf8' })) {
    chmodSync(join(archive, name), 0o777)
  }
  const config = emptyMachine()
  const { dataDir } = config
  await restore(config, archive, STEPS, log)
  const restored = ['audit-heads', 'outbox', 'journal'].flatMap((part) => [
    part,
    ...readdirSync(join(dataDir, part))
      .filter((name) => name !== 'lock.mdb')
      .map((name) => join(part, name)),
  ])
  for (const name of ['secrets.key', 'audit-key.pem', ...restored]) {
    const status = statSync(join(dataDir, name))
    const expected = status.isDirectory() ? 0o700 : 0o600
    expect({ name, mode: status.mode & 0o777 }).toEqual({ name, mode: expected })
  }
  // Under root the database server's group may pass through.
  expect(statSync(dataDir).mode & 0o767).toBe(0o700)
})

test('a broker that was started during a restore keeps what it took', async () => {
  const config = emptyMachine()
  const taken = join(config.dataDir, 'journal/data.mdb')
  const progress = (line: string) => {
    if (!line.startsWith('keys')) return
    mkdirSync(join(config.dataDir, 'journal'))
    writeFileSync(taken, 'acknowledged')
  }
  await expect(restore(config, place('private'), { ...STEPS, progress }, log)).rejects.toThrow(
    'nothing was removed',
  )
  expect(readFileSync(taken, 'utf8')).toBe('acknowledged')
  expect(existsSync(join(config.dataDir, RESTORE_MARK))).toBe(true)
})

test('a restore that fails for another reason takes away what it made, and nothing else', async () => {
  const config = emptyMachine()
  const progress = (line: string) => {
    if (!line.startsWith('keys')) return
    mkdirSync(join(config.dataDir, 'journal'))
    throw new Error('for another reason')
  }
  await expect(restore(config, place('private'), { ...STEPS, progress }, log)).rejects.toThrow(
    'for another reason',
  )
  expect(readdirSync(config.dataDir)).toEqual(['journal'])
})

test('a restore into a server that is stopped half-way says how to empty it, and then it succeeds', async () => {
  const serverDir = mkdtempSync(join(tmpdir(), 'osprey-server-'))
  const server = new EmbeddedPostgres(serverDir, log)
  try {
    const { host, port, user, password, database } = await server.start()
    const url = `postgres://${user}:${password}@${host}:${port}/${database}`
    const { config } = loadConfig({ OSPREY_DATA_DIR: place('into-server'), DATABASE_URL: url })
    const lines: string[] = []
    const stopping = new AbortController()
    const progress = (line: string) => {
      lines.push(line)
      if (line.startsWith('table audit_chain')) stopping.abort(new StartError('stopped by hand'))
    }
    await expect(
      restore(config, place('private'), { signal: stopping.signal, progress }, log),
    ).rejects.toThrow('stopped by hand')
    expect(readdirSync(config.dataDir)).toEqual([])
    await expect(restore(config, place('private'), STEPS, log)).rejects.toThrow('holds data already')
    const [, statements] = /psql "\$DATABASE_URL" -c '(.*)'/.exec(lines.join('\n')) ?? []
    const client = new pg.Client(url)
    await client.connect()
    await client.query(statements ?? '')
    await client.end()
    const { comparisons } = await restore(config, place('private'), STEPS, log)
    expect(comparisons.filter(({ equal }) => !equal)).toEqual([])
  } finally {
    await server.stop()
    rmSync(serverDir, { recursive: true })
  }
})

test('nothing starts on a data directory that holds half a restore', async () => {
  const target = TestBackend.prepare()
  writeFileSync(join(target.dataDir, RESTORE_MARK), '')
  await expect(target.start()).rejects.toThrow('holds a restore that was not finished')
})
