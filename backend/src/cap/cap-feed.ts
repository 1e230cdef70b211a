import { SEVERITIES, type Severity } from '@osprey/core/api/rules'
import { and, asc, gt, inArray } from 'drizzle-orm'
import type { Database } from '../database/database.ts'
import { capMessages } from '../database/schema.ts'
import { CapPublisher, type CapPublisherOptions } from './cap-publisher.ts'
import { type CapMessageType, SHOWN_AFTER_MS } from './cap-thread.ts'
import { element, root } from './xml.ts'

export interface CapFeedOptions extends CapPublisherOptions {
  database: Pick<Database, 'queries'>
  /** What the addresses in the feed begin with: https://osprey.example.org */
  origin: string
}

/** Alerts in the feed: those that fire before those that are over. */
const MOST_ALERTS = 200
/** Whoever asks, and however often, the database is asked no more than this often. */
const KEPT_MS = 5000

/** A message as anyone may have it. */
export interface ShownMessage {
  identifier: string
  alert: string
  msgType: CapMessageType
  sent: number
  severity: Severity
  title: string
  xml: string
}

export interface CapSnapshot {
  madeAt: number
  atom: string
  /** By identifier. */
  messages: ReadonlyMap<string, ShownMessage>
  /** Alerts there was no room for. */
  leftOut: number
}

/** The public alerts, and what was said of them lately. */
export class CapFeed {
  private readonly publisher: CapPublisher
  private kept: CapSnapshot | undefined
  private making: Promise<CapSnapshot> | undefined
  private timer: NodeJS.Timeout | undefined

  constructor(private readonly options: CapFeedOptions) {
    this.publisher = new CapPublisher(options)
  }

  /** Publishes from now on, whether anyone asks or not. */
  start(): void {
    this.timer = setInterval(() => {
      this.snapshot().catch((error: unknown) =>
        this.options.log.error({ err: error, event: 'cap_unpublished' }, 'public alerts cannot be published'),
      )
    }, KEPT_MS)
  }

  async stop(): Promise<void> {
    clearInterval(this.timer)
    await this.making?.catch(() => {})
  }

  /** At most a few seconds old. */
  async snapshot(): Promise<CapSnapshot> {
    const { now } = this.options
    if (this.kept && now() - this.kept.madeAt < KEPT_MS) return this.kept
    this.making ??= this.make().finally(() => {
      this.making = undefined
    })
    return this.making
  }

  private async make(): Promise<CapSnapshot> {
    const madeAt = this.options.now()
    await this.publisher.work()
    const standing = [...(await this.publisher.standing()).values()]
    standing.sort((one, other) => rank(other) - rank(one) || other.sent - one.sent)
    const shown = standing.slice(0, MOST_ALERTS)
    const messages = await this.messagesOf(
      shown.map(({ alert }) => alert),
      madeAt,
    )
    const leftOut = standing.length - shown.length
    const threads = shown.flatMap(({ alert }) => {
      const thread = messages.get(alert)
      return thread ? [thread] : []
    })
    this.kept = {
      madeAt,
      messages: new Map(threads.flat().map((one) => [one.identifier, one])),
      atom: atomOf(threads, leftOut, this.options, madeAt),
      leftOut,
    }
    return this.kept
  }

  /** By alert, oldest first. Those that expired long ago need not be read again by anyone. */
  private async messagesOf(ids: readonly string[], now: number): Promise<Map<string, ShownMessage[]>> {
    if (ids.length === 0) return new Map()
    const rows = await this.options.database.queries
      .select()
      .from(capMessages)
      .where(
        and(inArray(capMessages.alert, [...ids]), gt(capMessages.expires, new Date(now - SHOWN_AFTER_MS))),
      )
      .orderBy(asc(capMessages.number))
    return Map.groupBy(
      rows.map((row) => ({ ...row, sent: row.sent.getTime() })),
      ({ alert }) => alert,
    )
  }
}

/** What fires before what is over, and the most severe first. */
function rank({ msgType, severity }: { msgType: CapMessageType; severity: Severity }): number {
  return msgType === 'Cancel' ? -1 : SEVERITIES.indexOf(severity)
}

/** RFC 4287. One entry per alert, which leads to its newest message. */
function atomOf(
  threads: readonly (readonly ShownMessage[])[],
  leftOut: number,
  { origin }: CapFeedOptions,
  now: number,
): string {
  const self = `${origin}/cap/alerts.atom`
  const newest = Math.max(...threads.flatMap((thread) => thread.map(({ sent }) => sent)))
  return root('feed', { xmlns: 'http://www.w3.org/2005/Atom' }, [
    element('id', self),
    element('title', 'Osprey: public alerts / 公开告警'),
    ...(leftOut > 0
      ? [
          element(
            'subtitle',
            `${leftOut} less severe or older alerts are not listed / 另有 ${leftOut} 条未列出`,
          ),
        ]
      : []),
    element('updated', new Date(Number.isFinite(newest) ? newest : now).toISOString()),
    element('author', [element('name', 'Osprey')]),
    element('link', [], { rel: 'self', type: 'application/atom+xml', href: self }),
    ...threads.flatMap((thread) => {
      const [first] = thread
      const last = thread.at(-1)
      if (!first || !last) return []
      const href = `${origin}/cap/alerts/${encodeURIComponent(last.identifier)}`
      return [
        element('entry', [
          element('id', `${origin}/cap/alerts/${encodeURIComponent(last.alert)}`),
          element('title', last.title),
          element('updated', new Date(last.sent).toISOString()),
          element('published', new Date(first.sent).toISOString()),
          element('link', [], { rel: 'alternate', type: 'application/cap+xml', href }),
          element('category', [], { term: last.msgType }),
          element('summary', `${last.msgType}: ${last.severity}`),
        ]),
      ]
    }),
  ])
}
