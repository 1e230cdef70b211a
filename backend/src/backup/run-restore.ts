import { loadConfig, StartError } from '../config.ts'
import { pathOf, quietLog, readOptions, runTool, stepsOfTerminal } from './command-line.ts'
import { type Comparison, restore } from './restore.ts'

const USAGE = `npm run restore -- --from ARCHIVE [--data-dir FOLDER]
  Restores a backup on a machine where the platform does not run, into the stores that the OSPREY_ variables and
  DATABASE_URL name. Data directory and stores must be empty. Exit code 0 only when all compares equal.
  --from      the folder npm run backup made
  --data-dir  of the platform; OSPREY_DATA_DIR or ./data unless given`

const LEFT_OUT =
  'Not in a backup: sessions, one-time links, API tokens and known browsers. People log in again, open invitations ' +
  'must be sent again and API tokens must be made anew.'

/** `npm run restore`. */
await runTool(async () => {
  const { from, 'data-dir': dataDir } = readOptions(['from', 'data-dir'], USAGE)
  if (from === undefined) throw new StartError(`--from is missing\n${USAGE}`)
  const { config } = loadConfig({
    ...process.env,
    ...(dataDir !== undefined && { OSPREY_DATA_DIR: pathOf(dataDir) }),
  })
  const begun = performance.now()
  const { comparisons, remarks } = await restore(config, pathOf(from), stepsOfTerminal(), quietLog(config))
  process.stdout.write(`${table(comparisons)}\n`)
  for (const remark of remarks) process.stdout.write(`  ${remark}\n`)
  const different = comparisons.filter(({ equal }) => !equal).length
  const seconds = ((performance.now() - begun) / 1000).toFixed(1)
  process.stdout.write(
    different === 0
      ? `Restored in ${seconds} s; everything compares equal.\n${LEFT_OUT}\n`
      : `Restored in ${seconds} s, but ${different} of ${comparisons.length} comparisons differ.\n`,
  )
  return different === 0 ? 0 : 1
})

function table(comparisons: readonly Comparison[]): string {
  const rows = comparisons.map(({ what, archive, restored, equal }) => [
    what,
    shortened(archive),
    shortened(restored),
    equal ? 'equal' : 'DIFFERENT',
  ])
  const lines = [['', 'archive', 'restored', ''], ...rows]
  const widths = [0, 1, 2].map((column) => Math.max(...lines.map((line) => (line[column] ?? '').length)))
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** Of a hash the first 16 digits tell enough. */
function shortened(text: string): string {
  return text.length > 20 ? `${text.slice(0, 16)}…` : text
}
