import { z } from 'zod'

/** What a device can do when it is told to. */
export interface CommandTarget {
  interval: () => number
  setInterval: (seconds: number) => void
  /** Reports at once. */
  read: () => void
  /** Drops the connection and comes back. */
  restart: () => void
  startedAt: number
}

const message = z.object({
  id: z.string().min(1).max(64),
  name: z.string(),
  parameters: z.record(z.string(), z.unknown()).nullish(),
  expiresAt: z.string().nullish(),
})

interface Outcome {
  status: 'succeeded' | 'failed'
  [detail: string]: unknown
}

export interface CommandResult extends Outcome {
  id: string
}

export const COMMANDS = ['ping', 'set-interval', 'read-now', 'restart'] as const

const REMEMBERED = 100

/**
 * Answers the commands of one device. A command delivered twice (QoS 1) is carried out once; both times it gets
 * the same answer.
 */
export class CommandHandler {
  private readonly answered = new Map<string, CommandResult>()

  constructor(private readonly target: CommandTarget) {}

  /** The answer to a message, or undefined when it is no command and cannot be answered. */
  handle(payload: Uint8Array, now: number): CommandResult | undefined {
    const parsed = message.safeParse(parseJson(payload))
    if (!parsed.success) return undefined
    const { id, name, parameters, expiresAt } = parsed.data
    const earlier = this.answered.get(id)
    if (earlier !== undefined) return earlier
    const isExpired = expiresAt != null && Date.parse(expiresAt) < now
    const result: CommandResult = isExpired
      ? { id, status: 'failed', reason: `expired at ${expiresAt}` }
      : { id, ...this.carryOut(name, parameters ?? {}, now) }
    this.remember(result)
    return result
  }

  private carryOut(name: string, parameters: Record<string, unknown>, now: number): Outcome {
    switch (name) {
      case 'ping':
        return { status: 'succeeded', uptimeSeconds: Math.round((now - this.target.startedAt) / 1000) }
      case 'set-interval':
        return this.setInterval(parameters['seconds'])
      case 'read-now':
        this.target.read()
        return { status: 'succeeded' }
      case 'restart':
        this.target.restart()
        return { status: 'succeeded' }
      default:
        return {
          status: 'failed',
          reason: `command ${JSON.stringify(name)}, expected ${COMMANDS.join(', ')}`,
        }
    }
  }

  private setInterval(seconds: unknown): Outcome {
    if (typeof seconds !== 'number' || !(seconds >= 1 && seconds <= 3600)) {
      return {
        status: 'failed',
        reason: `seconds: ${JSON.stringify(seconds)}, expected a number from 1 to 3600`,
      }
    }
    const before = this.target.interval()
    this.target.setInterval(seconds)
    return { status: 'succeeded', seconds, before }
  }

  private remember(result: CommandResult): void {
    if (this.answered.size >= REMEMBERED) {
      const oldest = this.answered.keys().next().value
      if (oldest !== undefined) this.answered.delete(oldest)
    }
    this.answered.set(result.id, result)
  }
}

function parseJson(payload: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(payload).toString('utf8'))
  } catch {
    return undefined
  }
}
