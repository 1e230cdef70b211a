import { setTimeout as delay } from 'node:timers/promises'
import { ConnectionRefused, type LoadConnection } from './load-connection.ts'

const SHORTEST = 100
const LONGEST = 3000
/** Return code 3 of MQTT 3.1.1 clause 3.2.2.3, server unavailable, is the only refusal that may pass. */
const SERVER_UNAVAILABLE = 3

/** Opens connections again until it succeeds, waiting a random and growing time between attempts. */
export class Reconnector {
  reconnects = 0
  private readonly stopped = new AbortController()

  constructor(private readonly failed: (reason: string) => void) {}

  /**
   * Resolves once connected, or when stopped; every failure is reported and tried again. With `patience` (ms)
   * it rejects with the last failure when that time is over, and at once when the login is refused.
   */
  async connect(connection: LoadConnection, patience = Number.POSITIVE_INFINITY): Promise<void> {
    const first = connection.lastProgress === 0
    const end = performance.now() + patience
    for (let attempt = first ? 0 : 1; !this.stopped.signal.aborted; attempt++) {
      if (attempt > 0) await this.wait(attempt)
      try {
        await connection.connect()
        if (!first) this.reconnects++
        return
      } catch (error) {
        this.failed(reasonOf(error, connection.device))
        if (patience < Number.POSITIVE_INFINITY && (isFinal(error) || performance.now() > end)) throw error
      }
    }
  }

  stop(): void {
    this.stopped.abort()
  }

  private async wait(attempt: number): Promise<void> {
    const ceiling = Math.min(LONGEST, SHORTEST * 2 ** attempt)
    await delay(ceiling * (0.5 + Math.random() / 2), undefined, { signal: this.stopped.signal }).catch(
      () => undefined,
    )
  }
}

function isFinal(error: unknown): boolean {
  return error instanceof ConnectionRefused && error.returnCode !== SERVER_UNAVAILABLE
}

/** The reason without the device's name, so that equal reasons are counted together. */
function reasonOf(error: unknown, device: string): string {
  if (!(error instanceof Error)) return String(error)
  return (error as NodeJS.ErrnoException).code ?? error.message.replace(`${device}: `, '')
}
