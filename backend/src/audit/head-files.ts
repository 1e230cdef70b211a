import { createPublicKey, type KeyObject } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { AuditHead } from '@osprey/core/api/audit'
import { canonicalJson } from './canonical.ts'
import { parseHead } from './head.ts'

/** More bytes than any head has. */
const LONGEST_HEAD = 1024
/** More than any unfinished line has. */
const TAIL_BYTES = 16 * LONGEST_HEAD
const HEAD_FILE = /^heads-\d{4}-\d{2}-\d{2}\.jsonl$/
const MISMATCH_FILE = 'mismatch.json'

/** Why the audit log and the signed heads contradict each other, until a person removes the file. */
export interface Mismatch {
  /** When it was noticed. */
  time: string
  reason: string
  detail: string
  head: { sequence: number; hash: string; time: string } | null
}

/**
 * The directory outside the database that signed heads are appended to, one file a day, one line each. It may be a
 * mounted file share; what is in it is never rewritten.
 */
export class HeadFiles {
  constructor(readonly directory: string) {}

  /** Makes the directory and puts the public key there, beside those of earlier keys. */
  async prepare(key: { id: string; publicPem: string }): Promise<void> {
    await mkdir(this.directory, { recursive: true })
    await this.write(`public-key-${key.id}.pem`, key.publicPem)
    await this.write('public-key.pem', key.publicPem)
  }

  /** The public key of this id, if it is or was ours. */
  async publicKey(id: string): Promise<KeyObject | undefined> {
    if (!/^[0-9a-f]{16}$/.test(id)) return undefined
    const pem = await this.read(`public-key-${id}.pem`)
    return pem === undefined ? undefined : createPublicKey(pem)
  }

  /** Resolves when the head is on disk. */
  async append(head: AuditHead): Promise<void> {
    const name = `heads-${head.time.slice(0, 10)}.jsonl`
    const file = await open(join(this.directory, name), 'a+', 0o644)
    try {
      await cutUnfinishedLine(file)
      await file.appendFile(`${canonicalJson(head)}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
    await syncDirectory(this.directory)
  }

  /** The newest heads written here, newest first, 'unreadable' for a whole line that is no head. */
  async newest(limit: number): Promise<(AuditHead | 'unreadable')[]> {
    const heads: (AuditHead | 'unreadable')[] = []
    for (const name of (await this.names()).reverse()) {
      if (heads.length >= limit) break
      const file = await open(join(this.directory, name), 'r')
      try {
        const lines = (await tailOf(file, limit * LONGEST_HEAD)).split('\n').slice(0, -1)
        for (const line of lines.slice(heads.length - limit).reverse()) {
          heads.push(parseHead(line) ?? 'unreadable')
        }
      } finally {
        await file.close()
      }
    }
    return heads
  }

  /** All heads as they stand in the files, oldest first. */
  async *contents(): AsyncGenerator<Buffer> {
    for (const name of await this.names()) yield* createReadStream(join(this.directory, name))
  }

  async mismatch(): Promise<Mismatch | undefined> {
    const text = await this.read(MISMATCH_FILE)
    if (text === undefined) return undefined
    try {
      return JSON.parse(text) as Mismatch
    } catch {
      return { time: '', reason: 'unreadable', detail: `${MISMATCH_FILE} is not readable`, head: null }
    }
  }

  async keepMismatch(mismatch: Mismatch): Promise<void> {
    await this.write(MISMATCH_FILE, `${JSON.stringify(mismatch, null, 2)}\n`)
  }

  private async names(): Promise<string[]> {
    return (await readdir(this.directory)).filter((name) => HEAD_FILE.test(name)).sort()
  }

  private async read(name: string): Promise<string | undefined> {
    try {
      return await readFile(join(this.directory, name), 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  }

  private async write(name: string, text: string): Promise<void> {
    if ((await this.read(name)) === text) return
    await writeFile(join(this.directory, name), text, { flush: true })
  }
}

/** A power cut may leave part of a line; the next head must not be glued to it. */
async function cutUnfinishedLine(file: FileHandle): Promise<void> {
  const tail = await tailOf(file)
  if (tail === '' || tail.endsWith('\n')) return
  const { size } = await file.stat()
  await file.truncate(size - (tail.length - tail.lastIndexOf('\n') - 1))
}

/** The end of the file, one character per byte: heads are ASCII. */
async function tailOf(file: FileHandle, bytes = TAIL_BYTES): Promise<string> {
  const { size } = await file.stat()
  const length = Math.min(size, bytes)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length)
  return buffer.toString('latin1', 0, bytesRead)
}

async function syncDirectory(path: string): Promise<void> {
  try {
    const directory = await open(path, 'r')
    try {
      await directory.sync()
    } finally {
      await directory.close()
    }
  } catch (error) {
    // Some file shares know no sync of a directory; the file itself is synced.
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EINVAL' && code !== 'ENOTSUP' && code !== 'EPERM' && code !== 'EISDIR') throw error
  }
}
