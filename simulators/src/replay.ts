import { basename } from 'node:path'
import {
  flag,
  instant,
  interruption,
  number,
  PLATFORM_OPTIONS,
  parseCommandLine,
  runTool,
  text,
  UsageError,
} from './command-line.ts'
import { connectPlatform, findBroker } from './platform/connection.ts'
import { Credentials } from './platform/credentials.ts'
import { DeviceLink } from './platform/device-link.ts'
import { ledgerOf, rejectedOf, type Settled, settle } from './platform/ledger.ts'
import { provisionDevices, provisionStations } from './platform/provision.ts'
import { deviceInput, divide, stationInput } from './replay/devices.ts'
import { readMapping } from './replay/mapping.ts'
import { type ReplayFile, readRows } from './replay/read-rows.ts'
import { noSendCounts, type SendCounts, sendRows } from './replay/send.ts'
import { showTime } from './replay/time-format.ts'
import { expectedSeries, type SeriesCheck, verify } from './replay/verify.ts'

const OPTIONS = {
  file: text(undefined, 'FILE', 'the CSV file'),
  mapping: text(undefined, 'FILE', 'what its columns mean; see simulators/mappings'),
  speed: number(0, 'times faster than the file; 0 is as fast as acknowledged', {
    max: 1_000_000,
    integer: false,
  }),
  from: instant('send only from this time on'),
  to: instant('send only before this time'),
  check: flag('read and check file and mapping, and send nothing'),
  verify: flag('read everything back and compare it with the file'),
  settle: number(60, 'seconds to wait until everything is stored', { max: 86_400 }),
  ...PLATFORM_OPTIONS,
}

async function main(): Promise<number> {
  const options = parseCommandLine('Replays a CSV file through the broker.', OPTIONS)
  if (options.file === undefined || options.mapping === undefined) {
    throw new UsageError('--file and --mapping are required. See --help.')
  }
  const mapping = readMapping(options.mapping)
  const file = await readRows(options.file, mapping, {
    ...(options.from === undefined ? {} : { from: options.from }),
    ...(options.to === undefined ? {} : { to: options.to }),
  })
  describeFile(basename(options.file), file)
  if (options.check) return 0

  const client = connectPlatform(options)
  const credentials = Credentials.open(options['data-dir'], client.origin)
  const address = await findBroker(client, options)
  const devices = divide(file, mapping)
  await provisionStations(
    client,
    file.stations.map((station) => stationInput(station, mapping)),
  )
  const secrets = await provisionDevices(
    client,
    credentials,
    devices.map((device) => deviceInput(device, mapping)),
  )
  const ids = new Set(devices.map(({ id }) => id))
  const before = await ledgerOf(client, ids)

  const counts = noSendCounts()
  const signal = interruption()
  const started = performance.now()
  const progress = setInterval(() => showProgress(counts, file), 2000)
  await Promise.all(
    devices.map(async (device) => {
      const secret = () => secrets.get(device.id) ?? ''
      const link = new DeviceLink({
        address,
        device: device.id,
        secret,
        events: { lost: (reason) => say(`${device.id}: ${reason}`) },
      })
      link.start()
      await sendRows(
        link,
        device,
        {
          stations: file.stations,
          values: mapping.values,
          speed: options.speed,
          begin: file.rows[0]?.time ?? 0,
          signal,
        },
        counts,
      )
      await link.stop()
    }),
  ).finally(() => clearInterval(progress))
  const seconds = (performance.now() - started) / 1000

  say('waiting until everything is stored')
  const ledger = await settle(client, ids, before, {
    expected: counts.readings,
    timeout: options.settle * 1000,
  })
  const checks =
    options.verify && !signal.aborted ? await verify(client, expectedSeries(file, mapping)) : undefined
  const problems = findProblems(counts, ledger, checks)
  const report = {
    seconds: Math.round(seconds * 1000) / 1000,
    readingsPerSecond: Math.round(counts.acknowledgedReadings / seconds),
    ...counts,
    ledger,
    verified: checks && summarise(checks),
    problems,
  }
  process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`)
  return problems.length === 0 ? 0 : 1
}

function findProblems(
  counts: SendCounts,
  { counts: ledger, settled }: Settled,
  checks: SeriesCheck[] | undefined,
): string[] {
  const problems: string[] = []
  const open = counts.readings - counts.acknowledgedReadings
  if (open > 0) problems.push(`${open} readings sent and not acknowledged`)
  if (!settled) problems.push('readings still pending')
  if (rejectedOf(ledger) > 0) problems.push(`readings rejected: ${JSON.stringify(ledger.rejected)}`)
  if (ledger.stored < counts.acknowledgedReadings) {
    problems.push(`${counts.acknowledgedReadings} readings acknowledged, ${ledger.stored} stored`)
  }
  for (const check of checks ?? []) {
    if (check.different === 0) continue
    const first = check.firstDifference
    problems.push(
      `${check.station} ${check.property}: ${check.different} of ${check.fileCount} values differ, ` +
        `the first at ${first?.time}: ${first?.file} in the file, ${first?.stored ?? 'nothing'} stored`,
    )
  }
  return problems
}

function summarise(checks: readonly SeriesCheck[]) {
  return checks.map(({ station, property, fileCount, storedCount, fileSum, storedSum }) => {
    return { station, property, fileCount, storedCount, fileSum, storedSum }
  })
}

function describeFile(name: string, { stations, rows, ignored, outside, empty }: ReplayFile): void {
  const first = rows[0]
  const last = rows.at(-1)
  const period = first && last ? `from ${showTime(first.time)} to ${showTime(last.time)}` : ''
  say(`${name}: ${rows.length} rows of ${stations.length} stations ${period}`.trimEnd())
  if (outside > 0) say(`  ${outside} rows outside the period chosen`)
  if (empty > 0) say(`  ${empty} rows without any value`)
  if (ignored.length > 0) say(`  columns not used: ${ignored.join(', ')}`)
}

function showProgress(counts: SendCounts, file: ReplayFile): void {
  const share = file.rows.length === 0 ? 1 : counts.reports / file.rows.length
  say(
    `${(share * 100).toFixed(1)} %: ${counts.readings} readings sent, ${counts.acknowledgedReadings} acknowledged`,
  )
}

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}

await runTool(main)
