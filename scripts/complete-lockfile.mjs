/**
 * Adds to package-lock.json the platform packages (for another operating system or processor) that the registry in
 * use when it was written does not carry. npm leaves them out, and `npm ci` then refuses the lock file everywhere.
 * Run it after a change of dependencies when scripts/lockfile.test.ts says so.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const OPERATING_SYSTEMS = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32']
const PROCESSORS = ['arm', 'arm64', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'x64']
const C_LIBRARIES = { gnu: 'glibc', gnueabihf: 'glibc', musl: 'musl', musleabihf: 'musl' }

/**
 * @param {Record<string, object>} packages of a lock file
 * @returns {{by: string, name: string, version: string}[]} optional dependencies without an entry, and who wants them
 */
export function missingPlatformPackages(packages) {
  return Object.entries(packages).flatMap(([by, entry]) =>
    Object.entries(entry.optionalDependencies ?? {})
      .filter(([name]) => !isListed(packages, by, name))
      .map(([name, version]) => ({ by, name, version })),
  )
}

/** A package is found in the node_modules of the folder that wants it, or of any above (Node's resolution). */
function isListed(packages, by, name) {
  for (let folder = by; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    if (packages[`${folder === '' ? '' : `${folder}/`}node_modules/${name}`] !== undefined) return true
    if (folder === '') return false
  }
}

/**
 * @param {string} name such as @swc/core-linux-arm64-musl
 * @returns {{os: string[], cpu: string[], libc?: string[]}} what npm compares before it downloads the package
 */
export function platformOf(name) {
  const parts = name.split(/[-/]/)
  const os = parts.find((part) => OPERATING_SYSTEMS.includes(part))
  const cpu = parts.find((part) => PROCESSORS.includes(part))
  if (os === undefined || cpu === undefined)
    throw new Error(`${name}: neither system nor processor can be read from its name`)
  const libc = C_LIBRARIES[parts.at(-1)]
  return libc === undefined || os !== 'linux'
    ? { os: [os], cpu: [cpu] }
    : { os: [os], cpu: [cpu], libc: [libc] }
}

/** @returns {number} how many entries were added to the lock file's packages */
export function complete(lock) {
  const missing = missingPlatformPackages(lock.packages)
  for (const { by, name, version } of missing) {
    const { dev, license } = lock.packages[by]
    lock.packages[`node_modules/${name}`] = {
      version,
      ...platformOf(name),
      ...(dev && { dev }),
      license,
      optional: true,
    }
  }
  lock.packages = Object.fromEntries(
    Object.entries(lock.packages).sort(([one], [other]) => one.localeCompare(other, 'en')),
  )
  return missing.length
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = fileURLToPath(new URL('../package-lock.json', import.meta.url))
  const lock = JSON.parse(readFileSync(file, 'utf8'))
  const added = complete(lock)
  if (added > 0) writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`)
  console.log(`${added} platform packages added to package-lock.json`)
}
