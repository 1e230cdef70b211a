import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { Failure } from './failure.mjs'
import { pinnedNode } from './install.mjs'
import { runProgram } from './run-program.mjs'

/** What `npm start` runs; `npm test` builds every workspace. */
export const SERVED_WORKSPACES = ['core', 'journal', 'broker', 'backend', 'simulators']

/** What the bundle is made of besides installed packages, which package-lock.json stands for. */
const FRONTEND_SOURCES = ['frontend', 'core/src', 'tsconfig.base.json', 'package-lock.json']
const NOT_SOURCES = new Set(['node_modules', 'dist', 'dist-types'])

/** Inside the bundle, so that it disappears with it. */
const STAMP = join('frontend', 'dist', '.source-hash')

/**
 * Compiles what changed (tsc keeps its own record) and bundles the web app when its sources differ from the stamp.
 * @param {string} root repository folder
 * @param {string[]} projects folders for `tsc -b`; empty for all
 * @param {(line: string) => void} say
 */
export async function ensureBuilt(root, projects, say) {
  const firstBuild = !existsSync(join(root, 'backend', 'dist', 'main.js'))
  if (firstBuild) say('Building; only the first time and after a change.')
  await compile(root, projects)
  await bundle(root, say)
}

async function compile(root, projects) {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const result = await runProgram(pinnedNode(root), [tsc, '-b', ...projects], { cwd: root })
  if (result.code !== 0)
    throw new Failure("the sources do not compile; the compiler's messages are above.", result.output)
}

async function bundle(root, say) {
  const hash = hashSources(root, FRONTEND_SOURCES)
  if (readStamp(root) === hash) return
  say('Bundling the web app.')
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js')
  const result = await runProgram(pinnedNode(root), [vite, 'build', '--logLevel', 'warn'], {
    cwd: join(root, 'frontend'),
    // Vite takes React's development build when a test run has set it otherwise.
    env: { ...process.env, NODE_ENV: 'production' },
  })
  if (result.code !== 0)
    throw new Failure('the web app does not build; the messages are above.', result.output)
  writeFileSync(join(root, STAMP), hash)
}

function readStamp(root) {
  try {
    return readFileSync(join(root, STAMP), 'utf8')
  } catch {
    return undefined
  }
}

/**
 * @param {string} root
 * @param {string[]} paths files and folders, relative to root
 * @returns {string} SHA-256 over every source file's path and content, in a fixed order
 */
export function hashSources(root, paths) {
  const hash = createHash('sha256')
  for (const file of paths.flatMap((path) => listFiles(join(root, path))).sort()) {
    hash
      .update(`${relative(root, file)}\0`)
      .update(readFileSync(file))
      .update('\0')
  }
  return hash.digest('hex')
}

function listFiles(path) {
  const files = []
  const pending = [path]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const entries = entriesOf(next)
    if (entries === undefined) files.push(next)
    else for (const name of entries) if (isSource(name)) pending.push(join(next, name))
  }
  return files
}

function isSource(name) {
  return (
    !NOT_SOURCES.has(name) &&
    !name.endsWith('.tsbuildinfo') &&
    !name.endsWith('.test.ts') &&
    !name.endsWith('.test.tsx')
  )
}

/** @returns {string[] | undefined} names in a folder; undefined for a file */
function entriesOf(path) {
  try {
    return readdirSync(path)
  } catch (error) {
    if (error.code === 'ENOTDIR') return undefined
    throw error
  }
}
