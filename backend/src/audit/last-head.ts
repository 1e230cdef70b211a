import { open, readFile, rename } from 'node:fs/promises'
import { auditHead } from '@osprey/core/api/audit'
import { z } from 'zod'

const lastHeadState = z.object({
  /** The last head signed; null before the first. */
  head: auditHead.nullable(),
  /** Time of the first head since a person last accepted a contradiction: those before are not compared any more. */
  from: z.string().nullable(),
  /** A contradiction that was raised: once `mismatch.json` is gone a person has accepted it. */
  raised: z.object({ reason: z.string(), detail: z.string() }).nullable(),
})
export type LastHeadState = z.infer<typeof lastHeadState>

const NOTHING: LastHeadState = { head: null, from: null, raised: null }

/** What this installation signed last, kept apart from the head files, so that removing those does not go unseen. */
export class LastHead {
  constructor(readonly path: string) {}

  async read(): Promise<LastHeadState | 'unreadable'> {
    let text: string
    try {
      text = await readFile(this.path, 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return NOTHING
      throw error
    }
    try {
      return lastHeadState.parse(JSON.parse(text))
    } catch {
      return 'unreadable'
    }
  }

  /** Replaces it whole, readable by its owner only. */
  async write(state: LastHeadState): Promise<void> {
    const unfinished = `${this.path}.new`
    const file = await open(unfinished, 'w', 0o600)
    try {
      await file.writeFile(`${JSON.stringify(state)}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(unfinished, this.path)
  }
}
