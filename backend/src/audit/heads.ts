import type { AuditHead } from '@osprey/core/api/audit'
import type { Logger } from 'pino'
import { pause } from '../pipeline/retry.ts'
import type { Audit } from './audit.ts'
import type { ChainState } from './audit-log.ts'
import { type ChainHead, GENESIS } from './chain.ts'
import { type Contradiction, contradictionOfHeads, contradictionSince } from './chain-check.ts'
import { headDigest, isSignedBy, signHead } from './head.ts'
import type { HeadFiles, Mismatch } from './head-files.ts'
import type { HeadWebhook } from './head-webhook.ts'
import type { LastHead, LastHeadState } from './last-head.ts'
import type { SigningKey } from './signing-key.ts'
import { readEntry } from './stored-entry.ts'

/** A head is signed at least this often, so that a silent log is told from a stopped one. */
const SIGN_AT_LEAST_EVERY_MS = 3_600_000
/** A file share that hangs must not keep the platform from starting or stopping. */
const WAIT_AT_MOST_MS = 10_000
/** Heads that the database is held against at the start: more than a day of one a minute. */
const COMPARED_AT_START = 2000
/** And before each new one, of which only the last is held against the database. */
const READ_EACH_TIME = 100

export interface HeadsParts {
  audit: Pick<Audit, 'note'>
  /** What the database holds. */
  chain: ChainState
  files: HeadFiles
  last: LastHead
  key: SigningKey
  webhook: HeadWebhook | undefined
  now: () => number
  log: Logger
}

/**
 * Signs where the chain stands and keeps that outside the database: whoever rewrites the database cannot rewrite
 * these. Before each head the entries since the last one are held against it, at the start the heads of the last days
 * too. Nothing is signed over a contradiction until a person has cleared it.
 */
export class Heads {
  private written: AuditHead | undefined
  private known: ChainHead = GENESIS
  private mismatch: Mismatch | undefined
  /** Why the last attempt to sign failed. */
  private problem: string | undefined
  private checked = false
  private failures = 0
  private turn: Promise<void> = Promise.resolve()
  private signingSince: number | undefined

  constructor(private readonly parts: HeadsParts) {}

  get publicKey(): { id: string; publicPem: string } {
    return this.parts.key
  }

  /** Holds the database against the last head and signs a new one. A directory that is away is only reported. */
  async start(): Promise<void> {
    this.parts.webhook?.start()
    await this.signInTime()
  }

  async stop(): Promise<void> {
    await this.signInTime()
    await this.parts.webhook?.stop()
  }

  /** Signs and writes the head when the chain has moved on, or an hour has passed. One at a time; never throws. */
  sign(): Promise<void> {
    return this.alone(() => this.signNow())
  }

  /** Takes a contradiction that was found elsewhere. Never throws. */
  report(found: Contradiction): Promise<void> {
    return this.alone(() => this.reportNow(found))
  }

  private alone(work: () => Promise<void>): Promise<void> {
    this.turn = this.turn.then(async () => {
      this.signingSince = this.parts.now()
      try {
        await work()
        if (this.problem !== undefined) this.parts.log.info('audit heads are written again')
        this.problem = undefined
      } catch (error) {
        // The cause is the database's complaint; the error around it repeats the statement.
        const { message: problem } = ((error as Error).cause ?? error) as Error
        if (problem !== this.problem) this.parts.log.error({ err: error }, 'audit head not written')
        this.problem = problem
        this.failures++
      } finally {
        this.signingSince = undefined
      }
    })
    return this.turn
  }

  /** The last head written outside the database. */
  signed(): AuditHead | null {
    return this.written ?? null
  }

  /** What a person has to see to; null when all is well. */
  trouble(): string | null {
    const troubles = [
      this.mismatch && `${this.mismatch.detail} (noticed ${this.mismatch.time})`,
      this.hangs() && `writing signed heads to ${this.parts.files.directory} takes too long`,
      this.problem && `signed heads cannot be written: ${this.problem}`,
      this.parts.webhook?.trouble(),
    ].filter((trouble) => typeof trouble === 'string')
    return troubles.length > 0 ? troubles.join('; ') : null
  }

  /** Every head in the files, as NDJSON. */
  contents(): AsyncGenerator<Buffer> {
    return this.parts.files.contents()
  }

  stats() {
    const now = this.parts.now()
    return {
      entries: this.known.sequence,
      headAgeSeconds: this.written ? Math.max(0, (now - Date.parse(this.written.time)) / 1000) : 0,
      failures: this.failures,
      mismatch: this.mismatch !== undefined,
      pushed: this.parts.webhook?.stats() ?? { pushed: 0, failed: 0, dropped: 0, waiting: 0 },
    }
  }

  private async signInTime(): Promise<void> {
    const waited = new AbortController()
    const late = pause(WAIT_AT_MOST_MS, waited.signal).then(() => {
      if (!waited.signal.aborted) this.parts.log.error('audit head not written in time')
    })
    await Promise.race([this.sign(), late])
    waited.abort()
  }

  private hangs(): boolean {
    return this.signingSince !== undefined && this.parts.now() - this.signingSince > WAIT_AT_MOST_MS
  }

