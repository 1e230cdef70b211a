/** `npm run sbom [-- FILE]`: writes a CycloneDX list of every package of the lock file, sbom.json unless named. */
import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Failure, runMain } from './failure.mjs'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))

/**
 * The package URLs (purl) of everything in a lock file, our own workspaces included.
 * @param {Record<string, {name?: string, version?: string, link?: boolean}>} packages `packages` of the lock file
 * @returns {string[]} sorted, each once
 */
export function packageUrls(packages) {
  const urls = Object.entries(packages)
    .filter(([path, { link }]) => path !== '' && !link)
    .map(([path, { name, version }]) => {
      const own = name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
      return `pkg:npm/${own.replace('@', '%40')}@${version}`
    })
  return [...new Set(urls)].sort()
}

/** @returns {Promise<object>} the list as a CycloneDX document; throws a Failure when a package is missing from it */
export async function billOfMaterials(root) {
  const { code, output } = await npmSbom(root)
  if (code !== 0) throw new Failure('npm could not list the packages.', output)
  const document = JSON.parse(output.slice(output.indexOf('{')))
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  const listed = new Set(document.components.map(({ purl }) => purl))
  const missing = packageUrls(lock.packages).filter((url) => !listed.has(url))
  if (missing.length > 0) throw new Failure(`npm left packages out of the list: ${missing.join(', ')}`)
  // npm names the project after the folder it lies in.
  document.metadata.component.name = lock.name
  return document
}

function npmSbom(root) {
  const args = [
    'sbom',
    '--package-lock-only',
    '--sbom-format=cyclonedx',
    '--sbom-type=application',
    '--loglevel=error',
  ]
  return new Promise((settle) => {
    execFile('npm', args, { cwd: root, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      settle({ code: error === null ? 0 : 1, output: error === null ? stdout : stderr || error.message })
    })
  })
}

if (import.meta.main ?? process.argv[1] === fileURLToPath(import.meta.url)) {
  await runMain(async () => {
    const file = resolve(process.env.INIT_CWD ?? ROOT, process.argv[2] ?? join(ROOT, 'sbom.json'))
    const document = await billOfMaterials(ROOT)
    writeFileSync(file, `${JSON.stringify(document, null, 2)}\n`)
    console.log(`${file}: ${document.components.length} packages`)
  })
}
