import {
  closeSync,
  existsSync,
  fstatSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { type Database, open, type RootDatabase } from 'lmdb'
import { type Checkpoint, readCheckpoint } from './checkpoint.ts'
import {
  databaseRoot,
  NODE_HEADER,
  nodeOffsets,
  PAGE_HEADER,
  type PageFile,
  readBytes,
  readMetas,
  soundPage,
  type TreeNode,
  walkTree,
} from './pages.ts'
import { type Counters, ID_KEY, noteRecord, openRecord, RECORD_MARK } from './record.ts'

/** What was done about a damaged journal file. */
export interface Salvage {
  /** The first things found wrong. */
  problems: string[]
  /** The damaged file, kept for inspection. */
  keptAs: string
  records: number
  /** Sequence of the newest entry that was recovered, and of the first entry that will be appended next. */
  recoveredUpTo: number
  continuesAt: number
  /** Entries known to be lost; those of the last second before the damage may be missing from this count. */
  lostEntries: number
}

const DATA = 'data.mdb'
const REBUILT = 'rebuilt'
/** Jump of the sequence after damage, beyond anything a reader can have seen since the last checkpoint. */
const SEQUENCE_GAP = 1_000_000
const PROBLEMS_KEPT = 20
const SCAN_PAGES = 256
const RECORDS_AT_ONCE = 256
const DEFAULT_PAGE_BYTES = 4096
const LOCK = 'salvage.lock'

/**
 * Checks the structure of the file before LMDB maps it, and rebuilds it from what is still sound when it is damaged.
 * Contents of records are not read here: their checksums are looked at when they are.
 */
export function salvageIfDamaged(path: string, now: Date): Salvage | undefined {
  if (!existsSync(join(path, DATA)) || findProblems(path).length === 0) return undefined
  return underLock(join(path, LOCK), () => {
    const problems = findProblems(path) // broker and backend start together: the other may have repaired it meanwhile
    return problems.length === 0 ? undefined : rebuild(path, problems, now)
  })
}

/** Runs `act` while no other living process does so under the same lock file. */
function underLock<T>(lock: string, act: () => T): T {
  const pause = new Int32Array(new SharedArrayBuffer(4))
  while (!takeLock(lock)) Atomics.wait(pause, 0, 0, 50)
  try {
    return act()
  } finally {
    rmSync(lock, { force: true })
  }
}

function takeLock(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  try {
    const holder = Number(readFileSync(lock, 'utf8'))
    // a lock without a number is either being written at this moment or left over from a crash
    const abandoned = holder > 0 ? !isAlive(holder) : Date.now() - statSync(lock).mtimeMs > 5000
    if (abandoned) rmSync(lock, { force: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  return false
}

function isAlive(pid: number): boolean {
  if (pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** What is wrong with the newest snapshot in the file. */
export function findProblems(path: string): string[] {
  return withFile(path, (descriptor, size) => {
    if (size === 0) return []
    const [meta] = readMetas(descriptor)
    if (!meta) return ['both head pages are unreadable']
    const problems: string[] = []
    const report = (detail: string) => {
      if (problems.length < PROBLEMS_KEPT) problems.push(detail)
    }
    const file = { descriptor, size, meta }
    if (meta.freeRoot !== undefined) walkTree(file, meta.freeRoot, false, ignore, report)
    walkDatabases(file, false, ignore, report)
    // LMDB never writes to pages of its newest snapshot, so only a later commit of another process can explain them
    return readMetas(descriptor)[0]?.transaction === meta.transaction ? problems : []
  })
}

function ignore(): void {}

function withFile<T>(path: string, use: (descriptor: number, size: number) => T): T {
  const descriptor = openSync(join(path, DATA), 'r')
  try {
    return use(descriptor, fstatSync(descriptor).size)
  } finally {
    closeSync(descriptor)
  }
}

function walkDatabases(
  file: PageFile,
  withValues: boolean,
  onNode: (database: string, node: TreeNode) => void,
  report: (detail: string) => void,
): void {
  if (file.meta.mainRoot === undefined) return
  const main: TreeNode[] = []
  walkTree(file, file.meta.mainRoot, false, (node) => main.push(node), report)
  for (const { key, value, isDatabase } of main) {
    if (!isDatabase) continue
    const name = key.toString('latin1').replace(/\0$/, '')
    const root = databaseRoot(value)
    if (root !== undefined) walkTree(file, root, withValues, (node) => onNode(name, node), report)
  }
}

/** Where a sound record lies, and the transaction that wrote its page. */
interface Place {
  offset: number
  length: number
  transaction: bigint
  counters: Counters
}

/** Everything sound in the damaged file: records by their last sequence, and the nodes of the other databases. */
interface Remains {
  records: Map<number, Place>
  others: Map<string, Map<string, Buffer>>
}

function rebuild(path: string, problems: string[], now: Date): Salvage {
  const fresh = join(path, REBUILT)
  rmSync(fresh, { recursive: true, force: true })
  mkdirSync(fresh)
  const outcome = withFile(path, (descriptor, size) =>
    writeRemains(fresh, descriptor, collectRemains(descriptor, size), readCheckpoint(path), problems),
  )
  const keptAs = `damaged-${now.toISOString().replaceAll(':', '')}.mdb`
  for (const name of readdirSync(path)) if (/^damaged-.*\.mdb$/.test(name)) rmSync(join(path, name))
  linkSync(join(path, DATA), join(path, keptAs))
  renameSync(join(fresh, DATA), join(path, DATA))
  rmSync(join(path, 'lock.mdb'), { force: true })
  rmSync(fresh, { recursive: true, force: true })
  return { problems, keptAs, ...outcome }
}

function collectRemains(descriptor: number, size: number): Remains {
  const remains: Remains = { records: new Map(), others: new Map() }
  const metas = readMetas(descriptor)
  for (const meta of metas) collectDatabases({ descriptor, size, meta }, remains)
  const pageSize = metas[0]?.pageSize ?? DEFAULT_PAGE_BYTES
  const lastPage = Math.floor(size / pageSize) - 1
  collectRecords(
    {
      descriptor,
      size,
      meta: { transaction: 0, pageSize, lastPage, freeRoot: undefined, mainRoot: undefined },
    },
    remains,
  )
  return remains
}

/** The newer snapshot comes first and wins; only a database it does not reach is taken from the older one. */
function collectDatabases(file: PageFile, { others }: Remains): void {
  const found = new Map<string, Map<string, Buffer>>()
  walkDatabases(
    file,
    true,
    (database, { key, value }) => {
      const nodes = found.get(database) ?? new Map<string, Buffer>()
      nodes.set(key.toString('latin1'), Buffer.from(value))
      found.set(database, nodes)
    },
    ignore,
  )
  for (const [database, nodes] of found) if (!others.has(database)) others.set(database, nodes)
}

/** Finds records on every page, also where no sound tree leads any more. */
function collectRecords(file: PageFile, remains: Remains): void {
  const { pageSize } = file.meta
  for (let at = 2 * pageSize; at + pageSize <= file.size; at += SCAN_PAGES * pageSize) {
    const wholePages = Math.floor((file.size - at) / pageSize)
    const bytes = readBytes(file.descriptor, at, Math.min(SCAN_PAGES, wholePages) * pageSize)
    if (!bytes) return
    for (let offset = 0; offset < bytes.length; offset += pageSize)
      collectFromPage(file, (at + offset) / pageSize, bytes.subarray(offset, offset + pageSize), remains)
  }
}

function collectFromPage(file: PageFile, number: number, page: Buffer, remains: Remains): void {
  const start = number * file.meta.pageSize
  if (page.readUInt32LE(PAGE_HEADER) === RECORD_MARK) {
    keepRecord(file, start, PAGE_HEADER, page, remains)
    return
  }
  if (typeof soundPage(file, number) === 'string') return
  for (const at of nodeOffsets(page)) {
    const dataAt = at + NODE_HEADER + page.readUInt16LE(at + 6)
    if (dataAt + 12 <= page.length && page.readUInt32LE(dataAt) === RECORD_MARK)
      keepRecord(file, start, dataAt, page, remains)
  }
}

/** Keeps the sound record at `dataAt` of the page; of two with one sequence, that of the later transaction. */
function keepRecord(
  file: PageFile,
  pageStart: number,
  dataAt: number,
  page: Buffer,
  { records }: Remains,
): void {
  const offset = pageStart + dataAt
  const length = page.readUInt32LE(dataAt + 8)
  if (length > file.size - offset) return
  const record = readBytes(file.descriptor, offset, length)
  const header = record ? openRecord(record) : 'cut short'
  if (typeof header === 'string') return
  const { counters } = header
  const transaction = page.readBigUInt64LE(8)
  const former = records.get(counters.sequence)
  if (!former || former.transaction < transaction)
    records.set(counters.sequence, { offset, length, transaction, counters })
}

type Outcome = Pick<Salvage, 'records' | 'recoveredUpTo' | 'continuesAt' | 'lostEntries'>

function writeRemains(
  path: string,
  descriptor: number,
  { records, others }: Remains,
  checkpoint: Checkpoint,
  problems: string[],
): Outcome {
  const kept = [...records.values()].sort((a, b) => a.counters.sequence - b.counters.sequence)
  const newest = kept.at(-1)?.counters ?? { sequence: 0, entries: 0, observations: 0, bytes: 0 }
  const lostEntries = Math.max(0, checkpoint.entries - newest.entries)
  const noteAt = Math.max(newest.sequence, checkpoint.sequence) + SEQUENCE_GAP
  const note = noteRecord(
    `the journal file was damaged (${problems[0]}): ${lostEntries} entries after ${newest.sequence} are known to be lost`,
    {
      sequence: noteAt,
      entries: Math.max(newest.entries, checkpoint.entries),
      observations: Math.max(newest.observations, checkpoint.observations),
      bytes: newest.bytes,
    },
  )
  const root = open({ path, overlappingSync: false, maxDbs: 16, encoding: 'binary' })
  const target = root.openDB<Buffer, number>('records', { encoding: 'binary' })
  for (let i = 0; i < kept.length; i += RECORDS_AT_ONCE)
    root.transactionSync(() => {
      for (const place of kept.slice(i, i + RECORDS_AT_ONCE)) {
        const record = readBytes(descriptor, place.offset, place.length)
        if (record) target.putSync(place.counters.sequence, record)
      }
    })
  root.transactionSync(() => target.putSync(noteAt, note))
  for (const [name, nodes] of others) if (name !== 'records') copyDatabase(root, name, nodes)
  keepId(root, checkpoint.id)
  root.close()
  return { records: kept.length, recoveredUpTo: newest.sequence, continuesAt: noteAt + 1, lostEntries }
}

/** Without its id the journal would be taken for another one and read again. */
function keepId(root: RootDatabase, id: string | undefined): void {
  const state: Database<Buffer, string> = root.openDB('state', { encoding: 'binary' })
  if (id !== undefined && state.get(ID_KEY) === undefined)
    root.transactionSync(() => state.putSync(ID_KEY, Buffer.from(id)))
}

function copyDatabase(root: RootDatabase, name: string, nodes: Map<string, Buffer>): void {
  const database: Database<Buffer, Buffer> = root.openDB(name, { encoding: 'binary', keyEncoding: 'binary' })
  root.transactionSync(() => {
    for (const [key, value] of nodes) database.putSync(Buffer.from(key, 'latin1'), value)
  })
}