  private async signNow(): Promise<void> {
    const { chain, files, key, last, webhook, now } = this.parts
    await files.prepare(key)
    this.mismatch = await files.mismatch()
    const ends = await chain.ends()
    this.known = ends.stated
    const state = await last.read()
    if (state !== 'unreadable') this.written ??= state.head ?? undefined
    // A new head would hide what the last one says.
    if (this.mismatch) return
    if (state === 'unreadable') return this.raise(unreadable(`${last.path} is not readable`), NOTHING_SIGNED)
    const heads = await files.newest(this.checked ? READ_EACH_TIME : COMPARED_AT_START)
    const found = await this.contradiction(state, ends, heads)
    const accepted = found !== undefined && isSame(found, state.raised)
    if (found && !accepted) return this.raise(found, state)
    this.checked = true
    const newest = heads.find((head) => head !== 'unreadable')
    const previous = (accepted ? (state.head ?? newest) : newest) ?? null
    this.written = previous ?? undefined
    if (!accepted && previous && !this.isDue(previous)) return
    const head = signHead(this.known, key, now(), previous && headDigest(previous))
    await files.append(head)
    this.written = head
    await last.write({ head, from: accepted ? head.time : state.from, raised: null })
    webhook?.push(head)
  }

  private isDue({ sequence, hash, time }: AuditHead): boolean {
    const moved = sequence !== this.known.sequence || hash !== this.known.hash
    return moved || this.parts.now() - Date.parse(time) >= SIGN_AT_LEAST_EVERY_MS
  }

  private async reportNow(found: Contradiction): Promise<void> {
    const { files, last } = this.parts
    const state = await last.read()
    if (state === 'unreadable' || isSame(found, state.raised) || (await files.mismatch())) return
    await this.raise(found, state)
  }

  /** Tells people by log, trouble, metric, file and entry; nothing is signed until the file is gone. */
  private async raise(found: Contradiction, state: LastHeadState): Promise<void> {
    const { audit, chain, files, last, now, log } = this.parts
    const { reason, detail } = found
    const head = found.head ?? (state.head && placeOf(state.head))
    log.error(
      { event: 'audit_head_mismatch', reason, detail, head },
      'the audit log contradicts its signed heads',
    )
    this.mismatch = { time: new Date(now()).toISOString(), reason, detail, head }
    // In this order: what is raised and has no file counts as cleared.
    await files.keepMismatch(this.mismatch)
    await last.write({ ...state, raised: { reason, detail } })
    const [row] = head ? await chain.storedAt([head.sequence]) : []
    await audit.note({
      action: 'audit.head_mismatch',
      object: { kind: 'head', id: String(head?.sequence ?? '') },
      before: head,
      after: { reason, detail, hash: (row && readEntry(row)?.entry.hash) ?? null },
    })
  }

  private async contradiction(
    { head, from }: LastHeadState,
    { stated, last }: Awaited<ReturnType<ChainState['ends']>>,
    heads: readonly (AuditHead | 'unreadable')[],
  ): Promise<Contradiction | undefined> {
    if (stated.sequence !== last.sequence || stated.hash !== last.hash) {
      const detail = `the audit log ends at entry ${last.sequence}, but entry ${stated.sequence} was its last`
      return { reason: 'end_missing', detail, head: null }
    }
    const { chain, files } = this.parts
    const [newest] = heads
    if (newest === 'unreadable') return unreadable('the last signed head is not readable: it was changed')
    if (head && !heads.some((one) => one !== 'unreadable' && one.signature === head.signature)) {
      const detail = `the signed head of entry ${head.sequence} of ${head.time} is not in ${files.directory}: heads were removed`
      return { reason: 'heads_missing', detail, head: placeOf(head) }
    }
    if (newest === undefined) {
      if (last.sequence === 0 || (await this.endsWithRestore(last))) return undefined
      const detail = `there is no signed head in ${files.directory}, but the log has entries: heads were removed`
      return { reason: 'heads_missing', detail, head: null }
    }
    const compared = this.checked ? [newest] : since(heads, from)
    if (compared.includes('unreadable'))
      return unreadable(`a line of the signed heads in ${files.directory} is not readable: it was changed`)
    return (
      (await contradictionOfHeads(chain, compared as AuditHead[], this.isSigned())) ??
      (await contradictionSince(chain, newest, stated))
    )
  }

  private async endsWithRestore({ sequence }: ChainHead): Promise<boolean> {
    const [row] = await this.parts.chain.storedAt([sequence])
    return row !== undefined && readEntry(row)?.entry.action === 'platform.restored'
  }

  private isSigned(): (head: AuditHead) => Promise<boolean> {
    const keys = new Map<string, ReturnType<HeadFiles['publicKey']>>()
    return async (head) => {
      const key = keys.get(head.key) ?? this.parts.files.publicKey(head.key)
      keys.set(head.key, key)
      const publicKey = await key
      return publicKey !== undefined && isSignedBy(head, publicKey)
    }
  }
}

const NOTHING_SIGNED: LastHeadState = { head: null, from: null, raised: null }

const placeOf = ({ sequence, hash, time }: AuditHead) => ({ sequence, hash, time })

const unreadable = (detail: string): Contradiction => ({ reason: 'head_unreadable', detail, head: null })

const isSame = (found: Contradiction, raised: LastHeadState['raised']) =>
  found.reason === raised?.reason && found.detail === raised.detail

/** The heads down to the first since a person accepted a contradiction; those before it go on contradicting. */
function since(heads: readonly (AuditHead | 'unreadable')[], from: string | null) {
  const first = heads.findIndex((head) => head !== 'unreadable' && from !== null && head.time <= from)
  return first < 0 ? heads : heads.slice(0, first + 1)
}
