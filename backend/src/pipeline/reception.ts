import type { JournalEntry } from '@osprey/journal/journal'
import type { Intake } from './intake.ts'
import type { Notices } from './notices.ts'
import type { RecentMessages } from './recent-messages.ts'
import { MinuteShare } from './share.ts'

/** A result is a short answer: one device must not fill the queue with long ones. */
const RESULT_BYTES = 10 * 1024
/** Results of one device that are taken per minute of receive time. */
const RESULTS_PER_MINUTE = 60

/** Sends every entry of the journal its way: readings to the intake, all else to the notices. */
export class Reception {
  /** Entries on topics the platform does not read. */
  ignored = 0
  /** Results of commands that were too large, or too many from one device. */
  resultsRefused = 0
  readonly #results = new MinuteShare<string>(RESULTS_PER_MINUTE)
  readonly #intake: Intake
  readonly #notices: Pick<Notices, 'presence' | 'refused' | 'commandResult'>
  readonly #recent: Pick<RecentMessages, 'offer'>
  /** Told when the broker has begun to listen. */
  readonly #listens: (since: number, until: number | null) => void

  constructor(
    intake: Intake,
    notices: Pick<Notices, 'presence' | 'refused' | 'commandResult'>,
    recent: Pick<RecentMessages, 'offer'>,
    listens: (since: number, until: number | null) => void = () => {},
  ) {
    this.#intake = intake
    this.#notices = notices
    this.#recent = recent
    this.#listens = listens
  }

  /**
   * Takes one entry and answers whether it was a message with observations. The broker has let devices publish
   * on topics of the protocol only, and the journal counts by the same endings.
   */
  take(entry: JournalEntry): boolean {
    const { kind, topic } = entry
    if (kind === 'listening') this.#listens(entry.receivedAt, listenedUntil(entry))
    else if (kind !== 'publish') this.#takeConnection(entry)
    else if (topic.endsWith('/observations')) {
      this.#intake.take(entry, 'observations')
      return true
    } else if (topic.endsWith('/senml')) {
      this.#intake.take(entry, 'senml')
      return true
    } else if (topic.endsWith('/status')) this.#takeStatus(entry)
    else if (topic.endsWith('/commands/result')) this.#takeCommandResult(entry)
    else this.ignored++
    return false
  }

  #takeStatus(entry: JournalEntry): void {
    const { deviceId: device, receivedAt, payload } = entry
    this.#recent.offer(entry, 0, [])
    this.#notices.presence.offer({ device, kind: 'status', receivedAt, detail: parseObject(payload) })
  }

  #takeCommandResult(entry: JournalEntry): void {
    const { deviceId: device, receivedAt, payload } = entry
    this.#recent.offer(entry, 0, [])
    if (payload.length > RESULT_BYTES || !this.#results.take(device, receivedAt)) {
      this.resultsRefused++
      return
    }
    this.#notices.commandResult.offer({ device, receivedAt, payload: textOf(payload) })
  }

  #takeConnection({ kind, deviceId: device, receivedAt, payload }: JournalEntry): void {
    const detail = parseObject(payload)
    if (kind === 'connected' || kind === 'disconnected') {
      this.#notices.presence.offer({ device, kind, receivedAt, detail })
      return
    }
    const text = (name: string): string => (typeof detail[name] === 'string' ? detail[name] : '')
    this.#notices.refused.offer({
      device,
      receivedAt,
      reason: text('reason'),
      detail: text('detail'),
      address: text('address'),
      clientId: text('clientId'),
    })
  }
}

/** When the broker last listened before it told so again, epoch milliseconds; null when it does not know. */
export function listenedUntil({ payload }: Pick<JournalEntry, 'payload'>): number | null {
  const { until } = parseObject(payload)
  return typeof until === 'number' && Number.isFinite(until) ? until : null
}

function textOf(payload: Uint8Array): string {
  return Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString('utf8')
}

/** A JSON object, or an empty one when the payload is something else. */
function parseObject(payload: Uint8Array): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(textOf(payload))
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : {}
  } catch {
    return {}
  }
}
