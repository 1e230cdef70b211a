import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { chmod, mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import { StartError, VERSION } from '../config.ts'
import { SCHEMA_STEPS } from '../database/database.ts'
import { ARCHIVE_FORMAT, MANIFEST, type Manifest, manifest, PARTS, SUMS } from './manifest.ts'

const UNFINISHED = '.unfinished'

/**
 * An archive being written: a folder beside its place, named `.unfinished`, that takes its name only when all of it
 * is on disk.
 */
export class UnfinishedArchive {
  private constructor(
    readonly target: string,
    readonly folder: string,
  ) {}

  /** @throws StartError when the target exists, or the folder it is to be made in does not. */
  static async begin(target: string): Promise<UnfinishedArchive> {
    if (existsSync(target)) throw new StartError(`${target} exists already: name a folder that does not`)
    // Made here, a folder on a disk that is not mounted would fill the disk below it.
    if (!existsSync(dirname(target))) throw new StartError(`${dirname(target)} does not exist: make it first`)
    const folder = `${target}${UNFINISHED}`
    await rm(folder, { recursive: true, force: true })
    await mkdir(folder, { mode: 0o700 })
    for (const part of Object.values(PARTS)) await mkdir(join(folder, part), { mode: 0o700 })
    return new UnfinishedArchive(target, folder)
  }

  part(part: keyof typeof PARTS): string {
    return join(this.folder, PARTS[part])
  }

  /** Writes manifest and checksums, makes everything durable and gives the archive its name. Answers its bytes. */
  async finish(content: Manifest): Promise<number> {
    await writeFile(join(this.folder, MANIFEST), `${JSON.stringify(manifest.parse(content), null, 2)}\n`)
    const lines: string[] = []
    let bytes = 0
    for (const path of await filesBelow(this.folder)) {
      const file = join(this.folder, path)
      await chmod(file, 0o600)
      bytes += await synchronise(file)
      lines.push(`${await sha256(file)}  ${path}\n`)
    }
    const sums = join(this.folder, SUMS)
    await writeFile(sums, lines.join(''), { mode: 0o600 })
    await synchronise(sums)
    await synchronise(this.folder)
    await rename(this.folder, this.target)
    await synchronise(dirname(this.target))
    return bytes
  }

  async discard(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true })
  }
}

/**
 * Reads an archive's manifest after checking every file against its checksum.
 * @throws StartError naming the first things wrong; nothing was written.
 */
export async function openArchive(folder: string, progress: (file: string) => void): Promise<Manifest> {
  if (folder.endsWith(UNFINISHED)) throw new StartError(`${folder} is a backup that was not finished`)
  const expected = await readSums(folder)
  const found = new Set(await filesBelow(folder))
  found.delete(SUMS)
  const problems: string[] = []
  for (const [path, sum] of expected) {
    progress(path)
    if (!found.delete(path)) problems.push(`${path} is missing`)
    else if ((await sha256(join(folder, path))) !== sum) problems.push(`${path} was changed or is cut off`)
  }
  for (const path of found) problems.push(`${path} does not belong there`)
  if (!expected.has(MANIFEST)) problems.push(`${SUMS} does not list ${MANIFEST}`)
  if (problems.length > 0) throw new StartError(damaged(folder, problems))
  return readManifest(folder)
}

function damaged(folder: string, problems: readonly string[]): string {
  const more = problems.length > 10 ? `\n  and ${problems.length - 10} more` : ''
  return `the archive ${folder} is damaged:\n  ${problems.slice(0, 10).join('\n  ')}${more}`
}

async function readSums(folder: string): Promise<Map<string, string>> {
  let text: string
  try {
    text = await readFile(join(folder, SUMS), 'utf8')
  } catch (error) {
    throw new StartError(`${folder} is no archive of Osprey: ${(error as Error).message}`)
  }
  const sums = new Map<string, string>()
  for (const line of text.split('\n').slice(0, -1)) {
    const [, sum, path] = /^([0-9a-f]{64}) {2}([A-Za-z0-9_.-]+(?:\/[A-Za-z0-9_.-]+)*)$/.exec(line) ?? []
    if (sum === undefined || path === undefined) {
      throw new StartError(damaged(folder, [`${SUMS} has a line that is none: ${JSON.stringify(line)}`]))
    }
    sums.set(path, sum)
  }
  return sums
}

async function readManifest(folder: string): Promise<Manifest> {
  let content: unknown
  try {
    content = JSON.parse(await readFile(join(folder, MANIFEST), 'utf8'))
  } catch (error) {
    throw new StartError(damaged(folder, [`${MANIFEST}: ${(error as Error).message}`]))
  }
  const { success: known, data, error } = manifest.safeParse(content)
  const origin = madeBy.safeParse(content).data
  if (origin && isNewer(origin, known)) {
    throw new StartError(
      `the archive ${folder} was made by Osprey ${origin.version}, which is newer than this one (${VERSION}): ` +
        'restore with that',
    )
  }
  if (known) return data
  const [issue] = error.issues
  throw new StartError(damaged(folder, [`${MANIFEST}: ${issue?.path.join('.')}: ${issue?.message}`]))
}

/** What the manifest of every version has, past and future. */
const madeBy = z.object({ format: z.number(), version: z.string(), schemaSteps: z.number() })

/** A later version with the same schema may restore here, as long as its manifest says nothing unknown. */
function isNewer({ format, version, schemaSteps }: z.infer<typeof madeBy>, known: boolean): boolean {
  if (format > ARCHIVE_FORMAT || schemaSteps > SCHEMA_STEPS) return true
  return !known && version.localeCompare(VERSION, 'en', { numeric: true }) > 0
}

/** Paths of all files below a folder, with forward slashes, sorted. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort()
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}

/** Waits until a file or folder is on disk; answers its bytes. */
async function synchronise(path: string): Promise<number> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
    return (await handle.stat()).size
  } finally {
    await handle.close()
  }
}
