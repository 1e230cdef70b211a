import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureBuilt } from './build.mjs'
import { Failure, runMain } from './failure.mjs'
import { ensureInstalled, pinnedNode } from './install.mjs'
import { findProgram, OPTIONAL_PROGRAMS } from './optional-programs.mjs'
import { runProgram } from './run-program.mjs'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const say = (line) => console.log(line)

/** Unit and integration suites first: what they find need not be found again by the slow ones. */
const JEST_RUNS = [
  { config: 'jest.config.mjs', workers: 2 },
  { config: 'jest.e2e.config.mjs', workers: 1 },
]

/**
 * Everything `npm test` does, in order. Exit code 0 only when all is well.
 * @param {string[]} args passed through to Jest, for example a folder or `-t name`
 */
export function runTests(args) {
  return runMain(async () => {
    await ensureInstalled(ROOT, say)
    await ensureBuilt(ROOT, [], say)
    const absent = absentPrograms()
    const lintFailures = args.length === 0 ? await lint() : 0
    const totals = { passed: 0, failed: lintFailures, skipped: 0 }
    for (const run of JEST_RUNS) add(totals, await jest(run, args))
    if (lintFailures > 0)
      say('FAILED: lint and format; the messages are above the tests. `npm run format` mends most.')
    for (const program of absent)
      say(
        `SKIPPED: ${program.suites} did not run, because ${program.name} is not installed (${program.install}).`,
      )
    if (totals.passed + totals.failed + totals.skipped === 0)
      throw new Failure(`no test matches ${args.join(' ')}.`)
    say(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`)
    process.exit(totals.failed > 0 ? 1 : 0)
  })
}

/** On the build server a missing program must not turn into a green run that tested less. */
function absentPrograms() {
  const absent = OPTIONAL_PROGRAMS.filter((program) => findProgram(program.names) === undefined)
  if (absent.length > 0 && process.env.CI === 'true') {
    throw new Failure(
      `with CI=true these must be installed: ${absent.map((program) => `${program.name} (${program.install})`).join(', ')}.`,
    )
  }
  return absent
}

async function lint() {
  const biome = join(ROOT, 'node_modules', '.bin', 'biome')
  const result = await runProgram(
    biome,
    ['ci', '--max-diagnostics=50', `--colors=${process.stdout.isTTY ? 'force' : 'off'}`, '.'],
    { cwd: ROOT, show: true },
  )
  return result.code === 0 ? 0 : 1
}

async function jest({ config, workers }, args) {
  const folder = mkdtempSync(join(tmpdir(), 'osprey-test-'))
  const report = join(folder, 'jest.json')
  const program = [
    join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js'),
    '--config',
    config,
    '--passWithNoTests',
  ]
  const options = [`--maxWorkers=${workers}`, '--json', `--outputFile=${report}`, ...args]
  const env = {
    ...process.env,
    NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning',
  }
  env.PATH = [dirname(pinnedNode(ROOT)), process.env.PATH].join(delimiter)
  try {
    const { code } = await runProgram(pinnedNode(ROOT), [...program, ...options], {
      cwd: ROOT,
      env,
      show: 'stderr',
    })
    return countTests(readReport(report), code)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

/**
 * @param {object | undefined} report what `jest --json` wrote; undefined when it died before that
 * @param {number} code Jest's exit code
 * @returns {{passed: number, failed: number, skipped: number}} a suite that could not run counts as one failure
 */
export function countTests(report, code) {
  if (report === undefined) return { passed: 0, failed: 1, skipped: 0 }
  const failed = report.numFailedTests + report.numRuntimeErrorTestSuites
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  }
}

function add(totals, counts) {
  for (const key of Object.keys(totals)) totals[key] += counts[key]
}
