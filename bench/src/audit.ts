import { createReadStream, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Audit, type AuditEvent } from '@osprey/backend/audit/audit'
import { AuditLog } from '@osprey/backend/audit/audit-log'
import { HeadBook } from '@osprey/backend/audit/head-book'
import { linesOf } from '@osprey/backend/audit/lines'
import { Verifier } from '@osprey/backend/audit/verify'
import { Database } from '@osprey/backend/database/database'
import { createLog } from '@osprey/backend/operations/log'
import { saveResult } from './results.ts'

/**
 * What the audit log costs: one change with and without its entry, many entries of one change, many changes at
 * once, a search through all entries, and the offline verification of an export.
 */
const CHANGES = 400
const AT_ONCE = 10
const BULK = 20_000
const VERIFIED = 100_000

const folder = mkdtempSync(join(tmpdir(), 'osprey-bench-audit-'))
const database = new Database(folder, undefined, createLog('silent'))

function event(number: number): AuditEvent {
  const device = { id: `device-${number}`, stations: [`station-${number}`], units: {}, disabled: false }
  return {
    action: 'device.changed',
    object: { kind: 'device', id: device.id },
    before: device,
    after: { ...device, disabled: true, authentication: 'secret' },
  }
}

/** Milliseconds of each of so many runs, sorted. */
async function timed(runs: number, work: (run: number) => Promise<unknown>): Promise<number[]> {
  const times: number[] = []
  for (let run = 0; run < runs; run++) {
    const start = performance.now()
    await work(run)
    times.push(performance.now() - start)
  }
  return times.sort(ascending)
}

const ascending = (one: number, other: number) => one - other

const quantiles = (sorted: readonly number[]) => ({
  p50: Number(sorted[Math.floor(sorted.length / 2)]?.toFixed(2)),
  p99: Number(sorted[Math.floor(sorted.length * 0.99)]?.toFixed(2)),
})
/** Of this process since then, the database's own not included. */
function cpuMicroseconds(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since)
  return user + system
}
const perSecond = (count: number, milliseconds: number) => Math.round((count / milliseconds) * 1000)

async function measure() {
  const audit = new Audit(database)
  const log = new AuditLog(database, audit)
  const change = (id: string, recorded: boolean) =>
    database.queries.transaction(async (transaction) => {
      await transaction.execute(`insert into sites (id, name) values ('${id}', 'Site')`)
      if (recorded) await audit.record(transaction, event(0))
    })
  await timed(50, (run) => change(`warm-${run}`, true))
  const plain: number[] = []
  const audited: number[] = []
  // By turns, so that whatever else the machine does falls on both.
  for (let run = 0; run < CHANGES; run++) {
    plain.push(...(await timed(1, () => change(`plain-${run}`, false))))
    audited.push(...(await timed(1, () => change(`audited-${run}`, true))))
  }

  const startParallel = performance.now()
  const lanes = Array.from({ length: AT_ONCE }, (_, lane) =>
    timed(CHANGES / AT_ONCE, (run) => change(`parallel-${lane}-${run}`, true)),
  )
  await Promise.all(lanes)
  const parallel = perSecond(CHANGES, performance.now() - startParallel)

  const cpuBulk = process.cpuUsage()
  const startBulk = performance.now()
  await audit.note(...Array.from({ length: BULK }, (_, index) => event(index)))
  const bulk = perSecond(BULK, performance.now() - startBulk)
  const bulkCpu = cpuMicroseconds(cpuBulk) / BULK

  let { sequence } = await audit.head()
  for (; sequence < VERIFIED; sequence += BULK) {
    await audit.note(
      ...Array.from({ length: Math.min(BULK, VERIFIED - sequence) }, (_, index) => event(index)),
    )
  }
  const search = await timed(5, () => log.search({ text: 'in no entry at all', limit: '100' }))
  const page = await timed(20, () => log.search({ actor: 'osprey', limit: '100' }))
  const exported = await exportAll(log)
  return {
    changeMilliseconds: {
      withoutEntry: quantiles(plain.sort(ascending)),
      withEntry: quantiles(audited.sort(ascending)),
    },
    changesPerSecondTenAtOnce: parallel,
    entriesPerSecondInBulk: bulk,
    cpuMicrosecondsPerEntryInBulk: Math.round(bulkCpu),
    searchAllMilliseconds: quantiles(search),
    pageMilliseconds: quantiles(page),
    ...exported,
    ...(await verifyFile()),
  }
}

const file = join(folder, 'export.ndjson')

async function exportAll(log: AuditLog) {
  const start = performance.now()
  const pieces: string[] = []
  const { to, pieces: coming } = await log.export(1, async ({ detail }) => {
    throw new Error(detail)
  })
  for await (const piece of coming) pieces.push(piece)
  const milliseconds = performance.now() - start
  writeFileSync(file, pieces.join(''))
  return { entries: to, bytes: statSync(file).size, exportedPerSecond: perSecond(to, milliseconds) }
}

async function verifyFile() {
  const cpu = process.cpuUsage()
  const start = performance.now()
  const verifier = new Verifier(new HeadBook([]))
  for await (const line of linesOf(createReadStream(file, { highWaterMark: 1024 * 1024 })))
    verifier.take(line)
  const { entries, found } = verifier.end()
  if (found > 0) throw new Error(`${found} findings in an untouched log`)
  const milliseconds = performance.now() - start
  return {
    verifySeconds: Number((milliseconds / 1000).toFixed(2)),
    verifyCpuSeconds: Number((cpuMicroseconds(cpu) / 1e6).toFixed(2)),
    verifiedPerSecond: perSecond(entries, milliseconds),
  }
}

await database.start()
try {
  saveResult('audit', 'node bench/dist/audit.js', await measure())
} finally {
  await database.stop()
  rmSync(folder, { recursive: true, force: true })
}
