import type { AuditHead } from '@osprey/core/api/audit'
import type { Logger } from 'pino'
import { Backoff, pause, Wakeup } from '../pipeline/retry.ts'
import { canonicalJson } from './canonical.ts'

/** Heads kept for a receiver that is away: half a day of one a minute. The oldest go first; the files have them. */
const MAX_WAITING = 720
const ANSWER_WITHIN_MS = 10_000
/** At the end of the process, for everything that still waits. */
const FLUSH_WITHIN_MS = 2000
const PAUSES = { first: 1000, longest: 300_000 }

/** Posts heads to a receiver elsewhere, in order, trying again while it is away. */
export class HeadWebhook {
  private readonly waiting: AuditHead[] = []
  private readonly stopping = new AbortController()
  /** Ends what is under way when the stop takes too long. */
  private readonly late = new AbortController()
  private readonly wakeup = new Wakeup()
  private readonly counts = { pushed: 0, failed: 0, dropped: 0 }
  private running: Promise<void> | undefined
  private problem: string | undefined

  constructor(
    private readonly target: { url: string; token: string | undefined },
    private readonly log: Logger,
    private readonly limits: { pauses?: typeof PAUSES; waiting?: number } = {},
  ) {}

  start(): void {
    this.running = this.run()
  }

  /** Tries once more, briefly, to get rid of what waits. */
  async stop(): Promise<void> {
    const timer = setTimeout(() => this.late.abort(), FLUSH_WITHIN_MS)
    this.stopping.abort()
    this.wakeup.wake()
    await this.running
    while (this.waiting.length > 0 && (await this.deliver()));
    clearTimeout(timer)
    if (this.waiting.length > 0)
      this.log.warn({ heads: this.waiting.length }, 'audit heads not pushed; the files hold them')
  }

  push(head: AuditHead): void {
    this.waiting.push(head)
    if (this.waiting.length > (this.limits.waiting ?? MAX_WAITING)) {
      this.waiting.shift()
      this.counts.dropped++
    }
    this.wakeup.wake()
  }

  /** Why heads do not arrive; null when they do. */
  trouble(): string | null {
    if (this.problem === undefined) return null
    return `signed heads do not reach the webhook: ${this.problem}; ${this.waiting.length} wait`
  }

  stats() {
    return { ...this.counts, waiting: this.waiting.length }
  }

  private async run(): Promise<void> {
    const { first, longest } = this.limits.pauses ?? PAUSES
    const backoff = new Backoff(first, longest)
    const { signal } = this.stopping
    while (!signal.aborted) {
      if (this.waiting.length === 0) await this.wakeup.wait()
      else if (await this.deliver()) backoff.reset()
      else await pause(backoff.next(), signal)
    }
  }

  /** Sends the oldest head that waits. */
  private async deliver(): Promise<boolean> {
    const head = this.waiting[0]
    if (!head) return true
    try {
      await this.post(head)
    } catch (error) {
      this.failed(reasonOf(error as Error))
      return false
    }
    if (this.waiting[0] === head) this.waiting.shift()
    this.counts.pushed++
    if (this.problem !== undefined) this.log.info('audit heads reach the webhook again')
    this.problem = undefined
    return true
  }

  private async post(head: AuditHead): Promise<void> {
    const { address, authorization } = receiverOf(this.target)
    const response = await fetch(address, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(authorization !== undefined && { authorization }),
      },
      body: canonicalJson(head),
      // The token is meant for this receiver and no other.
      redirect: 'manual',
      signal: AbortSignal.any([this.late.signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]),
    })
    await response.body?.cancel()
    if (!response.ok) throw new Error(`it answered ${response.status}`)
  }

  private failed(problem: string): void {
    this.counts.failed++
    if (problem !== this.problem) this.log.warn({ problem }, 'audit head not pushed, will be retried')
    this.problem = problem
  }
}

/** `fetch` takes no address with a user name and password in it, and would repeat both in its complaint. */
function receiverOf({ url, token }: { url: string; token?: string | undefined }) {
  const address = new URL(url)
  const { username, password } = address
  address.username = ''
  address.password = ''
  if (token !== undefined) return { address, authorization: `Bearer ${token}` }
  if (username === '') return { address, authorization: undefined }
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return { address, authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }
}

/** What went wrong, without the address: it may hold a token. */
function reasonOf(error: Error): string {
  const cause = error.cause as NodeJS.ErrnoException | undefined
  return cause?.code ?? (error.name === 'TimeoutError' ? 'no answer in time' : error.message)
}
